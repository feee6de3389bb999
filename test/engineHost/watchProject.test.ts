import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { updateLock } from '../../engine/fingerprint/lockFile.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { hostOf } from '../helpers/hostOf.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

test('a run in another process is reported, the first one too', async () => {
  const root = ordersProject();
  const host = hostOf(root);
  const { ask } = host;
  await ask('project/overview', {});
  host.changes.length = 0;
  const { code, err } = await runCli(['run'], { cwd: root });
  assert.equal(code, 0, err);
  await until('the change arrives', () => host.changes.includes('store'));
  await until('the last change arrives', async () => (await ask('runs/list', {})).runs[0]?.status === 'finished');
  host.changes.length = 0;
  await runCli(['run', '--force', 'train'], { cwd: root });
  await until('the change arrives', () => host.changes.includes('store'));
  assert.equal((await ask('runs/list', {})).total, 2);
});

test('an edit of the project is reported; one that breaks it keeps the last good state, with its problems', async () => {
  const root = ordersProject();
  const host = hostOf(root);
  const { ask } = host;
  await ask('project/overview', {});
  host.changes.length = 0;
  writeFiles(root, { 'loopwright.yaml': ordersYaml.replace('project: orders', 'project: renamed') });
  await until('the change arrives', () => host.changes.length > 0);
  assert.equal((await ask('project/overview', {})).project, 'renamed');
  writeFiles(root, { 'loopwright.yaml': 'version: 1\n' });
  const broken = await ask('project/overview', {});
  assert.deepEqual(
    [broken.problems.length, broken.problem?.line, broken.project, broken.stages.length],
    [2, 1, 'renamed', 4],
  );
  assert.equal((await ask('stages/status', {})).length, 4);
});

test('the first file of a new folder is reported', async () => {
  const fresh = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nparams: { a: 1 }\nstages: { s: { cmd: "true" } }\n',
  });
  const other = hostOf(fresh);
  await other.ask('project/overview', {});
  writeFiles(fresh, { 'experiments/new.experiment.yaml': 'params: { a: 2 }\n' });
  await until('the folder is reported', () => other.changes.length > 0);
  other.changes.length = 0;
  writeFiles(fresh, { 'experiments/second.experiment.yaml': 'params: { a: 3 }\n' });
  await until('its content is reported', () => other.changes.length > 0);
});

test('an output that is deleted with its folder is reported', async () => {
  const fresh = makeProject({
    'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true", outs: [made/o.txt] } }\n',
    'made/o.txt': 'x',
  });
  updateLock(fresh, 's', {
    spec: { cmd: 'true' },
    params: {},
    deps: {},
    outs: { 'made/o.txt': { hash: 'x', bytes: 1 }, '.loopwright/artifacts/r/model': { hash: 'x', bytes: 1 } },
    run: 'r',
  });
  openStore(fresh).sql.close();
  writeFiles(fresh, { '.loopwright/artifacts/r/model/model.json': '' });
  const other = hostOf(fresh);
  await other.ask('project/overview', {});
  other.changes.length = 0;
  renameSync(join(fresh, 'made'), join(fresh, 'away'));
  await until('the output is gone', () => other.changes.length > 0);
  await other.ask('project/overview', {});
  other.changes.length = 0;
  writeFiles(fresh, { '.loopwright/loopwright.db-wal': '' });
  await until('a write into the store is reported', () => other.changes.includes('store'));
});

test('a file that the project names is reported when it appears and disappears, in any folder', async () => {
  const fresh = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages: { s: { cmd: "true", deps: [src/train.py, tables/*.csv], outs: [o] } }\n',
    'src/train.py': '',
    'tables/a.csv': '',
  });
  const other = hostOf(fresh);
  const problems = async () => (await other.ask('project/overview', {})).problems.length;
  assert.equal(await problems(), 0);
  for (const path of ['src/train.py', 'src', 'tables/a.csv', 'tables']) {
    other.changes.length = 0;
    renameSync(join(fresh, path), join(fresh, 'away'));
    await until(`${path} is gone`, () => other.changes.length > 0);
    assert.equal(await problems(), 1, path);
    other.changes.length = 0;
    renameSync(join(fresh, 'away'), join(fresh, path));
    await until(`${path} is back`, () => other.changes.length > 0);
    assert.equal(await problems(), 0, path);
  }
});

test('a deleted state folder is forgotten, and a new one is found', async () => {
  const fresh = makeProject({ 'loopwright.yaml': 'version: 1\nproject: p\nstages: { s: { cmd: "true" } }\n' });
  const other = hostOf(fresh);
  await runCli(['run'], { cwd: fresh });
  assert.equal((await other.ask('runs/list', {})).total, 1);
  rmSync(join(fresh, '.loopwright'), { recursive: true });
  rmSync(join(fresh, 'loopwright.lock'));
  assert.equal((await other.ask('runs/list', {})).total, 0);
  other.changes.length = 0;
  await runCli(['run'], { cwd: fresh });
  await until('the change arrives', () => other.changes.includes('store'));
  await until('the new run is there', async () => (await other.ask('runs/list', {})).total === 1);
  other.changes.length = 0;
  await runCli(['run', '--force'], { cwd: fresh });
  await until('further changes arrive', () => other.changes.includes('store'));
});
