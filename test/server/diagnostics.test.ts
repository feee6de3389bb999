import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LspClient, editorUri, uriOf } from '../helpers/lspClient.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { ordersFiles, ordersProject, ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';
import { until } from '../helpers/until.ts';

const server = await new LspClient().start();

test('on opening, on changing, and gone when it is mended', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  const bad = ordersYaml.replace('slices: [country]', 'slices: [contry]');
  server.open(uri, bad);
  const [found] = await server.codes(uri, ['LW301']);
  const line = bad.split('\n').findIndex((text) => text.includes('contry'));
  const character = bad.split('\n')[line]?.indexOf('contry') ?? 0;
  assert.deepEqual(found?.range, { start: { line, character }, end: { line, character: character + 6 } });
  assert.deepEqual([found?.severity, found?.source], [1, 'loopwright']);
  server.change(uri, bad.replace('seed: 3', 'seed: x'));
  await server.codes(uri, ['LW104', 'LW301']);
  server.change(uri, ordersYaml);
  await server.codes(uri, []);
});

test('a validation that can never work is reported while it is written', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  const withBench = (gate: string) =>
    ordersYaml.replace(
      '\ndeployments:\n',
      `  bench: { cmd: bench, deps: [labels/], metrics: [m.json], gates: { ${gate}: { max: 1 } } }\n\ndeployments:\n`,
    );
  server.open(uri, withBench('loss@champion'));
  const [found] = await server.codes(uri, ['LW519']);
  assert.equal(found?.severity, 1);
  server.change(uri, ordersYaml.replace('pr_auc@champion: { min: -0.2 }', 'latency_p95_ms@champion: { max: 1 }'));
  await server.codes(uri, ['LW520']);
  server.change(
    uri,
    ordersYaml.replace(
      'model: train, data: features, slices: [country]',
      'model: train, data: features, slices: [country, late]',
    ),
  );
  await server.codes(uri, ['LW522']);
  server.change(
    uri,
    ordersYaml.replace('min_precision: 0.6', 'threshold: { cost: { false_positive: 1, false_negative: 20 } }'),
  );
  await server.codes(uri, []);
});

test('closed files have diagnostics too, and an edit of one file mends another', async () => {
  const root = ordersProject({ files: { 'experiments/longer.experiment.yaml': 'params: { epohcs: 5 }\n' } });
  const uri = uriOf(join(root, 'loopwright.yaml'));
  const experiment = uriOf(join(root, 'experiments/longer.experiment.yaml'));
  server.open(uri, ordersYaml);
  await server.codes(experiment, ['LW205']);
  server.change(
    uri,
    ordersYaml
      .replace('epochs: 3', 'epochs: 3\n  epohcs: 4')
      .replace('batch_size: 32', 'batch_size: "${params.epohcs}"'),
  );
  await server.codes(experiment, []);
  const schema = uriOf(join(root, 'schemas/orders.dataset.yaml'));
  server.open(schema, ordersSchema.replace('name: country', 'name: land'));
  await server.codes(uri, ['LW301', 'LW301']);
  server.close(schema);
  await server.codes(uri, []);
});

test('a change on the disk is judged when it is told', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, ordersYaml);
  await until('it was judged', () => server.published.has(uri) || server.logged.length > 0, 300).catch(() => {});
  rmSync(join(root, 'sql/features.sql'));
  server.changedOnDisk(uriOf(join(root, 'sql/features.sql')));
  await until('the missing file is told', () =>
    (server.published.get(uri) ?? []).some(({ code, severity }) => code === 'LW204' && severity === 1),
  );
  writeFiles(root, ordersFiles());
  server.changedOnDisk(uriOf(join(root, 'sql/features.sql')));
  await server.codes(uri, []);
});

test('the same again is not published again', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, ordersYaml.replace('seed: 3', 'seed: x'));
  await server.codes(uri, ['LW104']);
  const times = server.times.get(uri);
  server.change(uri, `${ordersYaml.replace('seed: 3', 'seed: x')}# more\n`);
  server.change(uri, ordersYaml.replace('seed: 3', 'seed: y').replace('card:', 'crad:'));
  await server.codes(uri, ['LW104', 'LW102']);
  assert.equal(server.times.get(uri), (times ?? 0) + 1);
});

test('Windows line ends keep the places', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, ordersYaml.replace('seed: 3', 'seed: x').replaceAll('\n', '\r\n'));
  const [found] = await server.codes(uri, ['LW104']);
  assert.deepEqual(found?.range, { start: { line: 2, character: 6 }, end: { line: 2, character: 7 } });
});

test('in a folder whose name the editor writes otherwise, unsaved edits count', async () => {
  const root = join(makeProject(), "a b (1)+@='ü");
  writeFiles(root, ordersFiles());
  const uri = editorUri(join(root, 'loopwright.yaml'));
  assert.notEqual(uri, uriOf(join(root, 'loopwright.yaml')));
  server.open(uri, ordersYaml.replace('seed: 3', 'seed: x'));
  await server.codes(uri, ['LW104']);
  server.change(uri, ordersYaml);
  await server.codes(uri, []);
  assert.equal((await server.outline(uri)).stages.length, 4);
});

