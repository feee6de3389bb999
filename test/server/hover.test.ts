import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver';
import { LspClient, uriOf, withCursor } from '../helpers/lspClient.ts';
import { ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const server = await new LspClient().start();
const root = ordersProject();
const uri = uriOf(join(root, 'loopwright.yaml'));
const schemaUri = uriOf(join(root, 'schemas/orders.dataset.yaml'));
server.open(uri, ordersYaml);
server.open(schemaUri, ordersSchema);

async function hover(marked: string, at = uri): Promise<{ text: string; range: string } | null> {
  const { text, position } = withCursor(marked);
  server.change(at, text);
  const found = await server.hover(at, position);
  if (!found) return null;
  const { start, end } = found.range ?? { start: position, end: position };
  return {
    text: (found.contents as MarkupContent).value,
    range: text.split('\n')[start.line]?.slice(start.character, end.character) ?? '',
  };
}

const project = (from: string, to: string) => {
  assert.ok(ordersYaml.includes(from), from);
  return ordersYaml.replace(from, to);
};
const says = async (marked: string, about: RegExp, range: string, at = uri) => {
  const found = await hover(marked, at);
  assert.match(found?.text ?? 'nothing', about);
  assert.equal(found?.range, range);
};

test('keys say what they are for, with type and bounds', async () => {
  await says(
    project('seed: 3', 'se█ed: 3'),
    /\*\*seed\*\*: integer from 0 to 4294967295\n\nSeed of all random numbers/,
    'seed',
  );
  await says(
    project('learning_rate: "', 'learning█_rate: "'),
    /\*\*learning_rate\*\*: number above 0 to 10/,
    'learning_rate',
  );
  await says(project('uses: train', 'us█es: train'), /Trains a model: networks and regressions/, 'uses');
  await says(
    project('model: logistic', 'mod█el: logistic'),
    /`mlp` \| `logistic` \| `linear` \| `boosted_trees`/,
    'model',
  );
  await says(project('stages:\n', 'sta█ges:\n'), /The stages of the project/, 'stages');
});

test('metrics, with attribute and champion', async () => {
  await says(
    project('roc_auc: { min: 0.6 }\n      pr', 'roc█_auc: { min: 0.6 }\n      pr'),
    /\*\*metric\*\* `roc_auc`\n\nArea under the ROC curve/,
    'roc_auc',
  );
  await says(
    project('seed: 3', 'primary_metric: roc_█auc\nseed: 3'),
    /\*\*metric\*\* `roc_auc`\n\nArea under the ROC curve/,
    'roc_auc',
  );
  await says(
    project('seed: 3', 'primary_█metric: roc_auc\nseed: 3'),
    /The metric shown for a run in lists, tables and charts/,
    'primary_metric',
  );
  await says(
    project('pr_auc@champion', 'pr_auc@cham█pion'),
    /Difference to the champion on the same rows/,
    'pr_auc@champion',
  );
  await says(
    project('roc_auc: { min: 0.6 }\n      pr', 'equal_opportunity█_difference[country]: { max: 0.6 }\n      pr'),
    /Over the groups of `country`/,
    'equal_opportunity_difference[country]',
  );
});

test('what a name stands for: datasets, stages, columns, params', async () => {
  await says(
    project('dataset: orders', 'dataset: ord█ers'),
    /\*\*dataset\*\* `orders`\n\n`data\/orders\/\*\.parquet`, schema `schemas\/orders\.dataset\.yaml`/,
    'orders',
  );
  await says(project('with: { model: train', 'with: { model: tr█ain'), /\*\*stage\*\* `train`: train/, 'train');
  await says(
    project('slices: [country]', 'slices: [coun█try]'),
    /\*\*column\*\* `country`: string, feature\n\nCategories: `de`, `fr`, `pl`/,
    'country',
  );
  await says(project('"${params.epochs}"', '"${params.ep█ochs}"'), /\*\*param\*\* `epochs` = `3`/, '${params.epochs}');
  await says(project('"${params.epochs}"', '"${params.ep█o}"'), /There is no param `epo`/, '${params.epo}');
});

test('a dataset schema', async () => {
  await says(ordersSchema.replace('role: target', 'ro█le: target'), /Role of the column/, 'role', schemaUri);
  await says(ordersSchema.replace('minimum: 0', 'mini█mum: 0'), /Smallest allowed value/, 'minimum', schemaUri);
});

test('Windows line ends, and places where nothing is', async () => {
  await says(
    project('roc_auc: { min: 0.6 }\n      pr', 'roc█_auc: { min: 0.6 }\n      pr').replaceAll('\n', '\r\n'),
    /`roc_auc`/,
    'roc_auc',
  );
  assert.equal(await hover(project('seed: 3\n', 'seed: 3   █\n')), null);
  assert.equal(await hover('█'), null);
  assert.equal(await hover('constru█ctor: 1\n'), null);
});
