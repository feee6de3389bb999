import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { exportFileStore } from '../../engine/transfer/exportFileStore.ts';
import type { ExportOptions } from '../../engine/transfer/exportedRuns.ts';
import { plainNames } from '../../engine/transfer/exportedRegistry.ts';
import { exportServer } from '../../engine/transfer/exportServer.ts';
import { setAlias } from '../../engine/registry/aliases.ts';
import { type Store } from '../../engine/store/store.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess, type TrackingProcess } from '../helpers/trackingProcess.ts';
import { aRun, id, numbers, project, told } from './exportedModels.ts';
import { importInto, withStore } from './importStore.ts';
import { projectFile } from './mlflowClient.ts';
import { logModel, register, registerOwn, registryOf } from './modelStore.ts';

/** One server for all tests here; each has models of its own names. */
const serverRoot = makeProject(projectFile);
let server: TrackingProcess;
before(async () => {
  server = await trackingProcess(serverRoot);
});
after(() => server.stop());
const toServer = (store: Store, options: ExportOptions = {}) =>
  exportServer(store, server.uri, { ...options, env: { MLFLOW_TRACKING_TOKEN: server.token } });
const versionsThere = async (name: string) => {
  const { body } = await server.call(`model-versions/search?filter=${encodeURIComponent(`name = '${name}'`)}`);
  return (
    (body['model_versions'] ?? []) as {
      version: string;
      source: string;
      description: string;
      current_stage: string;
      tags: { key: string; value: string }[];
      run_id: string;
    }[]
  ).toSorted((a, b) => Number(a.version) - Number(b.version));
};
const aliasesThere = async (name: string) => {
  const { body } = await server.call(`registered-models/get?name=${encodeURIComponent(name)}`);
  return Object.fromEntries(
    ((body['registered_model']?.['aliases'] ?? []) as { alias: string; version: string }[]).map(
      ({ alias, version }) => [alias, version],
    ),
  );
};

test('names that MLflow refuses are replaced and told, and stay apart', async () => {
  assert.deepEqual(Object.fromEntries(plainNames(['a/b:c', 'a_b_c', 'ok ü', '..', 'x%y', 'a:b/c'])), {
    'a/b:c': 'a_b_c-2',
    a_b_c: 'a_b_c',
    'ok ü': 'ok ü',
    '..': '_..',
    'x%y': 'x_y',
    'a:b/c': 'a_b_c-3',
  });
  const store = project();
  register(store, 'a/b:c', { 1: { source: 's3://b/1', tags: { 'ünï [key]': 'ß✓\n"x"' } } }, { best: 1 });
  logModel(store, { id: id(1), run: aRun(store), name: 'dots.and:colons' });
  const to = join(makeProject(), 'mlruns');
  const file = await exportFileStore(store, to, {});
  assert.deepEqual(
    [numbers(file), told(file).filter((text) => text.startsWith('a/b:c'))],
    [
      [1, 1, 1, 0, 0],
      [
        'a/b:c: the registered model is called `a_b_c` there, because MLflow does not accept the name',
        'a/b:c v1: the tag `ünï [key]` is written as `ünï _key_`',
      ],
    ],
  );
  assert.equal(readFileSync(join(to, 'models', 'a_b_c', 'version-1', 'tags', 'ünï _key_'), 'utf8'), 'ß✓\n"x"');
  assert.deepEqual(numbers(await toServer(store)), [1, 1, 1, 0, 0]);
  assert.deepEqual(
    [
      await aliasesThere('a_b_c'),
      (await versionsThere('a_b_c'))[0]?.tags
        .map(({ key, value }) => [key, value])
        .filter(([key]) => !key?.startsWith('loopwright.')),
    ],
    [{ best: '1' }, [['ünï _key_', 'ß✓\n"x"']]],
  );
  assert.deepEqual(numbers(await toServer(store)), [0, 0, 0, 0, 0]);
});

test('only versions of exported runs go along; the others, and their aliases, are told', async () => {
  const store = project();
  const [chosen, other] = [aRun(store, { experiment: 'chosen' }), aRun(store)];
  logModel(store, { id: id(2), run: chosen, files: { MLmodel: 'a' } });
  logModel(store, { id: id(3), run: other, files: { MLmodel: 'b' } });
  logModel(store, { id: id(4), run: null });
  store.sql.run(
    `INSERT INTO run_models (run, model_id, direction, step) SELECT id, ?, 'input', 0 FROM runs WHERE run_id = ?`,
    id(3),
    chosen,
  );
  register(
    store,
    'mixed',
    {
      1: { run: chosen, source: `models:/${id(2)}` },
      2: { run: other, source: `runs:/${other}/m` },
      3: { run: 'f'.repeat(32), source: 's3://b/3' },
      4: { source: 's3://b/4' },
    },
    { one: 1, two: 2 },
  );
  register(store, 'none of these', { 1: { run: other, source: `runs:/${other}/m` } });
  const to = join(makeProject(), 'mlruns');
  const counts = await exportFileStore(store, to, { experiment: 'chosen' });
  assert.deepEqual(numbers(counts), [2, 1, 2, 0, 0], 'its own model and the one that it read, which another run made');
  assert.deepEqual(told(counts), [
    'mixed: the versions 2, 3 of the registered model were left out: the run is not among the exported ones',
    'mixed: the alias `two` was left out, because version 2 is not there',
    'none of these: version 1 of the registered model was left out: the run is not among the exported ones',
  ]);
  assert.deepEqual(readdirSync(join(to, 'models', 'mixed')).toSorted(), [
    'aliases',
    'meta.yaml',
    'version-1',
    'version-4',
  ]);
  assert.deepEqual(
    numbers(await exportFileStore(store, to, {})),
    [1, 1, 2, 1, 0],
    'with all runs the rest comes; the alias is set',
  );
});

