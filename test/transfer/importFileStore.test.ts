import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { getRun } from '../../engine/tracking/runDetail.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { added, importInto, withStore } from './importStore.ts';
import { mlflowSays, mlflowSaysOfProject, mlflowWrites, projectFile, python } from './mlflowClient.ts';

test('what MLflow says of an imported file store is what it said of the store itself', async (t) => {
  const why = python.prepare();
  if (why) return t.skip(why);
  const root = makeProject(projectFile);
  const mlruns = join(root, 'there', 'mlruns');
  const uri = `file://${mlruns}`;
  mlflowWrites('make', uri);
  const first = await importInto(root, mlruns);
  assert.deepEqual(added(first), [2, 5, 310, 4, 1, 2, 0, 0, 0]);
  assert.deepEqual(first.problems, []);
  assert.deepEqual(await mlflowSaysOfProject(root), stepsKept(mlflowSays(uri)));

  assert.deepEqual(
    added(await importInto(root, join(root, 'there'))),
    [0, 0, 0, 0, 0, 0, 0, 5, 0],
    'importing twice adds nothing',
  );
  mlflowWrites('grow', uri);
  assert.deepEqual(added(await importInto(root, mlruns, { dryRun: true })), [0, 1, 5, 0, 0, 0, 1, 4, 0]);
  assert.deepEqual(added(await importInto(root, mlruns)), [0, 1, 5, 0, 0, 0, 1, 4, 0], 'only what is new');
  assert.deepEqual(await mlflowSaysOfProject(root), stepsKept(mlflowSays(uri)));
});

/**
 * MLflow's file store reads the step of a point that names a dataset as 0, though it wrote it
 * (`_get_metric_from_line`); we take what was written.
 */
function stepsKept(said: ReturnType<typeof mlflowSays>): ReturnType<typeof mlflowSays> {
  for (const run of said.runs)
    if (run.metrics['auc']) run.metrics['auc'] = run.metrics['auc'].map(([, at, value]) => [4, at, value]);
  return said;
}

const id = (n: number) => n.toString(16).padStart(32, 'a');
const meta = (run: string, rest = '') =>
  `artifact_uri: file:C:/Users/Ann/mlruns/0/${run}/artifacts\nend_time: 1500000002000\nentry_point_name: ''\nexperiment_id: 0\nname: old name\nrun_uuid: ${run}\nsource_name: train.py\nsource_type: 4\nsource_version: abc\nstart_time: 1500000000000\nstatus: 3\ntags: []\nuser_id: ann\n${rest}`;
const oldStore = (): Record<string, string | Uint8Array> => ({
  'mlruns/0/meta.yaml':
    'artifact_location: file:C:/Users/Ann/mlruns/0\nexperiment_id: 0\nlifecycle_stage: active\nname: Default\n',
  [`mlruns/0/${id(1)}/meta.yaml`]: meta(id(1)),
  [`mlruns/0/${id(1)}/params/lr`]: '0.1',
  [`mlruns/0/${id(1)}/params/nested/deep/key`]: '1e5',
  [`mlruns/0/${id(1)}/metrics/loss`]:
    '1500000000 1.5\n1500000001 nan\n1500000001 nan\n1500000002 -inf\n1500000000 1.5\n\n',
  [`mlruns/0/${id(1)}/metrics/with step`]:
    '1500000000000 0.5 1\n1500000000000 0.25 -1\n1500000000000 1e308 9007199254740991\n',
  [`mlruns/0/${id(1)}/artifacts/model/data.txt`]: 'weights',
});

test('stores of old versions are read: integer ids, `name`, no creation time, no steps, addresses of Windows', async () => {
  const root = makeProject({ ...projectFile, ...oldStore() });
  const counts = await importInto(root, root);
  assert.deepEqual(added(counts), [0, 1, 6, 1, 0, 0, 0, 0, 0]);
  await withStore(root, (store) => {
    const run = getRun(store, id(1));
    assert.equal(run.name, 'old name');
    assert.equal(run.experiment, 'default');
    assert.deepEqual(run.params, { lr: '0.1', 'nested/deep/key': '1e5' });
    assert.deepEqual(run.metrics, { 'with step': 1e308 });
    assert.deepEqual(run.notFinite, { loss: '-Infinity' });
    assert.equal(run.commit, 'abc');
    assert.deepEqual(run.artifacts, [{ path: 'model/data.txt', bytes: 7 }]);
  });
});

