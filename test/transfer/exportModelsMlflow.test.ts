import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exportFileStore } from '../../engine/transfer/exportFileStore.ts';
import type { ExportCounts } from '../../engine/transfer/exportedRuns.ts';
import { exportServer } from '../../engine/transfer/exportServer.ts';
import { setAlias } from '../../engine/registry/aliases.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { trackingProcess } from '../helpers/trackingProcess.ts';
import { startMlflowServer } from '../mlflow/mlflowServer.ts';
import { mlflowVenv } from '../mlflow/mlflowVenv.ts';
import { added, importInto, withStore } from './importStore.ts';
import { projectFile } from './mlflowClient.ts';
import { registerOwn, registryOf } from './modelStore.ts';

interface Version {
  version: number;
  description: string;
  stage: string;
  source: string;
  run: string | null;
  tags: Record<string, string>;
  files: Record<string, number> | string | null;
}

interface Place {
  models: {
    id: string;
    name: string;
    files: unknown;
    metrics: [string, number, number, string, string, string, string][];
    tags: Record<string, string>;
  }[];
  runs: Record<
    string,
    { id: string; inputs: string[]; outputs: [string, number][]; metrics: Record<string, number | string> }
  >;
  registered: {
    name: string;
    description: string;
    tags: Record<string, string>;
    aliases: Record<string, number>;
    versions: Version[];
  }[];
  predicts: number[];
}

const script = join(import.meta.dirname, 'modelsSide.py');
const ask = <T>(question: unknown): T => JSON.parse(mlflowVenv.run(script, JSON.stringify(question))) as T;
const numbers = ({ models, registeredModels, modelVersions, modelsUpdated, modelsSkipped }: ExportCounts) => [
  models,
  registeredModels,
  modelVersions,
  modelsUpdated,
  modelsSkipped,
];

/**
 * What must be the same everywhere: ids are a server's own there, numbers too where one was deleted here, and `source`
 * is where the files are there.
 */
function common(place: Place): unknown {
  const own = (tags: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(tags).filter(([key]) => !key.startsWith('loopwright.') && key !== 'mlflow.modelVersions'),
    );
  // A database keeps the largest number for an infinity, and 0 for NaN of a model.
  const value = (text: string) => (text === 'nan' ? '0.0' : text === 'inf' ? '1.7976931348623157e+308' : text);
  return {
    models: place.models.map((model) => ({
      ...model,
      id: '',
      tags: own(model.tags),
      metrics: model.metrics.map((metric) => metric.map((part, i) => (i === 3 ? value(String(part)) : part))),
    })),
    runs: Object.fromEntries(
      Object.entries(place.runs).map(([name, { inputs, outputs }]) => [name, { inputs, outputs }]),
    ),
    registered: place.registered.map((model) => {
      const position = new Map(model.versions.map(({ version }, i) => [version, i]));
      return {
        ...model,
        aliases: Object.fromEntries(
          Object.entries(model.aliases).map(([alias, version]) => [alias, position.get(version)]),
        ),
        versions: model.versions.map((version) => ({ ...version, version: 0, source: '', tags: own(version.tags) })),
      };
    }),
    predicts: place.predicts,
  };
}

/**
 * Of the model `churn`: what its aliases name, the values of a tag, and the stages of its versions by their number in
 * the project that they came from.
 */
async function registryAt(uri: string, token: string): Promise<unknown> {
  const call = async <T>(path: string): Promise<T> =>
    (await (
      await fetch(`${uri}/api/2.0/mlflow/${path}`, { headers: { authorization: `Bearer ${token}` } })
    ).json()) as T;
  const { registered_model: model } = await call<{
    registered_model: { aliases: { alias: string; version: string }[] };
  }>('registered-models/get?name=churn');
  const { model_versions: found } = await call<{
    model_versions: {
      version: string;
      description: string;
      current_stage: string;
      tags?: { key: string; value: string }[];
    }[];
  }>(`model-versions/search?filter=${encodeURIComponent("name = 'churn'")}&max_results=100`);
  const tag = (version: (typeof found)[number], key: string) =>
    version.tags?.filter((one) => one.key === key).map(({ value }) => value) ?? [];
  const named = model.aliases.map(({ alias, version }) => [
    alias,
    found.find((one) => one.version === version)?.description,
  ]);
  return [
    { ...Object.fromEntries(named), n: found.flatMap((version) => tag(version, 'n')) },
    found
      .map((version) => `${tag(version, 'loopwright.version')[0] ?? version.version}:${version.current_stage}`)
      .toSorted(),
  ];
}

