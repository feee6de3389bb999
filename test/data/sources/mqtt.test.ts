// Messages of a real mosquitto. Variations: payloads of JSON objects, arrays, numbers, booleans, text, bytes and nothing;
// wildcards, named levels, shared subscriptions, retained messages; a session that goes on; a restarted broker; messages
// that come twice, late and in windows; a login that is wrong or not set; a broker that is not there.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { peekIn } from '../../helpers/peekIn.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { publisher, skipsMosquitto, startBroker, type Broker } from '../../helpers/mosquitto.ts';
import { runIn, type ProjectRunner } from '../../helpers/runIn.ts';

const options = { skip: skipsMosquitto };

function sensors(broker: Pick<Broker, 'url'>, from: string, schema: string | null = null): ProjectRunner {
  return runIn(
    makeProject({
      'loopwright.yaml': `version: 1
project: plant
datasets:
  readings: { path: data/readings.parquet${schema === null ? '' : ', schema: readings.schema.yaml'} }
stages:
  readings: { uses: collect, with: { dataset: readings, from: { mqtt: '${broker.url}', ${from} } } }
`,
      ...(schema === null ? {} : { 'readings.schema.yaml': schema }),
    }),
  );
}

const open = options.skip === false ? await startBroker() : null;

test('payloads of any form, levels of the topic as columns, and a session that goes on', options, async () => {
  assert.ok(open);
  const project = sensors(open, "topics: ['a/+site/temp', 'raw/#']");
  const client = await publisher(open);
  await client.publishAsync('a/kiel/temp', '{"temp": 1.5}', { qos: 1, retain: true });
  const first = await project.run({ stages: ['readings'] });
  assert.equal(first.status, 'finished', project.logs.join('\n'));
  // The session is kept: what comes while nobody listens is there at the next run, the retained one not again.
  await client.publishAsync('a/lübeck/temp', '{"temp": 2}', { qos: 1 });
  await client.publishAsync('a/kiel/pressure', '{"temp": 3}', { qos: 1 });
  await client.publishAsync('raw/n', '21.50', { qos: 1 });
  await client.publishAsync('raw/b', 'true', { qos: 1 });
  await client.publishAsync('raw/t', 'door open', { qos: 1 });
  await client.publishAsync('raw/x', Buffer.from([0xff, 0, 1]), { qos: 1 });
  await client.publishAsync('raw/e', '', { qos: 1 });
  await client.publishAsync('raw', '[{"temp": 8}, {"temp": 9}]', { qos: 1 });
  await client.publishAsync('raw/nan', 'NaN', { qos: 1 });
  const second = await project.run({ stages: ['readings'] });
  assert.equal(second.status, 'finished', project.logs.join('\n'));
  const rows = await project.rows(
    'data/readings.parquet',
    'SELECT topic, site, CAST(temp AS DOUBLE) AS temp, CAST(value AS VARCHAR) AS value FROM data ORDER BY received_at, temp',
  );
  assert.deepEqual(
    rows.map(({ topic, site, temp, value }) => [topic, site, temp, value]),
    [
      ['a/kiel/temp', 'kiel', 1.5, null],
      ['a/lübeck/temp', 'lübeck', 2, null],
      ['raw/n', null, null, '21.5'],
      ['raw/b', null, null, 'true'],
      ['raw/t', null, null, 'door open'],
      ['raw/x', null, null, '/wAB'],
      ['raw/e', null, null, ''],
      ['raw', null, 8, null],
      ['raw', null, 9, null],
      ['raw/nan', null, null, 'NaN'],
    ].toSorted(
      (a, b) => rows.findIndex((row) => row['topic'] === a[0]) - rows.findIndex((row) => row['topic'] === b[0]),
    ),
  );
  const third = await project.run({ stages: ['readings'] });
  assert.equal(third.status, 'finished');
  assert.equal((await project.rows('data/readings.parquet')).length, 10, 'nothing is doubled by an empty run');
});

