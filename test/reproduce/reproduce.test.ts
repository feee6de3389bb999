import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { WorkError } from '../../engine/base/errors.ts';
import { withCodeTrees } from '../../engine/provenance/codeTrees.ts';
import { keptRun } from '../../engine/provenance/keptRun.ts';
import { reproduce, type Reproduction } from '../../engine/reproduce/reproduce.ts';
import { listRuns } from '../../engine/tracking/findRuns.ts';
import { getRun } from '../../engine/tracking/runDetail.ts';
import type { Store } from '../../engine/store/store.ts';
import { commitAll, gitIn } from '../helpers/gitIn.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { ordersFiles } from '../helpers/ordersProject.ts';
import { isRunning, runCli, runJson, startCli } from '../helpers/runCli.ts';
import { runIn } from '../helpers/runIn.ts';
import { until } from '../helpers/until.ts';

// Work trees are looked for in the folder for temporary files: each test has one of its own.
const ownTemporary = join(tmpdir(), `loopwright-reproduce-test-${process.pid}`);
mkdirSync(ownTemporary, { recursive: true });
process.env['TMPDIR'] = ownTemporary;
process.on('exit', () => rmSync(ownTemporary, { recursive: true, force: true }));
beforeEach(() => assert.deepEqual(leftovers(), [], 'nothing is left of the test before'));

const leftovers = () =>
  readdirSync(ownTemporary).filter(
    (name) => name.startsWith('loopwright-reproduce-') || name.startsWith('loopwright-patch-'),
  );
const verdicts = ({ metrics }: Reproduction) => Object.fromEntries(metrics.map(({ key, verdict }) => [key, verdict]));
const snapshotsIn = (store: Store) => store.sql.all('SELECT id, dataset, hash, kept FROM snapshots ORDER BY rowid');

test('a run of the whole life is the same bit for bit, after code, data and params went on; the project is not touched', async () => {
  const root = makeProject({
    ...ordersFiles({ rows: 400 }),
    '.gitignore': 'data/\nincoming/\nlabels/\n.loopwright/\nloopwright.lock\n',
  });
  commitAll(root);
  writeFiles(root, {
    'sql/features.sql': 'SELECT id, "at", amount, hour, country, late FROM orders WHERE hour < 23\n',
  });
  const { run, store } = runIn(root);
  const first = await run({ params: { epochs: 4, learning_rate: 0.03 } });
  assert.equal(first.status, 'finished', first.error?.message);

  // Everything goes on: code is committed, data grows, params change, another model is trained.
  writeFiles(root, {
    'sql/features.sql': 'SELECT id, "at", amount * 2 AS amount, hour, country, late FROM orders\n',
    'incoming/orders-2.csv': readFileSync(join(root, 'incoming/orders-1.csv'), 'utf8').replaceAll(/^o/gm, 'p'),
  });
  gitIn(root)('commit', '-qam', 'later');
  assert.equal((await run({ params: { epochs: 2 } })).status, 'finished');
  const before = {
    status: gitIn(root)('status', '--porcelain'),
    lock: readFileSync(join(root, 'loopwright.lock'), 'utf8'),
    data: readFileSync(join(root, 'data/features.parquet')),
    snapshots: snapshotsIn(store),
    models: store.sql.all('SELECT * FROM model_versions'),
    aliases: store.sql.all('SELECT * FROM aliases'),
  };

  const said: string[] = [];
  const result = await reproduce({ root, store, run: first.name ?? '', say: (text) => said.push(text) });
  assert.deepEqual(
    [result.matches, result.notes, result.error, result.environment, result.folder],
    [true, [], null, [], null],
  );
  const found = verdicts(result);
  assert.ok(
    ['loss', 'validation_loss', 'pr_auc', 'roc_auc', 'rows.orders', 'rows.features', 'model_bytes'].every(
      (key) => found[key] === 'same',
    ),
    JSON.stringify(found),
  );
  assert.ok(Object.values(found).every((verdict) => verdict === 'same'));
  assert.deepEqual(
    result.timing.map(({ key }) => key).filter((key) => !key.startsWith('system/')),
    ['latency_p50_ms', 'latency_p95_ms', 'predict_p50_ms', 'predict_p95_ms'],
  );
  assert.deepEqual(
    result.data.map(({ dataset, same }) => [dataset, same]),
    [
      ['features', true],
      ['orders', true],
    ],
  );
  assert.match(said[0] ?? '', /checking out [0-9a-f]{12} with the changes that were kept/);

  const again = getRun(store, result.again.runId);
  const was = getRun(store, first.runId ?? '');
  assert.deepEqual(
    [again.tags, again.params, again.seed, again.commit, again.dirty, again.code, again.experiment],
    [
      { backend: was.tags['backend'], reproduces: first.runId },
      was.params,
      was.seed,
      was.commit,
      was.dirty,
      was.code,
      was.experiment,
    ],
  );
  assert.deepEqual(
    again.stages.map(({ stage, status }) => [stage, status]),
    was.stages.map(({ stage, status }) => [stage, status]),
  );
  assert.deepEqual(
    again.artifacts.map(({ path }) => path),
    was.artifacts.map(({ path }) => path),
  );
  assert.deepEqual(again.inputs, was.inputs, 'the versions it read are those of the first run');
  assert.deepEqual(
    {
      status: gitIn(root)('status', '--porcelain'),
      lock: readFileSync(join(root, 'loopwright.lock'), 'utf8'),
      data: readFileSync(join(root, 'data/features.parquet')),
      snapshots: snapshotsIn(store),
      models: store.sql.all('SELECT * FROM model_versions'),
      aliases: store.sql.all('SELECT * FROM aliases'),
    },
    before,
  );
  assert.equal(gitIn(root)('worktree', 'list').trim().split('\n').length, 1);
});

