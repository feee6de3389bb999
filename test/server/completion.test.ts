import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CompletionItem } from 'vscode-languageserver';
import { cursorAt } from '../../server/features/cursor.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uris = {
  project: uriOf(join(root, 'loopwright.yaml')),
  experiment: uriOf(join(root, 'experiments/longer.experiment.yaml')),
  dataset: uriOf(join(root, 'schemas/new.dataset.yaml')),
};
for (const uri of Object.values(uris)) server.open(uri, '');

async function complete(marked: string, file: keyof typeof uris = 'project'): Promise<CompletionItem[]> {
  const { text, position } = withCursor(marked);
  server.change(uris[file], text);
  return server.complete(uris[file], position);
}

const labels = async (marked: string, file: keyof typeof uris = 'project') =>
  (await complete(marked, file)).map(({ label }) => label);

/** The project with some of its text replaced by a text with the cursor. */
function project(from: string, to: string): string {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, to);
}

async function offers(
  marked: string,
  wanted: readonly string[],
  unwanted: readonly string[] = [],
  file: keyof typeof uris = 'project',
): Promise<void> {
  const found = await labels(marked, file);
  for (const label of wanted) assert.ok(found.includes(label), `${label} is not offered: ${found.join(' ')}`);
  for (const label of unwanted) assert.ok(!found.includes(label), `${label} is offered`);
}

test('keys: those that are missing, the required ones first', async () => {
  await offers(`${ordersYaml}█\n`, [], ['project', 'stages', 'card']);
  await offers('version: 1\n█\n', ['project', 'stages', 'params', 'monitors'], ['version']);
  const items = await complete('version: 1\n█\n');
  assert.deepEqual(
    items
      .filter(({ detail }) => detail === 'required')
      .map(({ label }) => label)
      .toSorted(),
    ['project', 'stages'],
  );
  assert.ok(
    (items.find(({ label }) => label === 'stages')?.sortText ?? '') <
      (items.find(({ label }) => label === 'params')?.sortText ?? ''),
  );
  assert.ok(items.every(({ documentation }) => documentation !== undefined && documentation !== ''));
  await offers('version: 1\npro█\n', ['project']);
});

test('keys of a stage follow from its kind', async () => {
  await offers(
    project('    uses: train\n', '    uses: train\n    █\n'),
    ['deps', 'description'],
    ['gates', 'cmd', 'outs', 'with'],
  );
  await offers(
    project('model: logistic, epochs', 'model: logistic, █, epochs'),
    ['hidden', 'dropout', 'features'],
    ['learning_rate', 'slices', 'data'],
  );
  await offers('version: 1\nproject: p\nstages:\n  s:\n    █\n', ['uses', 'cmd']);
  await offers('version: 1\nproject: p\nstages:\n  s: { █ }\n', ['uses', 'cmd']);
  await offers(
    'version: 1\nproject: p\nstages:\n  s:\n    cmd: x\n    █\n',
    ['outs', 'metrics', 'timeout', 'gates'],
    ['uses', 'with', 'cmd'],
  );
});

test('values: uses, enums, booleans, durations', async () => {
  await offers(project('uses: train', 'uses: █'), ['collect', 'prepare', 'train', 'validate']);
  await offers(project('uses: train', 'uses: tr█'), ['train']);
  await offers(project('model: logistic', 'model: █'), ['mlp', 'logistic', 'linear', 'boosted_trees', 'random_forest']);
  await offers(project('model: logistic', 'model: boosted_trees, library: █'), ['lightgbm', 'xgboost', 'scikit-learn']);
  await offers(project('then: promote', 'then: █'), ['propose', 'promote']);
  await offers(project('every: 1d', 'every: █'), ['15m', '1d', '7d']);
  await offers(project('for: 2 windows', 'for: █'), ['1 window', '2 windows']);
  await offers(project('{ model: champion, as: api, port: 18080 }', '{ model: █, as: api, port: 18080 }'), [
    'champion',
    'challenger',
  ]);
  await offers(project('{ model: champion, as: api, port: 18080 }', '{ model: champion, as: █ }'), ['api', 'batch']);
  await offers('fields:\n  - name: a\n    constraints: { required: █ }\n', ['true', 'false'], [], 'dataset');
});

test('references: datasets, stages, deployments, monitors', async () => {
  await offers(project('dataset: orders', 'dataset: █'), ['orders', 'features', 'labels']);
  await offers(project('data: features, model', 'data: █, model'), ['orders', 'features', 'labels']);
  await offers(project('with: { model: train', 'with: { model: █'), ['train']);
  await offers(project('reference: validate', 'reference: █'), ['validate']);
  await offers(project('deployment: production', 'deployment: █'), ['production', 'nightly']);
  await offers(project('{ monitor: production, drift', '{ monitor: █, drift'), ['production']);
  await offers(project('run: [collect, prepare, train, validate]', 'run: [collect, █]'), [
    'prepare',
    'train',
    'validate',
  ]);
});

