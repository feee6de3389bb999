import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { metricSeries } from '../../engine/tracking/metricSeries.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { recoverStore } from '../../engine/store/recoverStore.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';

function damagedProject(): { root: string; path: string; runs: string[] } {
  const root = makeProject({ 'loopwright.yaml': 'version: 1\nproject: broken\nstages: {}\n' });
  const store = openStore(root);
  const runs: string[] = [];
  for (let i = 0; i < 60; i++) {
    const run = recordRun(store, {
      experiment: 'default',
      params: { i, text: 'x'.repeat(300) },
      seed: 1,
      commit: null,
      dirty: false,
      environment: {},
      command: 'x',
      asOf: null,
    });
    for (let step = 0; step < 200; step++) run.metric('loss', step / 7, step);
    run.end('finished');
    runs.push(run.runId);
  }
  store.sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
  store.sql.close();
  return { root, path: join(root, '.loopwright', 'loopwright.db'), runs };
}

/** Overwrites one page of a table in its middle. */
function breakTable(path: string, marker: string): void {
  const bytes = readFileSync(path);
  const pages: number[] = [];
  for (let at = 4096; at < bytes.length; at += 4096) if (bytes.subarray(at, at + 4096).includes(marker)) pages.push(at);
  const middle = pages[Math.floor(pages.length / 2)] ?? 0;
  assert.ok(middle > 0, 'the marker is somewhere');
  bytes.fill(0xab, middle, middle + 4096);
  writeFileSync(path, bytes);
}

test('of a store with a broken page everything else is saved, and the damaged file is kept', async () => {
  const { root, path, runs } = damagedProject();
  breakTable(path, 'x'.repeat(300));
  const damaged = readFileSync(path);
  const dry = recoverStore(root, { dryRun: true });
  assert.deepEqual(readFileSync(path), damaged, 'a dry run changes nothing');
  const params = dry.tables.find(({ name }) => name === 'params');
  assert.ok(params && params.problem !== null && params.saved > 60 && params.saved < 120, JSON.stringify(params));
  const told = await runCli(['recover'], { cwd: root });
  assert.equal(told.code, 0, told.err);
  assert.match(told.out, /params\s+\d+.*broken: .*malformed/);
  assert.match(told.out, /The damaged store is kept as .*loopwright\.db\.damaged-/);
  const store = openStore(root);
  assert.equal(listRuns(store).total, 60);
  for (const runId of runs) assert.equal(metricSeries(store, [runId], 'loss')[0]?.count, 200);
  assert.equal(store.sql.get<{ integrity_check: string }>('PRAGMA integrity_check')?.integrity_check, 'ok');
  store.sql.close();
  const kept = readdirSync(join(root, '.loopwright')).find((name) => name.includes('.damaged-') && name.endsWith('Z'));
  assert.ok(kept !== undefined && readFileSync(join(root, '.loopwright', kept)).equals(damaged));
  assert.ok(!existsSync(`${path}.recovered`));
});

test('a whole store is recovered whole, a newer one and a file that is none are refused and stay', () => {
  const { root, path } = damagedProject();
  const before = openStore(root);
  const counts = listRuns(before).total;
  before.sql.close();
  assert.ok(recoverStore(root).tables.every(({ saved, had }) => saved === had));
  const after = openStore(root);
  assert.equal(listRuns(after).total, counts);
  after.sql.run('PRAGMA user_version = 99');
  after.sql.run('PRAGMA wal_checkpoint(TRUNCATE)');
  after.sql.close();
  const newer = readFileSync(path);
  assert.throws(() => recoverStore(root), /written by a newer Loopwright/);
  assert.deepEqual(readFileSync(path), newer);
  const none = makeProject({ '.loopwright/loopwright.db': 'not a database '.repeat(500) });
  assert.throws(() => recoverStore(none), /Nothing can be saved from .*artifacts and logs beside it are intact/);
  assert.throws(() => recoverStore(makeProject()), /There is no store/);
});
