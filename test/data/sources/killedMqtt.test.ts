// Killed in the middle: the listener (kill -9), the collection beside it (kill -9) and the broker (restart), while a
// publisher sends messages of QoS 1. The broker sends again what it got no acknowledgement for. Variations: payloads that
// are all different, and the same value again and again, as of a sensor at rest.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { rowsOf } from '../../helpers/eventsProject.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { publisher, skipsMosquitto, startBroker } from '../../helpers/mosquitto.ts';
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