test('a run that trained on data made before is reproduced with that data, which is not made again', async () => {
  const root = makeProject({
    ...ordersFiles({ rows: 400 }),
    '.gitignore': 'data/\nincoming/\nlabels/\n.loopwright/\n',
  });
  commitAll(root);
  const { run, store } = runIn(root);
  await run({ stages: ['prepare'] });
  const trained = await run({ stages: ['validate'] });
  assert.deepEqual(
    trained.stages.map(({ status }) => status),
    ['skipped', 'skipped', 'finished', 'finished'],
  );
  // Only what `validate` is made from changes, so its run uses the model that stands.
  const validated = await run({ stages: ['validate'], force: true });
  assert.deepEqual(
    validated.stages.map(({ status }) => status),
    ['skipped', 'skipped', 'skipped', 'finished'],
  );
  rmSync(join(root, 'incoming'), { recursive: true });
  rmSync(join(root, 'data'), { recursive: true });
  for (const [outcome, stages] of [
    [trained, ['train', 'validate']],
    [validated, ['validate']],
  ] as const) {
    const result = await reproduce({ root, store, run: outcome.runId ?? '' });
    assert.ok(result.matches, JSON.stringify(result.metrics));
    assert.deepEqual(
      getRun(store, result.again.runId).stages.map(({ stage }) => stage),
      stages,
    );
  }
  store.sql.run('UPDATE snapshots SET kept = 0');
  rmSync(join(root, '.loopwright/snapshots'), { recursive: true });
  await assert.rejects(
    reproduce({ root, store, run: trained.runId ?? '' }),
    (error) =>
      error instanceof WorkError &&
      /Files that the run read have changed or are missing: data\/features\.parquet \([\d,]+ bytes, SHA-256 [0-9a-f]{12}…, read by train\)/.test(
        error.message,
      ),
  );
});

const yaml = (cmd: string, more = '') =>
  `version: 1\nproject: p\nseed: 5\nparams: { lr: 0.5 }\nstages:\n  s:\n    cmd: ${JSON.stringify(cmd)}\n    metrics: [m.json]\n${more}`;

test('metrics that differ are told by how much, with times apart; the exit code says whether all match', async () => {
  // Each time it runs, the program adds to a file outside the project, so that no two runs are alike.
  const outside = join(makeProject(), 'n');
  const root = makeProject({
    'loopwright.yaml': yaml(
      `n=$(cat ${outside} 2>/dev/null || echo 0); echo $((n+1)) > ${outside}; echo "{\\"exact\\": \${params.lr}, \\"close\\": 1.00000000000000$n, \\"far\\": $n, \\"train_seconds\\": $n, \\"odd$n\\": 1}" > m.json`,
    ),
  });
  commitAll(root);
  const { json } = await runJson<{ runId: string }>(['run', '--param', 'lr=0.25'], { cwd: root });
  const far = await runJson<Reproduction>(['reproduce', json.runId], { cwd: root });
  assert.equal(far.code, 1, far.err);
  assert.deepEqual(verdicts(far.json), {
    close: 'within',
    exact: 'same',
    far: 'differs',
    odd0: 'missing',
    odd1: 'new',
  });
  const row = far.json.metrics.find(({ key }) => key === 'far');
  assert.deepEqual([row?.before, row?.after, row?.absolute, row?.relative], [0, 1, 1, 1]);
  assert.deepEqual(
    far.json.timing.map(({ key, verdict }) => [key, verdict]),
    [['train_seconds', 'differs']],
  );
  assert.match(far.err, /checking out/);
  const text = await runCli(['reproduce', json.runId, '--tolerance', '100'], { cwd: root });
  assert.deepEqual([text.code, text.err.includes('error')], [1, false]);
  assert.match(text.out, /far +0 +2 +2\.00e\+0 +1\.00e\+0 +within the tolerance\n/);
  assert.match(
    text.out,
    /odd0 +1 +– +MISSING now\n[^]*NOT reproduced: \w+-\w+ as \w+-\w+ \(1 same, 2 within, 1 missing, 1 new; tolerance 100\)/,
  );
  assert.equal((await runCli(['reproduce', json.runId, '--tolerance', 'x'], { cwd: root })).code, 2);
});

