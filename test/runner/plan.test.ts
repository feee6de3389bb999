import { checkProject } from '../../engine/checks/checkProject.ts';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadProject } from '../../engine/project/loadProject.ts';
import { executeRun } from '../../engine/runner/execute.ts';
import { type RunRequest } from '../../engine/runner/runRequest.ts';
import { FileFingerprints } from '../../engine/fingerprint/fileFingerprints.ts';
import { stageStatuses } from '../../engine/runner/stageStatus.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';

const yaml = `version: 1
project: p
params: { lr: 0.1, unused: 1 }
stages:
  prepare:
    cmd: cat data/*.csv > all.txt
    deps: [data/*.csv]
    outs: [all.txt]
  train:
    cmd: wc -c < all.txt > model.txt && echo \${params.lr} >> model.txt
    deps: [all.txt]
    outs: [model.txt]
  other:
    cmd: echo other > other.txt
    outs: [other.txt]
`;

function newProject(files: Record<string, string> = {}) {
  const root = makeProject({
    'loopwright.yaml': yaml,
    'data/a.csv': 'a\n',
    'data/b.csv': 'b\n',
    'experiments/fast.experiment.yaml': 'params: { lr: 0.5 }\n',
    'experiments/same.experiment.yaml': 'describe: nothing differs\n',
    ...files,
  });
  const store = openStore(root);
  after(() => store.sql.close());
  const run = (request: Partial<RunRequest> = {}) =>
    executeRun({ check: checkProject, project: loadProject(root), store, ...request });
  const states = (experiment = 'default') =>
    Object.fromEntries(
      stageStatuses(loadProject(root), store, experiment).map(({ name, state, reasons }) => [
        name,
        reasons.length > 0 ? `${state}: ${reasons.join('; ')}` : state,
      ]),
    );
  return { root, store, run, states };
}

const done = ({ stages }: Awaited<ReturnType<typeof executeRun>>) =>
  stages.filter(({ status }) => status !== 'skipped').map(({ stage }) => stage);

test('before the first run nothing has run; after it everything is fresh, and a second run does nothing', async () => {
  const { run, states } = newProject();
  assert.deepEqual(states(), { prepare: 'never: never run', train: 'never: never run', other: 'never: never run' });
  assert.deepEqual(done(await run()), ['prepare', 'train', 'other']);
  assert.deepEqual(states(), { prepare: 'fresh', train: 'fresh', other: 'fresh' });
  const again = await run();
  assert.deepEqual([again.status, again.runId], ['fresh', null]);
});

test('why a stage is stale: the file that changed, is new or is gone, and who waits for it', async () => {
  const { root, run, states } = newProject();
  await run();
  writeFiles(root, { 'data/a.csv': 'aaaa\n' });
  assert.deepEqual(states(), {
    prepare: 'stale: data/a.csv changed (2 B → 5 B)',
    train: 'blocked: waits for prepare',
    other: 'fresh',
  });
  writeFiles(root, { 'data/a.csv': 'a\n', 'data/c.csv': 'c\n' });
  assert.equal(states()['prepare'], 'stale: data/c.csv is new');
  rmSync(join(root, 'data/c.csv'));
  assert.equal(states()['prepare'], 'fresh', 'the very same bytes are no change');
  rmSync(join(root, 'data/b.csv'));
  assert.equal(states()['prepare'], 'stale: data/b.csv is gone');
  writeFiles(root, { 'data/b.csv': 'B\n' });
  assert.equal(states()['prepare'], 'stale: data/b.csv changed');
});

test('an output that changed or is gone is made again, and what comes after only if it differs', async () => {
  const { root, run, states } = newProject();
  await run();
  writeFiles(root, { 'all.txt': 'tampered' });
  assert.match(states()['prepare'] ?? '', /^stale: output all\.txt changed/);
  assert.deepEqual(done(await run()), ['prepare'], 'train reads the same bytes as before');
  rmSync(join(root, 'model.txt'));
  assert.equal(states()['train'], 'stale: output model.txt is gone');
  assert.deepEqual(done(await run()), ['train']);
});

