// Killed in the middle: the listener (kill -9), the collection beside it (kill -9) and the broker (restart), while a
// publisher sends messages of QoS 1; and the broker by kill -9, which keeps its messages on disk or forgets all. The broker sends again what it got no acknowledgement for. Variations: payloads that
// are all different, and the same value again and again, as of a sensor at rest.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { rowsOf } from '../../helpers/eventsProject.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { publisher, skipsMosquitto, startBroker, type BrokerOptions } from '../../helpers/mosquitto.ts';
import { rounds } from '../../helpers/rounds.ts';
import { runCli, startCli } from '../../helpers/runCli.ts';
import { until } from '../../helpers/until.ts';

const kills = rounds(20);

test(
  'kill -9 and broken connections: nothing is lost, nothing doubled',
  { skip: skipsMosquitto, timeout: 600_000 },
  async () => {
    const broker = await startBroker();
    const root = makeProject({
      'loopwright.yaml': `version: 1
project: plant
datasets:
  readings: { path: data/readings.parquet }
stages:
  readings: { uses: collect, with: { dataset: readings, from: { mqtt: '${broker.url}', topics: 'plant/+site/temp', client_id: killed } } }
`,
    });
    const listen = async () => {
      const cli = startCli(['collect', '--listen', '--json', '--project', root]);
      await until(
        'the listener is connected',
        () => {
          assert.equal(cli.child.exitCode, null, cli.err());
          return cli.out().includes('"stages"');
        },
        60_000,
      );
      return cli;
    };
    const client = await publisher(broker);
    let sent = 0;
    let isOver = false;
    let cli = await listen();
    const publishing = (async () => {
      while (!isOver) {
        const batch = Array.from({ length: 10 }, (_, i) => {
          const n = sent + i;
          // Every second message is a constant value: only the packet identifies it.
          const [topic, payload] = n % 2 === 0 ? ['plant/a/temp', `{"n": ${n}}`] : ['plant/b/temp', '{"still": 21.5}'];
          return client.publishAsync(topic ?? '', payload ?? '', { qos: 1 });
        });
        await Promise.all(batch);
        sent += batch.length;
        await pause(20);
      }
    })();
    for (let round = 0; round < kills; round++) {
      const wanted = sent + 40 + 10 * ((round * 7) % 20);
      await until('messages are published', () => sent >= wanted, 60_000);
      if (round % 5 === 4) {
        // Messages that are published meanwhile wait in the publisher.
        await broker.restart();
        continue;
      }
      const collecting = round % 3 === 0 ? startCli(['run', '--project', root]) : null;
      if (collecting) {
        await pause((round * 211) % 900);
        collecting.child.kill('SIGKILL');
        await collecting.ended;
      }
      cli.child.kill('SIGKILL');
      await cli.ended;
      cli = await listen();
    }
    isOver = true;
    await publishing;
    cli.child.kill('SIGTERM');
    assert.equal((await cli.ended).code, 0, cli.err());
    const { code, err } = await runCli(['run', 'readings', '--project', root]);
    assert.equal(code, 0, err);
    const rows = await rowsOf(join(root, 'data/readings.parquet'));
    const seen = new Map<number, number>();
    for (const row of rows) if (row['site'] === 'a') seen.set(Number(row['n']), (seen.get(Number(row['n'])) ?? 0) + 1);
    const expected = Array.from({ length: sent / 2 }, (_, i) => 2 * i);
    assert.deepEqual(
      expected.filter((n) => !seen.has(n)),
      [],
      'nothing is lost',
    );
    assert.deepEqual(
      [...seen].filter(([, n]) => n > 1),
      [],
      'nothing is doubled',
    );
    assert.equal(rows.filter((row) => row['site'] === 'b' && row['still'] === 21.5).length, sent / 2);
  },
);

const brokers: [name: string, options: BrokerOptions][] = [
  ['writes each change to disk', { more: ['autosave_on_changes true', 'autosave_interval 1'] }],
  ['writes to disk once in a while', { more: ['autosave_on_changes true', 'autosave_interval 50'] }],
  ['keeps nothing', { persistence: false }],
];

for (const [name, settings] of brokers)
  test(
    `the broker ends by kill -9, and ${name}: what was acknowledged stays, and the listener goes on`,
    { skip: skipsMosquitto, timeout: 600_000 },
    async () => {
      const broker = await startBroker(settings);
      const root = makeProject({
        'loopwright.yaml': `version: 1
project: plant
datasets: { readings: { path: data/readings.parquet, schema: readings.schema.yaml } }
stages:
  readings: { uses: collect, with: { dataset: readings, from: { mqtt: '${broker.url}', topics: 'p/#' } } }
`,
        // The publisher sends again what got no acknowledgement, and only it knows that it is the same.
        'readings.schema.yaml': 'primaryKey: n\nfields:\n  - { name: n, type: integer }\n',
      });
      const cli = startCli(['collect', '--listen', '--json', '--project', root]);
      await until('the listener is connected', () => cli.out().includes('"stages"'), 60_000);
      const onDisk = () =>
        globSync('.loopwright/spool/*/*.{ndjson,open}', { cwd: root }).flatMap((file) =>
          [...readFileSync(join(root, file), 'utf8').matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n)),
        );
      const client = await publisher(broker);
      let sent = 0;
      const acknowledged = new Set<number>();
      const publish = (n: number) =>
        client.publishAsync('p/1', `{"n": ${n}}`, { qos: 1 }).then(() => void acknowledged.add(n));
      const publishing: Promise<unknown>[] = [];
      for (let round = 0; round < Math.ceil(kills / brokers.length); round++) {
        const start = sent;
        while (sent < start + 300) publishing.push(publish(sent++));
        const wanted = start + ([1, 40, 150, 290][round % 4] ?? 1);
        await until('some messages are on disk', () => onDisk().some((n) => n >= wanted), 60_000);
        const before = onDisk();
        await broker.kill();
        await broker.start();
        // A message after the crash arrives: it may be published before the listener is there again.
        await until(
          'the listener goes on',
          async () => {
            publishing.push(publish(sent));
            const marker = sent++;
            for (let i = 0; i < 50 && !onDisk().includes(marker); i++) await pause(10);
            return onDisk().includes(marker);
          },
          60_000,
        );
        const after = new Set(onDisk());
        assert.deepEqual(
          before.filter((n) => !after.has(n)),
          [],
        );
      }
      await Promise.all(publishing);
      assert.equal(cli.child.exitCode, null, cli.err());
      const last = onDisk();
      cli.child.kill('SIGTERM');
      assert.equal((await cli.ended).code, 0, cli.err());
      const { code, err } = await runCli(['run', 'readings', '--project', root]);
      assert.equal(code, 0, err);
      const rows = (await rowsOf(join(root, 'data/readings.parquet'))).map((row) => Number(row['n']));
      assert.equal(new Set(rows).size, rows.length, 'nothing is doubled');
      const found = new Set(rows);
      assert.deepEqual(
        last.filter((n) => !found.has(n)),
        [],
        'nothing that was on disk is lost',
      );
      if (settings.persistence === false) assert.match(cli.err() + cli.out(), /has lost the session/);
    },
  );