test('metrics of models keep NaN, datasets and infinities; names with spaces, which would break MLflow’s reader, are told', async () => {
  const store = project();
  const run = aRun(store);
  logModel(store, {
    id: id(5),
    run,
    metrics: [
      { key: 'm', value: Number.NaN, step: -1, at: 1 },
      { key: 'm', value: -Infinity, step: 2, at: 1 },
      { key: 'm', value: 0.1, step: 3, at: 1, dataset: ['train set', 'd1'] },
      { key: 'm', value: 0.2, step: 3, at: 1, dataset: ['other', 'd1'] },
      { key: 'half', value: 1, step: 0, at: 1, dataset: ['x', ''] },
    ],
  });
  const to = join(makeProject(), 'mlruns');
  const counts = await exportFileStore(store, to, {});
  assert.equal(
    readFileSync(join(to, '0', 'models', id(5), 'metrics', 'm'), 'utf8'),
    `1 nan -1 ${run}\n1 -inf 2 ${run}\n1 0.1 3 ${run} train_set d1\n1 0.2 3 ${run} other d1\n`,
  );
  assert.deepEqual(
    told(counts).map((text) => text.replace(/^.*?: /, '')),
    [
      'the dataset `x` of its metrics is left out: a file store keeps none without both a name and a digest',
      'the dataset `train set` of its metrics is written as `train_set`',
      'forest: its files no longer exist here; all else was exported',
    ],
  );
  assert.deepEqual(numbers(await exportFileStore(store, to, {})), [0, 0, 0, 0, 0]);
  await toServer(store);
  const { body } = await server.call('logged-models/search', {
    experiment_ids: ['0', '1'],
    filter: `tags.\`loopwright.model_id\` = '${id(5)}'`,
  });
  const [model] = body['models'] as unknown as {
    data: { metrics: { value: unknown; step: number; dataset_name?: string }[] };
    info: { status: string };
  }[];
  assert.deepEqual(
    model?.data.metrics.map(({ value, step, dataset_name: dataset }) => [value, step, dataset]).slice(-4),
    [
      ['NaN', -1, undefined],
      ['-Infinity', 2, undefined],
      [0.1, 3, 'train set'],
      [0.2, 3, 'other'],
    ],
  );
  assert.equal(model?.info.status, 'LOGGED_MODEL_READY');
});

test('what a person changed or deleted there stays until it changes here; aliases are not taken from versions of others', async () => {
  const store = project();
  const run = aRun(store);
  register(
    store,
    'shared',
    {
      1: { run, source: `runs:/${run}/m` },
      2: { run, source: `runs:/${run}/m` },
      3: { run, source: `runs:/${run}/m` },
    },
    { best: 1, mine: 1, moves: 1 },
  );
  await server.call('registered-models/create', { name: 'shared', description: 'theirs' });
  await server.call('model-versions/create', { name: 'shared', source: 's3://theirs/1' });
  await server.call('registered-models/alias', { name: 'shared', alias: 'best', version: '1' });
  const first = await toServer(store);
  assert.deepEqual(
    [numbers(first).slice(1), told(first).filter((text) => text.includes('alias'))],
    [[0, 3, 1, 0], ['shared: the alias `best` was left out: there it names version 1, which is not of this project']],
  );
  assert.deepEqual(await aliasesThere('shared'), { best: '1', mine: '2', moves: '2' });
  await server.call('registered-models/alias', { name: 'shared', alias: 'mine', version: '3' });
  await server.call('model-versions/update', { name: 'shared', version: '2', description: 'written there' }, 'PATCH');
  await server.call('model-versions/set-tag', { name: 'shared', version: '2', key: 'there', value: '1' });
  await server.call('model-versions/delete', { name: 'shared', version: '4' }, 'DELETE');
  setAlias(store, { model: 'shared', alias: 'moves', version: 2, kind: 'set', why: 'test', actor: 'test:me' });
  assert.deepEqual(numbers(await toServer(store)).slice(1), [0, 0, 1, 0]);
  assert.deepEqual(await aliasesThere('shared'), { best: '1', mine: '3', moves: '3' });
  const seen = (await versionsThere('shared')).map(({ version, description, tags }) => [
    version,
    description,
    tags.some(({ key }) => key === 'there'),
  ]);
  assert.deepEqual(seen, [
    ['1', '', false],
    ['2', 'written there', true],
    ['3', '', false],
  ]);
  store.sql.run(`UPDATE model_versions SET description = 'now here' WHERE model = 'shared' AND version = 1`);
  setAlias(store, { model: 'shared', alias: 'mine', version: null, kind: 'set', why: 'test', actor: 'test:me' });
  assert.deepEqual(numbers(await toServer(store)).slice(1), [0, 0, 1, 0]);
  assert.deepEqual(
    [(await versionsThere('shared')).map(({ description }) => description), await aliasesThere('shared')],
    [['', 'now here', ''], { best: '1', mine: '3', moves: '3' }],
    'an alias that was moved there is theirs',
  );
  assert.equal(
    (await server.call('registered-models/get?name=shared')).body['registered_model']?.['description'],
    'theirs',
  );
});

