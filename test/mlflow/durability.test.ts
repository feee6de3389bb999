import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess, type TrackingProcess } from '../helpers/trackingProcess.ts';
import { rounds } from '../helpers/rounds.ts';

const points = (batch: number) =>
  Array.from({ length: 100 }, (_, i) => ({ key: 'm', value: Math.random(), timestamp: batch, step: batch * 100 + i }));

async function startRun(server: TrackingProcess): Promise<string> {
  return (
    (await server.call('runs/create', { experiment_id: '0' })).body as unknown as { run: { info: { run_id: string } } }
  ).run.info.run_id;
}

/** Every point of a batch that was acknowledged is there; of the others, whole batches or nothing. */
function check(root: string, runId: string, told: Set<number>): void {
  const store = openStore(root);
  assert.equal(store.sql.get<{ integrity_check: string }>('PRAGMA integrity_check')?.integrity_check, 'ok');
  const [series] = metricSeries(store, [runId], 'm');
  const bytes = Buffer.from(series?.steps ?? '', 'base64');
  const steps = new Set(
    Array.from({ length: series?.count ?? 0 }, (_, i) => (series?.steps === null ? i : bytes.readDoubleLE(i * 8))),
  );
  for (const batch of told)
    for (let i = 0; i < 100; i++) assert.ok(steps.has(batch * 100 + i), `point ${i} of batch ${batch}`);
  assert.equal(steps.size % 100, 0, 'a batch is there whole or not at all');
  assert.equal(
    store.sql.get<{ count: number }>(
      'SELECT count FROM latest WHERE run = (SELECT id FROM runs WHERE run_id = ?)',
      runId,
    )?.count,
    steps.size,
  );
  store.sql.close();
}

test(
  'no acknowledged metric is lost when the server is killed in the middle, again and again',
  { timeout: 600_000 },
  async () => {
    const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: kill\nstages: {}\n' });
    const told = new Set<number>();
    let runId = '';
    let batch = 0;
    for (let round = 0; round < rounds(100); round++) {
      const server = await trackingProcess(root);
      if (runId === '') runId = await startRun(server);
      const ended = once(server.child, 'exit');
      // Four writers at once, so that the kill falls into the middle of something.
      let acknowledged = 0;
      const writer = async (): Promise<void> => {
        for (;;) {
          const mine = batch++;
          const answer = await server
            .call('runs/log-batch', { run_id: runId, metrics: points(mine) })
            .catch(() => null);
          if (answer === null) return;
          assert.equal(answer.status, 200);
          told.add(mine);
          if (++acknowledged === 1 + (round % 9)) server.child.kill('SIGKILL');
        }
      };
      await Promise.all([writer(), writer(), writer(), writer()]);
      await ended;
    }
    assert.ok(told.size >= rounds(400), `${told.size} batches`);
    check(root, runId, told);
  },
);

/** A program that logs batches for ever and tells the number of each that was acknowledged. */
const logger = `
  const [uri, token, runId, from] = process.argv.slice(1);
  for (let batch = Number(from); ; batch++) {
    const metrics = Array.from({ length: 100 }, (_, i) => ({ key: 'm', value: Math.random(), timestamp: batch, step: batch * 100 + i }));
    const response = await fetch(uri + '/api/2.0/mlflow/runs/log-batch', { method: 'POST', headers: { authorization: 'Bearer ' + token }, body: JSON.stringify({ run_id: runId, metrics }) });
    if (response.ok) process.stdout.write(batch + '\\n');
  }`;

test(
  'no acknowledged metric is lost when the writer is killed in the middle, again and again',
  { timeout: 600_000 },
  async () => {
    const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: kill\nstages: {}\n' });
    const server = await trackingProcess(root);
    const runId = await startRun(server);
    const told = new Set<number>();
    for (let round = 0; round < rounds(100); round++) {
      const writer = spawn(
        process.execPath,
        ['--input-type=module', '-e', logger, server.uri, server.token, runId, String(round * 1000)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let text = '';
      writer.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.split('\n').length > 1 + (round % 7)) writer.kill('SIGKILL');
      });
      await once(writer, 'close');
      for (const line of text.split('\n').slice(0, -1)) told.add(Number(line));
    }
    await server.stop();
    assert.ok(told.size >= rounds(300), `${told.size} batches`);
    check(root, runId, told);
  },
);

test('eight processes that log at once into one store lose nothing', { timeout: 120_000 }, async () => {
  const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: eight\nstages: {}\n' });
  // Two servers over the same store: the engine host of a window and a stage in a terminal.
  const first = await trackingProcess(root);
  const servers = [first, await trackingProcess(root)];
  const shared = await startRun(first);
  const script = `
    const [uri, token, shared, me] = process.argv.slice(1);
    const call = (path, body) => fetch(uri + '/api/2.0/mlflow/' + path, { method: 'POST', headers: { authorization: 'Bearer ' + token }, body: JSON.stringify(body) }).then(async (r) => { if (!r.ok) throw new Error(await r.text()); return r.json(); });
    const { run } = await call('runs/create', { experiment_id: '0', run_name: 'own-' + me });
    for (let batch = 0; batch < 20; batch++) {
      const metrics = (key) => Array.from({ length: 50 }, (_, i) => ({ key, value: i, timestamp: batch, step: batch * 50 + i }));
      await call('runs/log-batch', { run_id: run.info.run_id, metrics: metrics('own'), params: [{ key: 'p' + batch, value: me }] });
      await call('runs/log-batch', { run_id: shared, metrics: metrics('of-' + me), tags: [{ key: 't-' + me + '-' + batch, value: me }] });
    }
    await call('runs/update', { run_id: run.info.run_id, status: 'FINISHED', end_time: Date.now() });
    console.log(run.info.run_id);`;
  const programs = Array.from({ length: 8 }, (_, i) =>
    spawn(
      process.execPath,
      ['--input-type=module', '-e', script, servers[i % 2]?.uri ?? '', servers[i % 2]?.token ?? '', shared, String(i)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    ),
  );
  const ids = await Promise.all(
    programs.map(async (program) => {
      let out = '';
      program.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      const [code] = (await once(program, 'close')) as [number];
      assert.equal(code, 0);
      return out.trim();
    }),
  );
  for (const server of servers) await server.stop();
  const store = openStore(root);
  for (const [i, id] of ids.entries()) {
    const run = getRun(store, id);
    assert.deepEqual(
      [
        run.status,
        Object.keys(run.params).length,
        metricSeries(store, [id], 'own')[0]?.count,
        metricSeries(store, [shared], `of-${i}`)[0]?.count,
      ],
      ['finished', 20, 1000, 1000],
    );
  }
  assert.equal(Object.keys(getRun(store, shared).tags).length, 160);
  store.sql.close();
});