test(
  'a file store, a project of Loopwright and an MLflow server say of exported models what was said of them here, and get only what is new',
  { timeout: 600_000 },
  async (t) => {
    const why = mlflowVenv.prepare();
    if (why !== null) return t.skip(why);
    const root = makeProject(projectFile);
    const other = makeProject(projectFile);
    const folder = makeProject();
    const real = await startMlflowServer(folder);
    t.after(() => real.stop());
    const [ours, theirs] = await Promise.all([trackingProcess(root), trackingProcess(other)]);
    t.after(() => Promise.all([ours.stop(), theirs.stop()]));
    const made = ask<{ model: string; gone: string; trains: string; evaluates: string }>({
      do: 'make',
      uri: ours.uri,
      token: ours.token,
    });
    rmSync(join(root, '.loopwright', 'models', made.gone), { recursive: true });
    const to = join(makeProject(), 'mlruns');

    await withStore(root, async (store) => {
      const own = registerOwn(store, 'transfer');
      const everywhere = async () => [
        await exportFileStore(store, to, {}),
        await exportServer(store, theirs.uri, { env: { MLFLOW_TRACKING_TOKEN: theirs.token } }),
        await exportServer(store, real.url, { env: {} }),
      ];
      const first = await everywhere();
      for (const counts of first) {
        assert.deepEqual(numbers(counts), [2, 3, 5, 0, 0], JSON.stringify(counts.problems));
        assert.deepEqual(
          counts.problems.map(({ message }) => message).filter((message) => !/^the (tag|param|metric) /.test(message)),
          ['gone: its files no longer exist here; all else was exported'],
        );
      }
      const [here, file, project, server] = ask<Place[]>({
        do: 'describe',
        places: [
          [ours.uri, ours.token],
          [`file://${to}`, ''],
          [theirs.uri, theirs.token],
          [real.url, ''],
        ],
      });
      assert.ok(here && file && project && server);
      // The endpoint looks for the files of a version among those of its own run alone.
      const second = here.registered.find(({ name }) => name === 'transfer')?.versions[1];
      if (second) second.files = { 'loopwright-model.json': 2, 'weights.bin': 700 };
      for (const there of [file, project, server]) assert.deepEqual(common(there), common(here));
      assert.deepEqual(here.predicts, [2, 5], 'the model is loaded by its alias');
      const versionsOf = (place: Place, name: string) => place.registered.find((model) => model.name === name);
      assert.deepEqual(
        file.models.map(({ id }) => id),
        [made.model, made.gone],
        'a file store keeps the ids',
      );
      assert.deepEqual(
        file.models
          .map(({ metrics }) => metrics)
          .flat()
          .map(([key, , , value]) => [key, value])
          .filter(([key]) => key === 'bad'),
        [['bad', 'nan']],
      );
      assert.deepEqual(
        [versionsOf(file, 'churn')?.aliases, versionsOf(file, 'churn')?.versions.map(({ version }) => version)],
        [{ best: 1, next: 3 }, [1, 3, 4]],
        'and the numbers',
      );
      assert.deepEqual(
        [
          versionsOf(server, 'churn')?.aliases,
          versionsOf(server, 'churn')?.versions.map(({ version, tags }) => [version, tags['loopwright.version']]),
        ],
        [
          { best: 1, next: 2 },
          [
            [1, '1'],
            [2, '3'],
            [3, '4'],
          ],
        ],
        'a server gives its own',
      );
      assert.deepEqual(
        versionsOf(server, 'transfer')?.versions.map(({ files, run }) => [files, run]),
        ['first', 'second'].map((run) => [{ 'loopwright-model.json': 2, 'weights.bin': 700 }, run]),
        'the model of the project, whose second version was trained by the first run',
      );
      assert.ok(versionsOf(file, 'transfer')?.versions[1]?.source.endsWith(`/${own.second}/artifacts/model-train`));

      for (const counts of await everywhere())
        assert.deepEqual(
          [numbers(counts), counts.runs, counts.updated, counts.artifacts, counts.points],
          [[0, 0, 0, 0, 0], 0, 0, 0, 0],
          `twice adds nothing: ${counts.to}`,
        );
      setAlias(store, { model: 'churn', alias: 'best', version: 3, kind: 'set', why: 'test', actor: 'test:me' });
      setAlias(store, { model: 'churn', alias: 'next', version: null, kind: 'set', why: 'test', actor: 'test:me' });
      store.sql.run(`UPDATE model_version_tags SET value = '2' WHERE model = 'churn' AND key = 'n'`);
      store.sql.run(`UPDATE model_versions SET stage = 'Archived' WHERE model = 'churn' AND version = 3`);
      store.sql.run(
        `INSERT INTO model_versions (model, version, run_id, path, created_at, updated_at, source) VALUES ('churn', 5, ?, '', 7, 7, ?)`,
        made.trains,
        `models:/${made.model}`,
      );
      for (const counts of await everywhere())
        assert.deepEqual(
          numbers(counts),
          [0, 0, 1, 3, 0],
          `then only what is new: ${counts.to} ${JSON.stringify(counts.problems)}`,
        );
      // One key, time and step on two datasets: a database of MLflow keeps one of them, and would refuse both together.
      for (const name of ['one', 'two'])
        store.sql.run(
          `INSERT INTO logged_model_metrics (model_id, key, step, at, value, is_nan, run_id, dataset_name, dataset_digest) VALUES (?, 'f1', 0, 1, 0.5, 0, ?, ?, 'd')`,
          made.model,
          made.trains,
          name,
        );
      const refused = (await everywhere()).map(({ modelsUpdated, problems }) => [
        modelsUpdated,
        problems.filter(({ message }) => /metrics were refused/.test(message)).length,
      ]);
      assert.deepEqual(refused, [
        [1, 0],
        [1, 0],
        [1, 1],
      ]);
      assert.deepEqual(
        (await everywhere()).map(({ modelsUpdated }) => modelsUpdated),
        [0, 0, 0],
      );
    });
    const here = await registryAt(ours.uri, ours.token);
    assert.deepEqual(here, [{ best: 'by address', n: ['2'] }, ['1:None', '3:Archived', '4:None', '5:None']]);
    for (const there of [await registryAt(theirs.uri, theirs.token), await registryAt(real.url, 'none')])
      assert.deepEqual(there, here);

    // Back where they came from they change nothing; another project gets the same registry.
    const before = await withStore(root, registryOf);
    for (const source of [to, join(folder, 'mlflow.db')])
      assert.deepEqual(added(await importInto(root, source)).slice(0, 7), [0, 0, 0, 0, 0, 0, 0], source);
    assert.deepEqual(await withStore(root, registryOf), before);
    const third = makeProject(projectFile);
    const { models, modelVersions, problems } = await importInto(third, to);
    assert.deepEqual([models, modelVersions, problems], [2, 6, []]);
    assert.deepEqual(await withStore(third, registryOf), before);
  },
);