test('a param is told from what to what, and only who uses it is stale', async () => {
  const { root, run, states } = newProject();
  await run();
  writeFiles(root, { 'loopwright.yaml': yaml.replace('lr: 0.1', 'lr: 0.2').replace('unused: 1', 'unused: 2') });
  const { prepare, train, other } = states();
  assert.deepEqual([prepare, other], ['fresh', 'fresh']);
  assert.match(train ?? '', /^stale: params\.lr 0\.1 → 0\.2/);
  assert.deepEqual(
    done(await run({ params: { lr: 0.1 } })),
    [],
    'a param that is given for the run is judged like one that is written',
  );
  writeFiles(root, { 'loopwright.yaml': yaml.replace('wc -c', 'wc -m') });
  assert.match(states()['train'] ?? '', /^stale: cmd wc -c .* → wc -m/);
});

test('a param that is given for the run reaches the command', async () => {
  const { root, run } = newProject();
  await run({ params: { lr: 0.7 } });
  const { readFileSync } = await import('node:fs');
  assert.match(readFileSync(join(root, 'model.txt'), 'utf8'), /0\.7/);
  assert.deepEqual(done(await run()), ['train']);
});

test('an experiment takes what the default made where nothing differs, and keeps its own beside it', async () => {
  const { run, states } = newProject();
  await run();
  assert.deepEqual(states('same'), { prepare: 'fresh', train: 'fresh', other: 'fresh' });
  assert.match(states('fast')['train'] ?? '', /^stale: params\.lr 0\.1 → 0\.5/);
  assert.deepEqual(done(await run({ experiment: 'fast' })), ['train']);
  assert.deepEqual(states('fast'), { prepare: 'fresh', train: 'fresh', other: 'fresh' });
  assert.match(
    states()['train'] ?? '',
    /^stale: output model\.txt changed/,
    'both write one file, so the other is stale now',
  );
});

test('a program runs again when the time or the window of its data changes, and says why', async () => {
  const { run } = newProject();
  const day = 86_400_000;
  const period = { asOf: Date.UTC(2026, 4, 28), window: 45 * day, regime: null };
  const reasons = async (request: Partial<RunRequest>) =>
    (await run({ stages: ['prepare'], ...request })).stages[0]?.reasons;
  assert.deepEqual(await reasons({ period }), ['never run']);
  assert.equal((await run({ stages: ['prepare'], period })).status, 'fresh');
  assert.deepEqual(await reasons({ period: { ...period, window: day } }), [
    'limited to the newest 1 day of data, the last run to the newest 45 days of data',
  ]);
  assert.deepEqual(await reasons({ period: { ...period, window: day, regime: Date.UTC(2026, 4, 1) } }), [
    'split for a change on 1 May 2026, the last run for none',
  ]);
  assert.deepEqual(await reasons({}), [
    'the last run was limited to data before 28 May 2026',
    'the last run was limited to the newest 1 day of data',
    'the last run was split for a change on 1 May 2026',
  ]);
});

test('stages can be asked for by name, with what they need; force runs only those', async () => {
  const { run } = newProject();
  assert.deepEqual(done(await run({ stages: ['train'] })), ['prepare', 'train']);
  assert.deepEqual(done(await run({ stages: ['train'], force: true })), ['train']);
  await assert.rejects(run({ stages: ['trian'] }), /There is no stage `trian`\. Stages: prepare, train, other\./);
});

test('where the lock is lost everything runs again', async () => {
  const { root, run, states } = newProject();
  await run();
  writeFiles(root, { 'loopwright.lock': '{{{' });
  assert.equal(states()['prepare'], 'never: never run');
  assert.deepEqual(done(await run()), ['prepare', 'train', 'other']);
});