test('the schema types the rows and quarantines the others; a restarted broker goes on', options, async () => {
  const broker = await startBroker();
  const schema = `fields:
  - { name: topic, type: string }
  - { name: at, type: datetime, loopwright: { role: timestamp } }
  - { name: temp, type: number, constraints: { maximum: 100 } }
`;
  const project = sensors(broker, "topics: 'p/#'", schema);
  const client = await publisher(broker);
  await client.publishAsync('p/1', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  const early = await project.run({ stages: ['readings'] });
  assert.equal(early.status, 'failed', 'a message from before the first session is not kept by the broker');
  await client.publishAsync('p/1', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  await client.publishAsync('p/1', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  await client.publishAsync('p/2', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  await client.publishAsync('p/1', '{"at": "2026-01-01T00:00:01Z", "temp": 101}', { qos: 1 });
  await client.publishAsync('p/1', '{"at": 1767225602000, "temp": "hot"}', { qos: 1 });
  await client.publishAsync('p/1', 'broken', { qos: 1 });
  await broker.restart();
  assert.equal((await project.run({ stages: ['readings'] })).status, 'finished', project.logs.join('\n'));
  const rows = await project.rows('data/readings.parquet', 'SELECT topic, temp FROM data ORDER BY ALL');
  assert.deepEqual(
    rows.map(({ topic, temp }) => [topic, temp]),
    [
      ['p/1', 1],
      ['p/2', 1],
    ],
  );
  assert.ok(
    project.logs.some((line) => /1 of 5 arrived again and count once/.test(line)),
    project.logs.join('\n'),
  );
  assert.ok(
    project.logs.some((line) => /1 messages are no objects of JSON.*refused-/.test(line)),
    project.logs.join('\n'),
  );
  assert.ok(
    project.logs.some((line) => /2 rows quarantined/.test(line)),
    project.logs.join('\n'),
  );
});

test('only windows that are over go to the dataset; late messages are told', options, async () => {
  assert.ok(open);
  const schema = `fields:
  - { name: at, type: datetime, loopwright: { role: timestamp } }
  - { name: temp, type: number }
`;
  const project = sensors(open, "topics: 'w/#', window: 1h", schema);
  await project.run({ stages: ['readings'] });
  const client = await publisher(open);
  await client.publishAsync('w/1', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  const waiting = await project.run({ stages: ['readings'] });
  assert.equal(waiting.status, 'failed');
  assert.ok(
    project.logs.some((line) => /the window that is not over/.test(line)),
    project.logs.join('\n'),
  );
  assert.ok(!existsSync(join(project.root, 'data/readings.parquet')));
  const spool = join(project.root, '.loopwright/spool');
  assert.equal(
    readdirSync(spool).flatMap((name) => readdirSync(join(spool, name)).filter((file) => file.endsWith('.ndjson')))
      .length,
    1,
    'the message is on disk',
  );
  const hourly = sensors(open, "topics: 'v/#', window: 1s", schema);
  await hourly.run({ stages: ['readings'] });
  await client.publishAsync('v/1', '{"at": "2026-01-01T00:00:00Z", "temp": 1}', { qos: 1 });
  await hourly.run({ stages: ['readings'] });
  const done = await hourly.run({ stages: ['readings'] });
  assert.equal(done.status, 'finished', hourly.logs.join('\n'));
  assert.ok(
    hourly.logs.some((line) => /1 messages? (was|were) late/.test(line)),
    hourly.logs.join('\n'),
  );
});

test('a shared subscription, QoS 0, and a preview that takes nothing away', options, async () => {
  assert.ok(open);
  const project = sensors(open, "topics: ['$share/g/s/+n', 'q/0'], qos: 0");
  await project.run({ stages: ['readings'] });
  const client = await publisher(open);
  await client.publishAsync('q/0', '{"temp": 5}', { qos: 1, retain: true });
  const seen = await peekIn(project.root, { mqtt: open.url, topics: ['q/0', '$share/g/s/+n'] });
  assert.equal(seen.rows.length, 1);
  assert.match(seen.about, /MQTT broker mqtt:\/\/127\.0\.0\.1:\d+, q\/0/);
  assert.match(seen.notes?.join(' ') ?? '', /shared subscriptions/);
  assert.ok(seen.newest);
});

test('a login comes from the environment', options, async () => {
  const broker = await startBroker({ user: { name: 'reader', password: 'open sesame' } });
  const from = "topics: 'p/#', username_env: LW_MQTT_USER, password_env: LW_MQTT_PASSWORD";
  const unset = sensors(broker, from);
  assert.equal((await unset.run()).status, 'failed');
  assert.ok(
    unset.logs.some((line) => /`LW_MQTT_USER` is not set/.test(line)),
    unset.logs.join('\n'),
  );
  process.env['LW_MQTT_USER'] = 'reader';
  process.env['LW_MQTT_PASSWORD'] = 'wrong';
  const wrong = sensors(broker, from);
  assert.equal((await wrong.run()).status, 'failed');
  assert.ok(
    wrong.logs.some((line) => /refuses the client .*Check `username_env` and `password_env`/.test(line)),
    wrong.logs.join('\n'),
  );
  assert.ok(!wrong.logs.some((line) => line.includes('wrong')));
  process.env['LW_MQTT_PASSWORD'] = 'open sesame';
  const right = sensors(broker, from);
  await right.run({ stages: ['readings'] });
  const client = await publisher(broker, { username: 'reader', password: 'open sesame' });
  await client.publishAsync('p/1', '{"temp": 1}', { qos: 1 });
  assert.equal((await right.run({ stages: ['readings'] })).status, 'finished', right.logs.join('\n'));
  delete process.env['LW_MQTT_USER'];
  delete process.env['LW_MQTT_PASSWORD'];
});