test('what is broken is told one by one, and the rest is imported', async () => {
  const root = makeProject({
    ...projectFile,
    ...oldStore(),
    [`mlruns/0/${id(2)}/meta.yaml`]: 'a: [1\nb: }',
    [`mlruns/0/${id(3)}/meta.yaml`]: Buffer.from(`name: \xff\xfe\n`, 'latin1'),
    [`mlruns/0/${id(4)}/metrics/m`]: '1 1 1\n',
    [`mlruns/0/${id(5)}/meta.yaml`]: meta(id(5), 'status: 17\n').replace('status: 3\n', ''),
    [`mlruns/0/${id(6)}/meta.yaml`]: meta(id(6)),
    [`mlruns/0/${id(6)}/metrics/m`]: '1 1 1\nnot a point\n2 2 2\n3 3',
    [`mlruns/0/${id(6)}/params/latin`]: Buffer.from('gr\xfcn', 'latin1'),
    [`mlruns/0/${id(7)}/meta.yaml`]: meta(id(7)).replace(/artifact_uri: .*/, 'artifact_uri: ../../../../../../etc'),
    [`mlruns/0/${id(8)}/meta.yaml`]: meta(id(8)).replace(/artifact_uri: .*/, 'artifact_uri: file:///etc'),
    [`mlruns/0/${id(9)}/meta.yaml`]: meta(id(9)),
    [`mlruns/0/${id(9)}/artifacts/own.txt`]: 'own',
    [`mlruns/9/${id(10)}/meta.yaml`]: meta(id(10)),
    [`mlruns/9/${id(10)}/params/p`]: '1',
    [`mlruns/9/${id(10)}/inputs/x/meta.yaml`]:
      'source_type: DATASET\nsource_id: ../../../etc\ndestination_type: RUN\ndestination_id: x\ntags: {}\n',
    [`mlruns/0/not hex/meta.yaml`]: meta('not hex'),
    [`mlruns/0/${id(11)}/meta.yaml`]: meta(id(11)),
    [`mlruns/0/${id(12)}/meta.yaml`]: meta(id(12)).replace(
      /artifact_uri: .*/,
      `artifact_uri: elsewhere/${id(12)}/artifacts`,
    ),
    'private/id_rsa': 'secret',
    'secret.txt': 'secret',
  });
  symlinkSync('../../../private', join(root, 'mlruns/0', id(11), 'artifacts'));
  mkdirSync(join(root, 'mlruns/elsewhere', id(12)), { recursive: true });
  symlinkSync('../../../private', join(root, 'mlruns/elsewhere', id(12), 'artifacts'));
  const nine = join(root, 'mlruns/0', id(9), 'artifacts');
  symlinkSync('.', join(nine, 'loop'));
  symlinkSync('../../../../secret.txt', join(nine, 'secret.txt'));
  symlinkSync('own.txt', join(nine, 'link.txt'));
  const counts = await importInto(root, join(root, 'mlruns'));
  const told = counts.problems.map(({ file, message }) => `${file.slice(root.length + 1)}: ${message}`).join('\n');
  assert.equal(counts.runs, 9, told);
  assert.equal(counts.skipped, 4, told);
  for (const expected of [
    `mlruns/0/${id(2)}/meta.yaml: the run ${id(2)} was left out: it is not YAML`,
    `mlruns/0/${id(3)}/meta.yaml: the run ${id(3)} was left out: it is not UTF-8`,
    `mlruns/0/${id(4)}/meta.yaml: the run ${id(4)} was left out: it is not there`,
    `mlruns/0/${id(5)}/meta.yaml: the run ${id(5)} was left out: its \`status\` is "17"`,
    `mlruns/0/${id(6)}/metrics/m: a line was left out: line 2 is "not a point"`,
    `mlruns/0/${id(6)}/params/latin: it is not UTF-8`,
    `mlruns/0/${id(9)}/artifacts/loop: it is a link to a folder`,
    `mlruns/0/${id(9)}/artifacts/secret.txt: it is a link that leads out of the source`,
    `mlruns/9/meta.yaml: the experiment cannot be read: it is not there; its runs are imported into an experiment \`9\``,
    'the dataset of the run was left out: its `source_id` is "../../../etc"',
  ])
    assert.ok(told.includes(expected), `${expected}\nis not in\n${told}`);
  await withStore(root, (store) => {
    assert.deepEqual(
      getRun(store, id(9)).artifacts.map(({ path }) => path),
      ['link.txt', 'own.txt'],
    );
    assert.deepEqual(getRun(store, id(7)).artifacts, []);
    for (const linked of [8, 11, 12]) assert.deepEqual(getRun(store, id(linked)).artifacts, []);
    assert.deepEqual(getRun(store, id(6)).params, { latin: 'gr\ufffdn' });
    const made = store.sql.get<{ id: string }>(`SELECT id FROM imports WHERE source_id = 'not hex'`)?.id ?? '';
    assert.match(made, /^[0-9a-f]{32}$/);
    assert.equal(getRun(store, made).name, 'old name');
  });
  assert.equal((await importInto(root, join(root, 'mlruns'))).unchanged, 9);
});

