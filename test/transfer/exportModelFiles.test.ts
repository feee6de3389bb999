import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportFileStore } from '../../engine/transfer/exportFileStore.ts';
import type { ExportCounts } from '../../engine/transfer/exportedRuns.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { aRun, id, numbers, project, told } from './exportedModels.ts';
import { logModel, register } from './modelStore.ts';

test('a file store keeps what others put there, and tells of a version of the same number', async () => {
  const store = project();
  register(store, 'm', { 1: { source: 's3://b/1' }, 2: { source: 's3://b/2', stage: 'Staging' } }, { best: 1 });
  const to = join(makeProject(), 'mlruns');
  mkdirSync(join(to, 'models', 'm', 'version-1'), { recursive: true });
  writeFileSync(join(to, 'models', 'm', 'meta.yaml'), 'name: m\ncreation_timestamp: 7\ndescription: theirs\n');
  writeFileSync(
    join(to, 'models', 'm', 'version-1', 'meta.yaml'),
    'name: m\nversion: 1\ncreation_timestamp: 8\nsource: s3://theirs\n',
  );
  const counts = await exportFileStore(store, to, {});
  assert.deepEqual(numbers(counts), [0, 0, 1, 0, 1]);
  assert.deepEqual(
    told(counts).map((text) => text.replaceAll(to, '')),
    [
      'm v1: the model version was not exported completely: /models/m/version-1 is a different version with the same number',
      'm: the alias `best` was left out, because version 1 is not there',
    ],
  );
  assert.match(readFileSync(join(to, 'models', 'm', 'version-1', 'meta.yaml'), 'utf8'), /theirs/);
  assert.match(readFileSync(join(to, 'models', 'm', 'version-2', 'meta.yaml'), 'utf8'), /current_stage: "Staging"/);
  // Deleted there, as MLflow keeps it.
  const meta = join(to, 'models', 'm', 'version-2', 'meta.yaml');
  writeFileSync(meta, readFileSync(meta, 'utf8').replace('Staging', 'Deleted_Internal'));
  store.sql.run(`UPDATE model_versions SET description = 'again' WHERE version = 2`);
  assert.deepEqual(numbers(await exportFileStore(store, to, {})).slice(0, 4), [0, 0, 0, 0]);
  assert.match(readFileSync(meta, 'utf8'), /Deleted_Internal/);
});

test('runs and logged models that were deleted in a file store stay deleted', async () => {
  const store = project();
  const run = aRun(store);
  logModel(store, { id: id(1), run, files: { MLmodel: 'x' } });
  const to = join(makeProject(), 'mlruns');
  await exportFileStore(store, to, {});
  const metas = [join(to, '0', run, 'meta.yaml'), join(to, '0', 'models', id(1), 'meta.yaml')];
  for (const meta of metas)
    writeFileSync(meta, readFileSync(meta, 'utf8').replace('lifecycle_stage: "active"', 'lifecycle_stage: deleted'));
  store.sql.run(`UPDATE runs SET name = 'another'`);
  store.sql.run(`UPDATE logged_models SET name = 'another'`);
  const { unchanged, updated, modelsUpdated } = await exportFileStore(store, to, {});
  assert.deepEqual([unchanged, updated, modelsUpdated], [1, 0, 0]);
  for (const meta of metas) assert.match(readFileSync(meta, 'utf8'), /lifecycle_stage: deleted/);
});

test('an export is cancelled between models, leaves nothing half, and goes on', async () => {
  const store = project();
  const run = aRun(store);
  for (const n of [1, 2, 3]) logModel(store, { id: id(n), run, files: { MLmodel: 'x' } });
  register(store, 'm', { 1: { run, source: `models:/${id(1)}` } });
  const to = join(makeProject(), 'mlruns');
  const stop = new AbortController();
  const seen: string[] = [];
  const onProgress = (text: string) => {
    seen.push(text);
    if (text.startsWith('logged model 2')) stop.abort();
  };
  await assert.rejects(exportFileStore(store, to, { signal: stop.signal, onProgress }), { name: 'CancelledError' });
  assert.deepEqual(
    seen.filter((text) => text.includes('model')),
    ['logged model 1 of 3: forest', 'logged model 2 of 3: forest'],
  );
  assert.deepEqual(
    [readdirSync(join(to, '0', 'models')), readdirSync(to).toSorted(), existsSync(join(to, 'models'))],
    [[id(1)], ['0'], false],
  );
  assert.deepEqual(numbers(await exportFileStore(store, to, {})), [2, 1, 1, 0, 0]);
});

const disk = join(makeProject({ 'disk/.keep': '' }), 'disk');
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]).status === 0;

test(
  'a full disk ends an export with words, and the next one goes on',
  { skip: mounted ? false : 'a small disk can only be mounted by root' },
  async () => {
    try {
      const store = project();
      const run = aRun(store);
      logModel(store, { id: id(1), run, files: { MLmodel: 'x' } });
      logModel(store, { id: id(2), run, files: { MLmodel: 'x', weights: 'w'.repeat(3_000_000) } });
      await assert.rejects(exportFileStore(store, disk, {}), {
        name: 'WorkError',
        message: `The disk is full: ${disk} could not be written. Free some space and export again; complete items stay there.`,
      });
      assert.deepEqual(readdirSync(join(disk, '0', 'models')), [id(1)]);
      writeFileSync(join(store.folder, 'models', id(2), 'weights'), 'small');
      assert.deepEqual(numbers(await exportFileStore(store, disk, {})), [1, 0, 0, 0, 0]);
    } finally {
      spawnSync('umount', ['-l', disk]);
    }
  },
);

test('the command tells how many models there were', async () => {
  const store = project();
  const run = aRun(store);
  logModel(store, { id: id(1), run, files: { MLmodel: 'x' } });
  register(store, 'm', { 1: { run, source: `models:/${id(1)}` } });
  const { code, out, err } = await runCli(['export', '--to', 'mlruns:out'], { cwd: store.root });
  assert.equal(code, 0, err);
  assert.match(
    out,
    /Wrote 1 experiment, 1 run, 1 logged model, 1 registered model, 1 model version, 1 artifact file \(/,
  );
  rmSync(join(store.root, 'out', 'models', 'm', 'version-1'), { recursive: true });
  writeFileSync(join(store.root, 'out', '0', 'models', id(1), 'artifacts', 'MLmodel'), 'longer');
  const again = await runCli(['export', '--to', 'mlruns:out', '--json'], { cwd: store.root });
  assert.deepEqual(numbers(JSON.parse(again.out) as ExportCounts), [0, 0, 0, 1, 0]);
});