test('outside git a copy of the project is run, and that is said', async () => {
  const root = makeProject({ 'loopwright.yaml': yaml('echo \'{\\"a\\": 1}\' > m.json'.replaceAll('\\', '')) });
  const { run, store } = runIn(root);
  const { runId } = await run();
  const result = await reproduce({ root, store, run: runId ?? '' });
  assert.ok(result.matches);
  assert.match(result.notes.join(), /outside git.*a copy of the project as it is now/);
});

test('what cannot be reproduced says why', async () => {
  const root = makeProject({
    'loopwright.yaml': yaml('cp in.txt m.json', '    deps: [in.txt]\n'),
    '.gitignore': '*.txt\n',
    'in.txt': '{"a": 1}',
  });
  commitAll(root);
  const { run, store } = runIn(root);
  const { runId } = await run();
  const again = (id = runId ?? '') => reproduce({ root, store, run: id });
  assert.ok((await again()).matches, 'an ignored file is taken from the project while it is the same');
  writeFiles(root, { 'in.txt': '{"a": 2}' });
  await assert.rejects(again(), /have changed or are missing: in\.txt \(8 bytes, SHA-256 [0-9a-f]{12}…, read by s\)/);
  await assert.rejects(again('nothing'), /There is no run `nothing`/);
  const row = store.sql.get<{ commit_hash: string }>('SELECT commit_hash FROM runs WHERE run_id = ?', runId);
  store.sql.run(`UPDATE runs SET commit_hash = '0123456789012345678901234567890123456789' WHERE run_id = ?`, runId);
  await assert.rejects(again(), /The commit 012345678901 of the run is not in this repository any more/);
  store.sql.run(
    `UPDATE runs SET commit_hash = ?, code = json_set(code, '$.patch', 'x') WHERE run_id = ?`,
    row?.commit_hash ?? '',
    runId,
  );
  await assert.rejects(again(), /uncommitted changes of .* are missing/);
  store.sql.run(
    `INSERT INTO texts VALUES ('x', 'diff --git a/none b/none\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-a\n+b\n')`,
  );
  await assert.rejects(again(), /The uncommitted changes of the run do not apply to its commit: .*none/);
  store.sql.run(`UPDATE runs SET source = 'mlflow', command = 'train.py' WHERE run_id = ?`, runId);
  await assert.rejects(
    again(),
    /was logged by another program \(mlflow\), so its command is unknown: only its commit [0-9a-f]{12} and its program train\.py/,
  );
  rmSync(join(root, '.git'), { recursive: true });
  store.sql.run(`UPDATE runs SET source = 'loopwright', code = '{}' WHERE run_id = ?`, runId);
  await assert.rejects(again(), /The project is no longer in a git repository/);
});

const waiting = 'test -e m.json; echo on; while [ ! -e "$GO" ]; do sleep 0.02; done; echo \'{"a": 1}\' > m.json';

test('Ctrl-C takes the work tree away; a kill leaves it to the next, which takes away folder, program and registration', async () => {
  const root = makeProject({ 'loopwright.yaml': yaml(waiting), '.gitignore': 'm.json\n' });
  const go = join(makeProject(), 'go');
  commitAll(root);
  const env = { GO: go };
  writeFileSync(go, '');
  const { json } = await runJson<{ runId: string }>(['run'], { cwd: root, env });
  rmSync(go);
  const worktrees = () => gitIn(root)('worktree', 'list').trim().split('\n').length;

  const cancelled = startCli(['reproduce', json.runId], { cwd: root, env });
  await until('the stage runs', () => cancelled.out().includes('│ on'));
  assert.equal(worktrees(), 2);
  cancelled.child.kill('SIGINT');
  assert.equal((await cancelled.ended).code, 130);
  assert.deepEqual([worktrees(), leftovers()], [1, []]);

  const killed = startCli(['reproduce', json.runId], { cwd: root, env });
  await until('the stage runs', () => killed.out().includes('│ on'));
  const folder = join(ownTemporary, leftovers()[0] ?? 'none', 'code');
  const { openDatabase } = await import('../../engine/store/openDatabase.ts');
  const sql = openDatabase(join(folder, '.loopwright/loopwright.db'));
  const pid = sql.get<{ pid: number }>('SELECT child_pid AS pid FROM run_stages')?.pid ?? 0;
  sql.close();
  killed.child.kill('SIGKILL');
  assert.equal((await killed.ended).signal, 'SIGKILL');
  assert.deepEqual([worktrees(), await isRunning(pid)], [2, true], 'what a kill leaves');
  writeFileSync(go, '');
  const next = await runJson<Reproduction>(['reproduce', json.runId], { cwd: root, env });
  assert.deepEqual([next.code, next.json.matches], [0, true], next.err);
  assert.deepEqual([worktrees(), leftovers(), await isRunning(pid)], [1, [], false]);
  assert.deepEqual(
    listRuns(runIn(root).store).runs.map(({ status }) => status),
    ['finished', 'finished'],
    'neither the cancelled nor the killed one is in the history',
  );
  // A folder that somebody else cleaned up leaves only the registration.
  mkdirSync(join(ownTemporary, 'loopwright-reproduce-gone'));
  gitIn(root)('worktree', 'add', '-q', '--detach', join(ownTemporary, 'loopwright-reproduce-gone/code'));
  rmSync(join(ownTemporary, 'loopwright-reproduce-gone'), { recursive: true });
  assert.equal((await runJson<Reproduction>(['reproduce', json.runId], { cwd: root, env })).code, 0);
  assert.equal(worktrees(), 1);
});

