// A server is read as it answers: pages of runs and of points, numbers that JSON has no word for, artifacts with
// spaces and other letters,
// deleted and running runs, a wrong token, an address where no server is, and one that is no MLflow server.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startTracking } from '../../engine/mlflow/trackingServer.ts';
import { recordRun } from '../../engine/tracking/recordRun.ts';
import { artifactsFolder, type Store } from '../../engine/store/store.ts';
import { importSource, type ImportCounts } from '../../engine/transfer/importSource.ts';
import { openServer } from '../../engine/transfer/openServer.ts';
import type { TransferProblem } from '../../engine/transfer/records.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { added, withStore } from './importStore.ts';

const start = {
  experiment: 'tünes',
  params: { lr: 0.1, 'a/b': 'x\ny' },
  seed: 7,
  commit: 'abc',
  dirty: false,
  environment: {},
  command: 'loopwright run',
  asOf: null,
};

/** A store behind the protocol, and another that imports from it. */
async function between<T>(work: (there: Store, here: Store, uri: string, token: string) => Promise<T>): Promise<T> {
  return withStore(makeProject(), async (there) =>
    withStore(makeProject(), async (here) => {
      const server = await startTracking({ store: () => there });
      try {
        return await work(there, here, server.uri, server.token);
      } finally {
        await server.close();
      }
    }),
  );
}

async function importFrom(here: Store, uri: string, token: string): Promise<ImportCounts> {
  const problems: TransferProblem[] = [];
  const source = await openServer(uri, (file, message) => void problems.push({ file, message }), {
    env: { MLFLOW_TRACKING_TOKEN: token },
  });
  try {
    return await importSource(here, source, { problems });
  } finally {
    source.close();
  }
}

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith('loopwright-import-')).length;

test('runs of a server are taken over whole, and importing again adds what is new', () =>
  between(async (there, here, uri, token) => {
    const before = folders();
    const run = recordRun(there, { ...start, tags: { note: 'l1\nl2 "✓"' } });
    for (let step = 0; step < 30; step++) run.metric('loss', 1 / (step + 1), step);
    run.metrics({ nan: Number.NaN, inf: Infinity, ninf: -Infinity, third: 1 / 3 }, 2);
    run.end('finished');
    recordRun(there, { ...start, experiment: 'default', params: {} }).end('failed');
    writeFiles(artifactsFolder(there, run.runId), { 'model/weights.bin': Buffer.alloc(3000, 7), 'ü n.txt': 'hello' });
    const first = await importFrom(here, uri, token);
    assert.deepEqual(added(first).slice(0, 4), [1, 2, 34, 2], JSON.stringify(first.problems));
    const row = here.sql.get<{ id: number; run_id: string; name: string }>(
      "SELECT id, run_id, name FROM runs WHERE experiment = 'tünes'",
    );
    assert.ok(row);
    assert.equal(readFileSync(join(artifactsFolder(here, row.run_id), 'ü n.txt'), 'utf8'), 'hello');
    assert.equal(readFileSync(join(artifactsFolder(here, row.run_id), 'model/weights.bin')).length, 3000);
    const again = await importFrom(here, uri, token);
    assert.deepEqual([again.runs, again.updated, again.unchanged], [0, 0, 2]);
    recordRun(there, start).end('finished');
    assert.equal((await importFrom(here, uri, token)).runs, 1);
    assert.equal(folders(), before, 'what was fetched is gone');
  }));

test('a wrong token, no server and something else are told', () =>
  between(async (_there, here, uri) => {
    await assert.rejects(importFrom(here, uri, 'wrong'), /refused .*\(401\).*MLFLOW_TRACKING_TOKEN/s);
    const page = createServer((_request, response) => response.end('<html>')).listen(0, '127.0.0.1');
    await once(page, 'listening');
    const address = page.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await assert.rejects(importFrom(here, `http://127.0.0.1:${port}`, 'x'), /does not answer like an MLflow server/);
    page.close();
    await once(page, 'close');
    const { err, code } = await runCli([
      'import',
      `http://127.0.0.1:${port}`,
      '--project',
      makeProject({ 'loopwright.yaml': 'version: 1\nproject: x\nstages:\n  a: { cmd: "true" }\n' }),
    ]);
    assert.notEqual(code, 0, err);
    assert.match(err, /cannot be reached/);
    assert.ok(!existsSync(join(here.folder, 'nothing')));
  }));
