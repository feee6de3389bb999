// A stage that reads very many files is fresh when names, sizes, times and inodes of the files are those of the last
// comparison, and the lock too. Tried: a file that changes, is written with the same content, comes, goes, changes with
// the same size; many changes at once, where only the different files are compared, as all are; a kept look that is lost,
// cut or of other files; a hash that is edited in the lock, another stage in the lock, a lock that is lost, in another form or
// cut; a param; another glob of the same files; a store that is lost; an experiment.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { stageStatuses, withHashes } from '../../engine/runner/stageStatus.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const yaml = `version: 1
project: p
params: { lr: 1 }
stages:
  many: { cmd: "echo \${params.lr} > many.txt", deps: ["data/*.csv"], outs: [many.txt] }
  few: { cmd: "echo few > few.txt", outs: [few.txt] }
`;
const files = 900;

function newProject() {
  const root = makeProject({ 'loopwright.yaml': yaml, 'experiments/x.experiment.yaml': 'params: { lr: 2 }\n' });
  mkdirSync(join(root, 'data'));
  for (let i = 0; i < files; i++) writeFileSync(join(root, `data/part (${i}).csv`), `${i}\n`);
  let store = openStore(root);
  after(() => store.sql.close());
  const state = (experiment = 'default') => {
    const [many] = stageStatuses(loadProject(root), store, experiment);
    return [many?.state, ...(many?.reasons ?? [])].join(': ');
  };
  return {
    root,
    state,
    run: (experiment?: string) => executeRun({ check: checkProject, project: loadProject(root), store, experiment }),
    /** By the lock alone. */
    ofAll: () => stageStatuses(loadProject(root), null).find(({ name }) => name === 'many')?.reasons,
    different: () =>
      withHashes(loadProject(root), store, {}, ({ inputs }) => inputs.get('many')?.different ?? 'not known'),
    reasons: () => stageStatuses(loadProject(root), store).find(({ name }) => name === 'many')?.reasons,
    compared: () => store.sql.columns('SELECT stage FROM same_inputs ORDER BY stage').flat(),
    loseStore: () => {
      store.sql.close();
      rmSync(join(root, '.loopwright'), { recursive: true });
      store = openStore(root);
    },
    looked: () =>
      withHashes(loadProject(root), store, {}, ({ inputs }) => inputs.get('many')?.wereSame ?? 'not looked at'),
  };
}

test('after a run nothing is compared again, and each change is found', async () => {
  const { root, state, run, compared, looked } = newProject();
  assert.equal(await looked(), 'not looked at');
  await run();
  assert.deepEqual(compared(), ['many'], 'the run itself remembers it');
  assert.deepEqual([await looked(), state()], [true, 'fresh']);
  const file = 'data/part (7).csv';
  writeFiles(root, { [file]: '8\n' });
  assert.deepEqual([await looked(), state()], [false, `stale: ${file} changed`]);
  writeFiles(root, { [file]: '7\n' });
  assert.deepEqual([await looked(), state()], [false, 'fresh'], 'the same content is hashed once');
  assert.equal(await looked(), true);
  writeFiles(root, { 'data/new.csv': '' });
  assert.equal(state(), 'stale: data/new.csv is new');
  rmSync(join(root, 'data/new.csv'));
  assert.deepEqual([await looked(), state()], [true, 'fresh']);
  rmSync(join(root, file));
  assert.equal(state(), `stale: ${file} is gone`);
  await run();
  assert.deepEqual([await looked(), state()], [true, 'fresh']);
  assert.equal(Object.keys(readLock(root)['many']?.deps ?? {}).length, files - 1);
});

test('so is each change of the lock and the project', async () => {
  const { root, state, run, looked, loseStore } = newProject();
  await run();
  const lock = readFileSync(join(root, 'loopwright.lock'), 'utf8');
  const [, hash = ''] = /part \(5\)\.csv:\n {8}hash: (\w{64})/.exec(lock) ?? [];
  const withLock = (text: string) => {
    writeFiles(root, { 'loopwright.lock': text });
    return state();
  };
  assert.equal(withLock(lock.replace(hash, `a${'0'.repeat(62)}b`)), 'stale: data/part (5).csv changed');
  assert.equal(withLock(lock.replace('  few:', '  else:')), 'fresh', 'another stage');
  assert.equal(withLock(lock.replace(`hash: ${hash}`, `"hash": "${hash}"`)), 'fresh', 'in another form');
  assert.equal(withLock(lock.replace('      data/part (5).csv:', '# by hand\n      data/part (5).csv:')), 'fresh');
  assert.equal(withLock(lock.slice(0, 50_000)), 'never: never run');
  assert.equal(withLock(''), 'never: never run');
  assert.deepEqual([withLock(lock), await looked()], ['fresh', true]);
  writeFiles(root, { 'loopwright.yaml': yaml.replace('lr: 1', 'lr: 3') });
  assert.match(state(), /^stale: params\.lr 1 → 3/);
  writeFiles(root, { 'loopwright.yaml': yaml.replace('data/*.csv', 'dat*/p*.csv') });
  assert.equal(state(), 'fresh', 'another glob of the same files');
  writeFiles(root, { 'loopwright.yaml': yaml });
  loseStore();
  assert.deepEqual([await looked(), state(), await looked()], [false, 'fresh', true]);
  assert.match(state('x'), /^stale: params\.lr 1 → 2/);
  await run('x');
  assert.deepEqual([state('x'), state()], ['fresh', 'stale: output many.txt changed']);
});

test('of few different files only these are compared, with the same result', async () => {
  const { root, run, state, different, reasons, ofAll } = newProject();
  await run();
  const path = (i: number | string) => `data/part (${i}).csv`;
  assert.equal(await different(), 'not known', 'all are the same');
  writeFiles(root, { [path(3)]: 'changed', [path(4)]: '4\n', [path('new')]: 'new', [path('wal')]: '' });
  renameSync(join(root, path(5)), join(root, path('renamed')));
  rmSync(join(root, path(6)));
  assert.deepEqual(await different(), {
    changed: [3, 4, 'new', 'renamed', 'wal'].map(path),
    gone: [5, 6].map(path),
  });
  assert.deepEqual(reasons(), ofAll());
  assert.equal(reasons()?.length, 6);
  const [kept = ''] = readdirSync(join(root, '.loopwright/inputs'));
  const file = join(root, '.loopwright/inputs', kept);
  const look = readFileSync(file, 'utf8');
  for (const text of ['', 'x', look.slice(0, -9), look.replace(path(3), path('x')), `${look}\0data/more.csv`]) {
    writeFileSync(file, text);
    assert.equal(await different(), 'not known');
    assert.deepEqual(reasons(), ofAll());
  }
  rmSync(file);
  mkdirSync(file);
  assert.deepEqual(reasons(), ofAll());
  await run();
  assert.equal(state(), 'fresh', 'a look that cannot be kept only makes it slower');
});