test('artifacts of a server are found in `mlartifacts` beside the store, those of a bucket stay there', async () => {
  const root = makeProject({
    ...projectFile,
    'mlruns/1/meta.yaml':
      "artifact_location: mlflow-artifacts:/1\nexperiment_id: '1'\nlifecycle_stage: active\nname: served\n",
    [`mlruns/1/${id(1)}/meta.yaml`]: meta(id(1)).replace(
      /artifact_uri: .*/,
      `artifact_uri: mlflow-artifacts:/1/${id(1)}/artifacts`,
    ),
    [`mlartifacts/1/${id(1)}/artifacts/a/b.txt`]: 'hello',
    [`mlruns/1/${id(2)}/meta.yaml`]: meta(id(2)).replace(
      /artifact_uri: .*/,
      `artifact_uri: s3://bucket/1/${id(2)}/artifacts`,
    ),
  });
  const counts = await importInto(root, join(root, 'mlruns'));
  assert.equal(counts.artifacts, 1);
  assert.deepEqual(
    counts.problems.map(({ message }) => message),
    [`its artifacts stay at s3://bucket/1/${id(2)}/artifacts`],
  );
  await withStore(root, (store) => {
    assert.deepEqual(getRun(store, id(1)).artifacts, [{ path: 'a/b.txt', bytes: 5 }]);
    assert.equal(
      store.sql.get<{ artifact_uri: string }>('SELECT artifact_uri FROM runs WHERE run_id = ?', id(2))?.artifact_uri,
      `s3://bucket/1/${id(2)}/artifacts`,
    );
  });
});

test('what a person changed here stays until the source changes it too', async () => {
  const root = makeProject({
    ...projectFile,
    ...oldStore(),
    [`mlruns/0/${id(1)}/tags/a`]: '1',
    [`mlruns/0/${id(1)}/tags/b`]: '1',
  });
  await importInto(root, join(root, 'mlruns'));
  await withStore(root, ({ sql }) => {
    sql.run(`UPDATE runs SET name = 'mine', starred = 1`);
    sql.run(`UPDATE tags SET value = 'mine' WHERE key IN ('a', 'b')`);
  });
  writeFiles(root, { [`mlruns/0/${id(1)}/tags/b`]: 'theirs' });
  assert.equal((await importInto(root, join(root, 'mlruns'))).updated, 1);
  await withStore(root, (store) => {
    const run = getRun(store, id(1));
    assert.equal(run.name, 'mine');
    assert.deepEqual(
      { a: run.tags['a'], b: run.tags['b'], starred: run.starred },
      { a: 'mine', b: 'theirs', starred: true },
    );
  });
});

test('a million points of one metric are streamed', async () => {
  const root = makeProject({ ...projectFile, ...oldStore() });
  mkdirSync(join(root, `mlruns/0/${id(1)}/metrics`), { recursive: true });
  writeFileSync(
    join(root, `mlruns/0/${id(1)}/metrics/long`),
    Array.from({ length: 1_000_000 }, (_, i) => `${1500000000000 + i} ${1 / (i + 1)} ${i}`).join('\n'),
  );
  const counts = await importInto(root, join(root, 'mlruns'));
  assert.equal(counts.points, 1_000_006);
  await withStore(root, ({ sql }) => {
    const last = sql.get<{ step: number; value: number; count: number }>(
      'SELECT l.step, l.value, l.count FROM latest l JOIN metric_keys k ON k.id = l.key WHERE k.key = ?',
      'long',
    );
    assert.deepEqual(last, { step: 999_999, value: 1e-6, count: 1_000_000 });
  });
});