test('stages with names that every object has run and are fresh', async () => {
  const { root, run, states } = newProject();
  writeFiles(root, {
    'loopwright.yaml':
      'version: 1\nproject: p\nparams: { lr: 1 }\nstages:\n  constructor: { cmd: "true" }\n  toString: { cmd: "true", params: [lr] }\n',
  });
  assert.equal(states()['constructor'], 'never: never run');
  await run();
  assert.deepEqual(states(), { constructor: 'fresh', toString: 'fresh' });
});

test('hashes are remembered, and a file that was written anew is hashed anew', () => {
  const root = makeProject({ 'a.txt': 'one', 'folder/b.txt': 'two', 'folder/deep/c.txt': '3' });
  const store = openStore(root);
  after(() => store.sql.close());
  const fingerprints = new FileFingerprints(root, store);
  assert.deepEqual(fingerprints.expand('folder'), ['folder/b.txt', 'folder/deep/c.txt']);
  assert.deepEqual(fingerprints.expand('**/*.txt'), ['a.txt', 'folder/b.txt', 'folder/deep/c.txt']);
  assert.deepEqual([fingerprints.expand('none'), fingerprints.expand('none/*')], [[], []]);
  const first = fingerprints.of(['a.txt']);
  assert.equal(first['a.txt']?.hash, '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed');
  store.sql.run("UPDATE file_hashes SET hash = 'remembered'");
  assert.equal(new FileFingerprints(root, store).of(['a.txt'])['a.txt']?.hash, 'remembered');
  writeFiles(root, { 'a.txt': 'two' });
  assert.notEqual(fingerprints.of(['a.txt'])['a.txt']?.hash, 'remembered');
  assert.deepEqual(new FileFingerprints(root, null).of(['a.txt', 'a.txt']), fingerprints.of(['a.txt']));
});

test('a link that leads nowhere is no file, and stops nothing', async () => {
  const { symlinkSync } = await import('node:fs');
  const { root, run } = newProject();
  symlinkSync('/no/such/file', join(root, 'data/z.csv'));
  assert.deepEqual(new FileFingerprints(root, null).expand('data/*.csv'), ['data/a.csv', 'data/b.csv']);
  const outcome = await run();
  assert.equal(outcome.error?.stage, 'prepare', 'cat says what is wrong; the plan does not crash');
});

test('links to files count as the files they lead to', async () => {
  const { symlinkSync } = await import('node:fs');
  const root = makeProject({ 'real/a.csv': 'a', 'data/b.csv': 'b' });
  symlinkSync('../real/a.csv', join(root, 'data/a.csv'));
  const fingerprints = new FileFingerprints(root, null);
  assert.deepEqual(fingerprints.expand('data'), ['data/a.csv', 'data/b.csv']);
  const before = fingerprints.of(['data'])['data/a.csv'];
  writeFiles(root, { 'real/a.csv': 'changed' });
  assert.notDeepEqual(fingerprints.of(['data'])['data/a.csv'], before);
});

test('what came from the environment is not written into the lock, and a change of it is noticed', async () => {
  const { readFileSync } = await import('node:fs');
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages: { s: { cmd: "echo ${env.LW_TEST_TOKEN} > out.txt", env: { T: "${env.LW_TEST_TOKEN}" }, outs: [out.txt] } }\n',
  });
  const store = openStore(root);
  after(() => store.sql.close());
  const run = (token: string) =>
    executeRun({ check: checkProject, project: loadProject(root, undefined, { LW_TEST_TOKEN: token }), store });
  assert.equal((await run('very-secret-1')).status, 'finished');
  assert.equal(readFileSync(join(root, 'out.txt'), 'utf8'), 'very-secret-1\n', 'the command gets it');
  const lock = readFileSync(join(root, 'loopwright.lock'), 'utf8');
  assert.ok(!lock.includes('very-secret') && lock.includes('echo ${env.LW_TEST_TOKEN} > out.txt'), lock);
  assert.equal((await run('very-secret-1')).status, 'fresh');
  assert.match(
    (await run('very-secret-2')).stages[0]?.reasons.join('; ') ?? '',
    /^env\.LW_TEST_TOKEN [0-9a-f]{12} → [0-9a-f]{12}$/,
  );
});