test('a logged model that a person deleted on the server stays deleted', async () => {
  const store = project();
  logModel(store, { id: id(6), run: aRun(store) });
  await toServer(store);
  const search = async () =>
    (
      await server.call('logged-models/search', {
        experiment_ids: ['0', '1'],
        filter: `tags.\`loopwright.model_id\` = '${id(6)}'`,
      })
    ).body['models'] as unknown as { info: { model_id: string } }[];
  const [there] = await search();
  assert.equal((await server.call(`logged-models/${there?.info.model_id}`, undefined, 'DELETE')).status, 200);
  assert.deepEqual([numbers(await toServer(store)), await search()], [[0, 0, 0, 0, 0], []]);
});

test('what is refused is told, the rest goes on, and the next export takes it up', async () => {
  const store = project();
  const run = aRun(store);
  register(
    store,
    'first of all',
    { 1: { source: '/home/me/model' }, 2: { run, source: `runs:/${run}/m` } },
    { 'not allowed!': 2, fine: 2 },
  );
  logModel(store, { id: id(7), run });
  register(store, 'lost', { 1: { run, source: `models:/${id(8)}` } });
  const sent = await toServer(store);
  assert.deepEqual(numbers(sent), [1, 2, 1, 0, 3]);
  assert.deepEqual(
    told(sent)
      .filter((text) => !text.includes('files no longer exist here'))
      .map((text) => text.replace(server.uri, '')),
    [
      'first of all v1: the model version was not exported completely: its files are at /home/me/model, which no server reads',
      "first of all: the alias `not allowed!` was not set:  refused POST /api/2.0/mlflow/registered-models/alias (400): Invalid alias name: 'not allowed!'. Names may only contain alphanumerics, underscores (_) and dashes (-).",
      `lost v1: the model version was not exported completely: its logged model ${id(8)} is not on the server`,
    ],
  );
  assert.deepEqual(await aliasesThere('first of all'), { fine: '1' });
  const to = join(makeProject(), 'mlruns');
  const written = await exportFileStore(store, to, {});
  assert.deepEqual(
    [numbers(written), readdirSync(join(to, 'models', 'first of all', 'aliases'))],
    [[1, 2, 3, 0, 1], ['fine']],
  );
  logModel(store, { id: id(8), run });
  assert.deepEqual(numbers(await toServer(store)), [1, 0, 1, 0, 2]);
});

test('a registry that is imported from an export, changed here and imported again keeps the changes', async () => {
  const store = project();
  const own = registerOwn(store, 'own');
  register(
    store,
    'm',
    { 2: { run: own.first, source: `runs:/${own.first}/model-train`, tags: { a: '1' } } },
    { best: 2 },
  );
  store.sql.run(`INSERT INTO registered_model_tags (model, key, value) VALUES ('m', 'owner', 'a')`);
  const to = join(makeProject(), 'mlruns');
  assert.deepEqual(numbers(await exportFileStore(store, to, {})), [0, 2, 3, 0, 0]);
  assert.deepEqual(
    [own.first, own.second].map((run) => readdirSync(join(to, '0', run, 'artifacts', 'model-train'))),
    [
      ['loopwright-model.json', 'weights.bin'],
      ['loopwright-model.json', 'weights.bin'],
    ],
    'the model that an earlier run trained is with the run of its version as well',
  );
  setAlias(store, { model: 'm', alias: 'best', version: null, kind: 'set', why: 'test', actor: 'test:me' });
  store.sql.run(`UPDATE model_version_tags SET value = '2'`);
  store.sql.run(`UPDATE registered_model_tags SET value = 'b'`);
  const was = registryOf(store);
  const { problems } = await importInto(store.root, to);
  assert.deepEqual(
    [registryOf(store), problems.map(({ message }) => message)],
    [
      was,
      ['left out: `own` is the model that this project validates and serves, whose versions come from its own runs'],
    ],
  );
  const other = makeProject(projectFile);
  assert.deepEqual(
    [
      (await importInto(other, to)).modelVersions,
      await withStore(other, ({ sql }) =>
        sql.all<{ path: string }>(`SELECT path FROM model_versions WHERE model = 'own'`).map(({ path }) => path),
      ),
    ],
    [3, [own.first, own.second].map((run) => `mlflow-artifacts:/0/${run}/artifacts/model-train`)],
  );
});