test('columns of the dataset that the stage works on, with their type and role', async () => {
  await offers(project('slices: [country]', 'slices: [█]'), ['amount', 'country', 'late']);
  await offers(project('attributes: [country]', 'attributes: [country, █]'), ['amount', 'hour']);
  await offers(project('column: at', 'column: █'), ['at', 'id']);
  await offers(project('key: id', 'key: █'), ['id', 'known_at'], ['amount']);
  const labelled = `${ordersYaml}labelling:\n  review: { data: orders, label: late, file: a.csv, show: [█] }\n`;
  await offers(labelled, ['amount', 'country']);
  await offers(labelled.replace('show: [█]', 'order: █'), ['uncertain', 'unlabelled', 'random']);
  await offers(labelled.replace('data: orders', 'data: █').replace(', show: [█]', ''), ['orders', 'features']);
  const [amount] = (await complete(project('slices: [country]', 'slices: [█]'))).filter(
    ({ label }) => label === 'amount',
  );
  assert.equal(amount?.detail, 'number · feature');
});

test('params inside ${, also while the rest is not right', async () => {
  await offers(project('"${params.epochs}"', '"${█}"'), [
    'params.epochs',
    'params.learning_rate',
    'datasets.orders.path',
    'env.',
  ]);
  await offers(project('"${params.epochs}"', '"${params.█"'), ['params.epochs']);
  const items = await complete(project('"${params.epochs}"', '"${params.█}"'));
  assert.equal(items.find(({ label }) => label === 'params.epochs')?.detail, '3');
  await offers('version: 1\nproject: p\nparams: { a: 1 }\nstages:\n  s:\n    cmd: go ${█\n', ['params.a']);
});

test('the rules of a threshold', async () => {
  const validation = (rest: string) => ordersYaml.replace('min_precision: 0.6 }', `${rest} }`);
  await offers(validation('thr█'), ['threshold']);
  await offers(validation('threshold: █'), ['best_f1']);
  await offers(validation('threshold: { █ }'), ['precision', 'cost']);
  await offers(validation('threshold: { cost: { █ } }'), ['false_positive', 'false_negative']);
});

test('gates: metrics, those of fairness for the attributes, and against the champion', async () => {
  await offers(
    project('      roc_auc: { min: 0.6 }\n      pr_auc@champion', '      █\n      pr_auc@champion'),
    ['pr_auc', 'roc_auc', 'equal_opportunity_difference[country]'],
    ['pr_auc@champion', 'error_rate'],
  );
  await offers(project('roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { █ }\n      pr'), ['min', 'max', 'at_confidence']);
  await offers(project('roc_auc: { min: 0.6 }\n      missing', '█\n      missing'), [
    'pr_auc',
    'error_rate',
    'latency_p95_ms',
  ]);
  await offers(project('below: roc_auc', 'below: █'), ['pr_auc', 'roc_auc']);
  await offers(project('seed: 3', 'seed: 3\nprimary_█'), ['primary_metric']);
  await offers(
    project('seed: 3', 'seed: 3\nprimary_metric: █'),
    ['pr_auc', 'roc_auc', 'latency_p95_ms'],
    ['rmse', 'macro_f1'],
  );
  await offers(project('seed: 3', 'seed: 3\nprimary_metric: { █ }'), ['name', 'direction']);
  await offers(project('seed: 3', 'seed: 3\nprimary_metric: { name: f1, direction: █ }'), ['maximize', 'minimize']);
});

test('profiles of drift, and the measures of the one that a monitor names', async () => {
  const drift = (text: string) => project('drift: { share: 0.3 }', `drift: { ${text} }`);
  await offers(drift('profile: █'), ['loopwright', 'evidently', 'tfdv', 'nannyml']);
  await offers(drift('measure: █'), ['wasserstein_std', 'js_distance_2', 'psi', 'domain_classifier'], ['chi_square']);
  await offers(drift('profile: nannyml, measure: █'), ['chi_square', 'hellinger', 'domain_classifier'], ['psi']);
  const items = await complete(drift('measure: █'));
  assert.equal(
    items.find(({ label }) => label === 'ks_statistic')?.detail,
    'Kolmogorov-Smirnov statistic, for numbers',
  );
});