test('a file outside a project is judged by its shape, and forgotten when it is closed', async () => {
  const folder = makeProject();
  const uri = uriOf(join(folder, 'x.dataset.yaml'));
  server.open(uri, 'fields: [{ name: a, type: strin }]\n');
  await server.codes(uri, ['LW106']);
  server.change(uri, 'fields: [{ name: a, type: string }]\n');
  await server.codes(uri, []);
  server.change(uri, 'fields: []\n');
  await server.codes(uri, ['LW105']);
  server.close(uri);
  await server.codes(uri, []);
});

test('a project that is not saved yet is judged from its text', async () => {
  const uri = uriOf(join(makeProject(), 'loopwright.yaml'));
  server.open(uri, 'version: 1\nproject: p\nstages: { s: { cmd: x, deps: [none.txt] } }\n');
  await server.codes(uri, ['LW210']);
  server.change(uri, 'version: 1\n');
  await server.codes(uri, ['LW103', 'LW103']);
  server.close(uri);
  await server.codes(uri, []);
});

test('files that vanish behind its back take their diagnostics along, and stop nothing', async () => {
  const root = ordersProject({
    yaml: ordersYaml.replace('slices: [country]', 'slices: [contry]'),
    files: { 'experiments/longer.experiment.yaml': 'params: { epohcs: 5 }\n' },
  });
  const uri = uriOf(join(root, 'loopwright.yaml'));
  const experiment = uriOf(join(root, 'experiments/longer.experiment.yaml'));
  server.changedOnDisk(uri);
  await server.codes(uri, ['LW301']);
  await server.codes(experiment, ['LW205']);
  rmSync(experiment.replace('file://', ''));
  server.changedOnDisk(experiment);
  await server.codes(experiment, []);
  rmSync(root, { recursive: true });
  server.changedOnDisk(uri);
  await server.codes(uri, []);
});

test('open files are judged alone while their project is gone, and by the project when it is back', async () => {
  const root = ordersProject();
  const [project, schema] = [join(root, 'loopwright.yaml'), uriOf(join(root, 'schemas/orders.dataset.yaml'))];
  server.open(schema, ordersSchema.replace('type: number', 'type: nmber'));
  await server.codes(schema, ['LW106']);
  rmSync(project);
  server.changedOnDisk(uriOf(project));
  await until(
    'it was taken back and said again',
    () => server.published.get(schema)?.length === 1 && (server.times.get(schema) ?? 0) >= 3,
  );
  server.change(schema, ordersSchema);
  await server.codes(schema, []);
  server.change(schema, ordersSchema.replace('type: number', 'type: nmber'));
  await server.codes(schema, ['LW106']);
  writeFiles(root, { 'loopwright.yaml': ordersYaml });
  server.changedOnDisk(uriOf(project));
  server.change(schema, ordersSchema);
  await server.codes(schema, []);
  assert.deepEqual(server.logged, []);
});

test('a project that goes while its file is judged leaves the findings of the file', async () => {
  const root = ordersProject();
  const [project, schema] = [join(root, 'loopwright.yaml'), uriOf(join(root, 'schemas/orders.dataset.yaml'))];
  const bad = ordersSchema.replace('type: number', 'type: nmber');
  server.open(schema, bad);
  await server.codes(schema, ['LW106']);
  rmSync(project);
  // The change is judged before the disk is told of.
  server.change(schema, `${bad}# changed\n`);
  await server.hover(schema, { line: 0, character: 1 });
  server.changedOnDisk(uriOf(project));
  await server.hover(schema, { line: 0, character: 1 });
  await server.codes(schema, ['LW106']);
  server.change(schema, ordersSchema);
  await server.codes(schema, []);
});

test('what is no file of ours, or nowhere on a disk, is left alone', async () => {
  for (const uri of [
    'git:/x/loopwright.yaml?ref',
    'file://elsewhere/share/loopwright.yaml',
    uriOf(join(makeProject(), 'other.yaml')),
  ]) {
    server.open(uri, 'version: x\n');
    server.changedOnDisk(uri);
    assert.deepEqual(await server.complete(uri, { line: 0, character: 0 }), []);
    assert.equal(await server.hover(uri, { line: 0, character: 0 }), null);
    assert.deepEqual(await server.outline(uri), { stages: [], datasets: [], deployments: [], monitors: [] });
    assert.ok(!server.published.has(uri), uri);
  }
});

test('nasty text stops nothing', async () => {
  const root = ordersProject();
  const uri = uriOf(join(root, 'loopwright.yaml'));
  server.open(uri, '');
  for (const text of [
    '\0',
    '[[[[',
    'a: *b',
    '? {<<: 1}\n: 2',
    '- '.repeat(3000),
    '{'.repeat(3000),
    'stages: &a { x: *a }',
    'stages:\n  constructor: { uses: toString }\n',
    'version: 1\nproject: p\nstages: { s: { cmd: "${params.__proto__}" } }',
  ]) {
    server.change(uri, text);
    await server.complete(uri, { line: 0, character: 1 });
    await server.hover(uri, { line: 0, character: 1 });
    await server.outline(uri);
  }
  server.change(uri, ordersYaml);
  await server.codes(uri, []);
  assert.deepEqual(
    server.logged.filter((line) => !/elsewhere/.test(line)),
    [],
    'no fault was logged',
  );
});
