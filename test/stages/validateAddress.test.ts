import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { getVersion } from '../../engine/registry/modelVersions.ts';
import { promote } from '../../engine/registry/promote.ts';
import { serveDeployment, type RunningServer } from '../../engine/serving/serveDeployment.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { mlflowVenv } from '../mlflow/mlflowVenv.ts';
import { freePort, startMlflowModel, type StartedServer } from '../models/remote/startModelServer.ts';

const lacking = mlflowVenv.prepare();
const options = { skip: lacking ?? false };
const folder = makeProject();
const servers = new Map<string, StartedServer>();
let own: { labels: string[]; scores: [number, number][] };

const random = seededRandom(7);
const rows = Array.from({ length: 400 }, (_, id) => ({
  id,
  amount: id % 9 === 0 ? null : random.next() * 100,
  count: random.integer(9),
  country: ['DE', 'FR', 'US'][random.integer(3)] ?? '',
  verdict: '',
})).map((row) => ({
  ...row,
  verdict: (row.amount ?? 0) + (row.country === 'US' ? 10 : 0) + 20 * random.next() > 60 ? 'fraud' : 'fine',
}));
const csv = `id,amount,count,country,verdict\n${rows.map((row) => `${row.id},${row.amount ?? ''},${row.count},${row.country},${row.verdict}\n`).join('')}`;

before(
  async () => {
    if (lacking !== null) return;
    const script = join(import.meta.dirname, '../models/remote/trainForServers.py');
    own = JSON.parse(mlflowVenv.run(script, JSON.stringify({ folder, kind: 'mlflow', rows }))) as typeof own;
    const start = async (model: string) =>
      void servers.set(model, await startMlflowModel(mlflowVenv.python, folder, model));
    await Promise.all(['labels', 'scores'].map(start));
  },
  { timeout: 300_000 },
);
after(() => Promise.all([...servers.values()].map((server) => server.stop())));

const urlOf = (server: string) => servers.get(server)?.url ?? '';

/** A project that knows the model only by its address. */
function projectAt(server: string, { positive = 'fraud', categories = true } = {}) {
  const values = categories ? ', categories: [fine, fraud]' : '';
  return runIn(
    makeProject({
      'data/cases.csv': csv,
      'cases.dataset.yaml': `fields:
  - { name: id, type: integer, loopwright: { role: id } }
  - { name: amount, type: number, loopwright: { role: feature } }
  - { name: count, type: integer, loopwright: { role: feature } }
  - { name: country, type: string, loopwright: { role: feature } }
  - { name: verdict, type: string${values}, loopwright: { role: target, positive: ${positive} } }
`,
      'loopwright.yaml': `version: 1
project: cases
datasets:
  cases: { path: data/cases.csv, schema: cases.dataset.yaml }
models:
  fraud: { address: "${urlOf(server)}" }
stages:
  validate:
    uses: validate
    with: { model: fraud, data: cases, slices: [country] }
    gates: { roc_auc: { min: 0.6 } }
deployments:
  front: { model: fraud@champion, as: api, port: 18081 }
`,
    }),
  );
}

test('a model behind an address is validated with the very scores of the model', options, async () => {
  const { root, run, store, rows: read } = projectAt('scores');
  const { error, stages } = await run();
  assert.equal(error, null);
  const report = getVersion(store, 'fraud', 1)?.report;
  assert.equal(report?.flavour, 'http');
  assert.equal(report?.scores, 'probability');
  assert.match(report?.backend ?? '', /^MLflow 3\.17\.2 at http/);
  assert.ok((report?.performance['roc_auc']?.low ?? 0) > 0.8, JSON.stringify(report?.performance['roc_auc']));
  assert.equal(report?.slices.length, 3);
  const reference = await read(report?.referencePath ?? '', 'SELECT _score FROM data');
  assert.deepEqual(
    reference.map(({ _score: score }) => score),
    own.scores.map(([, fraud]) => fraud),
  );
  const stored = readFileSync(join(root, report?.modelPath ?? ''), 'utf8');
  assert.deepEqual(JSON.parse(stored), { address: urlOf('scores') });
  assert.equal(stages[0]?.status, 'finished');
});

test('the positive class decides which column of the scores counts', options, async () => {
  const { run, store, rows: read } = projectAt('scores', { positive: 'fine' });
  assert.equal((await run()).error, null);
  const report = getVersion(store, 'fraud', 1)?.report;
  const reference = await read(report?.referencePath ?? '', 'SELECT _score FROM data');
  assert.deepEqual(
    reference.map(({ _score: score }) => score),
    own.scores.map(([fine]) => fine),
  );
});

test('two scores without names of their classes are not guessed', options, async () => {
  const { run } = projectAt('scores', { categories: false });
  assert.match((await run()).error?.message ?? '', /does not name their classes.*`categories` of `verdict`/);
});

test('a model that answers classes has metrics of classes and no threshold of its own', options, async () => {
  const { run, store } = projectAt('labels');
  assert.equal((await run()).error, null);
  const report = getVersion(store, 'fraud', 1)?.report;
  assert.equal(report?.scores, 'none');
  const right = rows.filter(({ verdict }, i) => verdict === own.labels[i]).length;
  assert.equal(report?.performance['accuracy']?.value, right / rows.length);
});

test('unchanged, the stage is fresh; by its name, the server is asked again', options, async () => {
  const { run } = projectAt('labels');
  await run();
  assert.equal((await run()).status, 'fresh');
  assert.equal((await run({ stages: ['validate'] })).stages[0]?.status, 'finished');
});

test('a promoted model behind an address is served as any other', options, async (t) => {
  let running: RunningServer | undefined;
  t.after(() => running?.close());
  const { root, run, store } = projectAt('scores');
  await run();
  promote(store, { name: 'fraud', version: 1 }, { why: 'test', actor: 'test:me' });
  const project = loadProject(root);
  running = await serveDeployment({
    project,
    store,
    config: configFor(project, 'default'),
    deployment: 'front',
    port: 0,
  });
  const response = await fetch(`${running.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [rows[0], rows[1]] }),
  });
  const { predictions } = (await response.json()) as { predictions: { score: number }[] };
  assert.deepEqual(
    predictions.map(({ score }) => score),
    own.scores.slice(0, 2).map(([, fraud]) => fraud),
  );
});

test('a server that is gone is named', options, async () => {
  const { root, run } = projectAt('scores');
  const gone = `http://127.0.0.1:${await freePort()}`;
  const file = join(root, 'loopwright.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace(urlOf('scores'), gone));
  assert.match((await run()).error?.message ?? '', new RegExp(`${gone} cannot be reached: .*ECONNREFUSED`));
});