test('an experiment offers the params and stages of its project', async () => {
  server.change(uris.project, ordersYaml);
  await offers('params: { █ }\n', ['epochs', 'learning_rate'], [], 'experiment');
  await offers('params:\n  epochs: 3\n  █\n', ['learning_rate'], ['epochs'], 'experiment');
  await offers('stages:\n  █\n', ['collect', 'prepare', 'train', 'validate'], [], 'experiment');
  await offers('sweep:\n  method: █\n', ['bayesian', 'grid', 'halving', 'latin_hypercube', 'random'], [], 'experiment');
  await offers('sweep:\n  halving:\n    █\n', ['min_steps', 'reduction', 'watch'], [], 'experiment');
  await offers('sweep:\n  method: grid\n  objective: { maximize: █ }\n', ['pr_auc'], [], 'experiment');
  await offers('sweep:\n  method: grid\n  params:\n    █\n', ['epochs'], [], 'experiment');
});

test('a dataset schema offers its fields, types and roles', async () => {
  await offers('fields:\n  - █\n', ['name', 'type', 'constraints', 'loopwright'], [], 'dataset');
  await offers('fields:\n  - name: a\n    █\n', ['type', 'categories'], ['name'], 'dataset');
  await offers('fields:\n  - { name: a, type: █ }\n', ['string', 'number', 'datetime'], [], 'dataset');
  await offers(
    'fields:\n  - { name: a, loopwright: { role: █ } }\n',
    ['feature', 'target', 'id', 'timestamp'],
    [],
    'dataset',
  );
  await offers('fields:\n  - { name: a, loopwright: { █ } }\n', ['role', 'drift', 'presence'], [], 'dataset');
  await offers(
    'fields:\n  - { name: a, loopwright: { drift: { measure: █ } } }\n',
    ['js', 'psi', 'wasserstein'],
    [],
    'dataset',
  );
});

test('what is inserted fits where it stands', async () => {
  const inserted = async (marked: string, label: string) =>
    (await complete(marked)).find((item) => item.label === label)?.textEdit?.newText;
  assert.equal(await inserted('version: 1\n█\n', 'stages'), 'stages:\n  $0');
  assert.equal(await inserted('█\n', 'version'), 'version: 1');
  assert.equal(await inserted('version: 1\nproject: p\nstages:\n  s: { █ }\n', 'deps'), 'deps: [$0]');
  assert.equal(
    await inserted(
      project('gates:\n      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }', 'gates: { █ }'),
      'equal_opportunity_difference[country]',
    ),
    '"equal_opportunity_difference[country]": { $0 }',
  );
});

test('Windows line ends, the end of the file, and places where nothing belongs', async () => {
  await offers(project('uses: train', 'uses: █').replaceAll('\n', '\r\n'), ['train', 'validate']);
  await offers(project('slices: [country]', 'slices: [█]').replaceAll('\n', '\r\n'), ['amount']);
  await offers('version: 1\r\n█', ['project']);
  assert.deepEqual(await labels(project('seed: 3', 'seed: 3 # com█')), []);
  assert.deepEqual(await labels(project('project: orders', 'project: ord█')), []);
  await offers('█', ['version', 'project', 'stages']);
});

test('the cursor is found wherever it stands: nothing throws, the mark is put where it is (random)', () => {
  const random = seededRandom(6);
  for (let i = 0; i < 4000; i++) {
    const offset = random.integer(ordersYaml.length + 1);
    const text = random.integer(4) === 0 ? ordersYaml.slice(0, offset) : ordersYaml;
    const cursor = cursorAt(text, Math.min(offset, text.length));
    if (cursor) assert.equal(cursor.text.split('loopwrightCursor').length, 2);
  }
});

test('an empty source offers each kind with all that it requires, and then only its own keys', async () => {
  const head =
    'version: 1\nproject: p\nstages:\n  a:\n    uses: collect\n    with:\n      dataset: orders\n      from:';
  const from = (text: string) => `${head}\n        ${text}\n`;
  const textsAt = async (marked: string) =>
    Object.fromEntries(
      (await complete(marked)).map(({ label, textEdit }) => [
        label,
        textEdit && 'newText' in textEdit ? textEdit.newText : '',
      ]),
    );
  const block = await textsAt(from('█'));
  assert.equal(block['postgres'], 'postgres: ${1:\\${env.DATABASE_URL\\}}\nquery: ${2:SELECT * FROM orders}');
  assert.equal(block['sqlite'], 'sqlite: $1\nquery: ${2:SELECT * FROM orders}');
  assert.equal(block['s3'], 's3: ${1:s3://bucket/prefix/*.parquet}');
  assert.equal(block['command'], 'command: $1');
  for (const setting of ['query', 'watermark', 'headers', 'delimiter']) assert.equal(block[setting], undefined);
  const flow = await textsAt(`${head} { █ }\n`);
  assert.equal(flow['postgres'], 'postgres: ${1:"\\${env.DATABASE_URL\\}"}, query: ${2:SELECT * FROM orders}');
  await offers(from('postgres: x\n        █'), ['query', 'watermark'], ['files', 'sqlite', 'headers']);
});