test('--keep leaves the work tree; tools that no repository holds are linked into it, and outlive it', async () => {
  const root = makeProject({
    'sub/loopwright.yaml': yaml('cat node_modules/m/value > m.json'),
    'sub/.gitignore': 'node_modules/\nm.json\n',
    'sub/node_modules/m/value': '{"a": 3}',
  });
  commitAll(root);
  const { run, store } = runIn(join(root, 'sub'));
  const { runId } = await run();
  const result = await reproduce({ root: join(root, 'sub'), store, run: runId ?? '', keep: true });
  assert.ok(result.matches && result.folder?.endsWith('/code/sub'));
  assert.equal(readFileSync(join(result.folder ?? '', 'm.json'), 'utf8'), '{"a": 3}');
  await reproduce({ root: join(root, 'sub'), store, run: runId ?? '' });
  assert.ok(existsSync(result.folder ?? ''), 'another reproduction leaves it alone');
  assert.equal(readFileSync(join(root, 'sub/node_modules/m/value'), 'utf8'), '{"a": 3}');
  gitIn(root)('worktree', 'remove', '--force', join(result.folder ?? '', '..'));
  assert.equal(readFileSync(join(root, 'sub/node_modules/m/value'), 'utf8'), '{"a": 3}');
  rmSync(join(result.folder ?? '', '../..'), { recursive: true, force: true });
});

test('submodules stand at the commits of the run, those inside submodules too; a commit that is gone is told', async () => {
  const add = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add'];
  const deep = makeProject({ 'deep.json': '{"deep": 3}' });
  commitAll(deep);
  const lib = makeProject({ 'value.json': '{"value": 1}' });
  commitAll(lib);
  gitIn(lib)(...add, deep, 'deep');
  gitIn(lib)('commit', '-qm', 'deep');
  const root = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages: { s: { cmd: "cat lib/value.json > value.json && cat lib/deep/deep.json > deep.json", metrics: [value.json, deep.json] } }\n',
    '.gitignore': '/*.json\n.loopwright/\nloopwright.lock\n',
  });
  commitAll(root);
  gitIn(root)(...add, lib, 'lib');
  gitIn(root)('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive');
  gitIn(root)('commit', '-qm', 'lib');
  // The run is made at a commit of the submodule that the project has not committed.
  const inside = gitIn(join(root, 'lib'));
  const before = inside('rev-parse', 'HEAD').trim();
  writeFiles(join(root, 'lib'), { 'value.json': '{"value": 2}' });
  inside('commit', '-qam', 'two');
  const { run, store } = runIn(root);
  const first = await run();
  assert.deepEqual([first.error, getRun(store, first.runId ?? '').metrics['value']], [null, 2]);
  const second = inside('rev-parse', 'HEAD').trim();
  inside('checkout', '-q', before);
  const kept = keptRun(store, first.runId ?? '');
  assert.equal(
    (await withCodeTrees(root, (trees) => trees.read(kept, 'lib')))?.toString(),
    `Subproject commit ${second}\n`,
    'what the native diff of two runs shows',
  );
  const status = gitIn(root)('status', '--porcelain');

  const result = await reproduce({ root, store, run: first.name ?? '' });
  assert.deepEqual([result.error, result.notes, verdicts(result)], [null, [], { value: 'same', deep: 'same' }]);
  assert.equal(gitIn(root)('status', '--porcelain'), status);

  inside('branch', '-qD', 'main');
  inside('reflog', 'expire', '--expire=now', '--all');
  inside('gc', '--quiet', '--prune=now');
  await assert.rejects(reproduce({ root, store, run: first.name ?? '' }), {
    message: /The submodule `lib` has no commit [\da-f]{12} here\. Fetch it/,
  });
});
