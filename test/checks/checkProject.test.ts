import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { rules } from '../../engine/checks/rules.ts';
import type { Rule } from '../../engine/checks/rule.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import type { ProjectFiles } from '../../engine/project/projectFiles.ts';
import { globMatcher } from '../../engine/base/glob.ts';
import { labelsSchema, ordersSchema, ordersSql, ordersYaml } from '../helpers/ordersProject.ts';

const base: Record<string, string> = {
  'loopwright.yaml': ordersYaml,
  'schemas/orders.dataset.yaml': ordersSchema,
  'schemas/labels.dataset.yaml': labelsSchema,
  'sql/features.sql': ordersSql,
  'incoming/a.csv': 'id\n',
  'labels/a.csv': 'id\n',
  'experiments/longer.experiment.yaml': 'describe: x\nparams: { epochs: 5 }\n',
};

function inMemory(content: Record<string, string>): ProjectFiles {
  return {
    read: (path) => content[path] ?? null,
    exists: (path) => path in content,
    glob: (pattern) =>
      Object.keys(content)
        .filter((path) => globMatcher(pattern).test(path))
        .toSorted(),
  };
}

function project(content: Record<string, string>) {
  return loadProject('/memory', inMemory({ ...base, ...content }), {});
}

/** The findings of the project with some text of a file replaced: code, place and the marked text. */
function found(file: string, from: string, to: string, more: Record<string, string> = {}): string[] {
  const text = base[file] ?? '';
  assert.ok(text.includes(from), `${file} has no ${from}`);
  const content = { ...base, ...more, [file]: text.replace(from, to) };
  return checkProject(project(content)).map((problem) => {
    const line = (content[problem.file] ?? '').split('\n')[problem.line - 1] ?? '';
    return `${problem.code} ${problem.severity} ${problem.file}:${problem.line} ${problem.line === problem.endLine ? line.slice(problem.column - 1, problem.endColumn - 1) : '…'}`;
  });
}

const message = (file: string, from: string, to: string) =>
  checkProject(project({ [file]: (base[file] ?? '').replace(from, to) }))[0]?.message ?? '';
const yaml = 'loopwright.yaml';
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

test('the project of the tests has no problem', () => assert.deepEqual(checkProject(project({})), []));

test('LW201 unknown dataset', () => {
  assert.deepEqual(
    found(yaml, 'dataset: orders', 'dataset: ordres').filter((line) => line.startsWith('LW201')),
    [`LW201 error ${yaml}:${lineOf(ordersYaml, 'dataset: orders')} ordres`],
  );
  assert.deepEqual(
    found(yaml, 'model: train, data: features', 'model: train, data: feature').filter((line) =>
      line.startsWith('LW201'),
    ).length,
    1,
  );
  assert.deepEqual(
    found(yaml, 'labels: { dataset: labels', 'labels: { dataset: lables').filter((line) => line.startsWith('LW201')),
    [`LW201 error ${yaml}:${lineOf(ordersYaml, 'labels: { dataset')} lables`],
  );
  assert.match(message(yaml, 'labels: { dataset: labels', 'labels: { dataset: lables'), /Did you mean `labels`\?/);
});

test('LW202 unknown stage, or one of the wrong kind', () => {
  assert.deepEqual(found(yaml, 'model: train, data', 'model: trian, data'), [
    `LW202 error ${yaml}:${lineOf(ordersYaml, 'model: train, data')} trian`,
  ]);
  assert.match(
    message(yaml, 'model: train, data', 'model: prepare, data'),
    /`prepare` is a prepare stage; a train stage is needed\. There is `train`/,
  );
  assert.deepEqual(
    found(yaml, 'reference: validate', 'reference: train').map((line) => line.slice(0, 11)),
    ['LW202 error'],
  );
  assert.deepEqual(found(yaml, 'run: [collect, prepare', 'run: [collect, prepar'), [
    `LW202 error ${yaml}:${lineOf(ordersYaml, 'run: [')} prepar`,
  ]);
  assert.deepEqual(
    found('experiments/longer.experiment.yaml', 'describe: x', 'stages: { trein: { with: { l2: 1 } } }'),
    ['LW202 error experiments/longer.experiment.yaml:1 trein'],
  );
});

const cmdStages = (stages: string) => `version: 1\nproject: p\nparams: { a: 1 }\nstages:\n${stages}`;

test('LW203 a cycle names the whole way', () => {
  const text = cmdStages(
    '  one: { cmd: x, deps: [c.txt], outs: [a.txt] }\n  two: { cmd: x, deps: [a.txt], outs: [b.txt] }\n  three: { cmd: x, deps: [b.txt], outs: [c.txt] }\n',
  );
  const problems = checkProject(project({ [yaml]: text })).filter(({ code }) => code === 'LW203');
  assert.deepEqual(
    problems.map(({ line, column, endColumn }) => [line, column, endColumn]),
    [[5, 3, 6]],
  );
  assert.match(problems[0]?.message ?? '', /one → three → two → one/);
});

test('LW204 missing files: an error for what a person writes, a warning for data that may still come', () => {
  assert.deepEqual(
    found(yaml, 'sql: sql/features.sql', 'sql: sql/none.sql').filter((line) => line.startsWith('LW204')),
    [
      `LW204 error ${yaml}:${lineOf(ordersYaml, 'sql: sql')} sql/none.sql`,
      `LW204 warning ${yaml}:${lineOf(ordersYaml, 'orders:   {')} data/orders/*.parquet`,
    ].slice(0, 1),
  );
  assert.ok(
    found(yaml, 'schema: schemas/labels.dataset.yaml', 'schema: schemas/none.yaml').includes(
      `LW204 error ${yaml}:${lineOf(ordersYaml, 'schemas/labels')} schemas/none.yaml`,
    ),
  );
  assert.deepEqual(found(yaml, 'files: incoming/*.csv', 'files: outgoing/*.csv'), [
    `LW204 warning ${yaml}:${lineOf(ordersYaml, 'files: incoming')} outgoing/*.csv`,
  ]);
  const dep = (deps: string, outs: string) =>
    checkProject(
      project({
        [yaml]: cmdStages(`  a: { cmd: x, outs: [${outs}] }\n  b: { cmd: y, deps: [${deps}] }\n`),
        'experiments/longer.experiment.yaml': 'describe: x',
      }),
    ).map(({ code, line, column }) => `${code} ${line}:${column}`);
  assert.deepEqual(dep('gone.txt', 'a.txt'), ['LW210 6:23']);
  assert.deepEqual(dep('model/w.bin, model, "model/*.bin", model/', 'model/'), []);
  assert.deepEqual(dep('model2/w.bin', 'model/'), ['LW210 6:23']);
});

test('LW205 unknown param: in a text, a stage, an experiment and a sweep', () => {
  assert.deepEqual(
    found(yaml, '${params.epochs}', '${params.epoch}').map((line) => line.slice(0, 11)),
    ['LW205 error'],
  );
  assert.deepEqual(found('experiments/longer.experiment.yaml', 'epochs: 5', 'epocs: 5'), [
    'LW205 error experiments/longer.experiment.yaml:2 epocs',
  ]);
  assert.deepEqual(
    found(
      'experiments/longer.experiment.yaml',
      'describe: x',
      'sweep: { method: grid, objective: { maximize: f1 }, params: { hiden: { choice: [1, 2] } } }',
    ),
    ['LW205 error experiments/longer.experiment.yaml:1 hiden'],
  );
  assert.deepEqual(
    checkProject(
      project({
        [yaml]: cmdStages('  s: { cmd: x, params: [a, b], outs: [o] }\n'),
        'experiments/longer.experiment.yaml': 'describe: x',
      }),
    ).map(({ code, line, column }) => [code, line, column]),
    [['LW205', 5, 28]],
  );
});

test('LW206 unknown deployment, monitor or expectation', () => {
  assert.deepEqual(found(yaml, 'deployment: production', 'deployment: prodution'), [
    `LW206 error ${yaml}:${lineOf(ordersYaml, 'deployment: production')} prodution`,
  ]);
  assert.deepEqual(found(yaml, '{ monitor: production, drift', '{ monitor: productoin, drift'), [
    `LW206 error ${yaml}:${lineOf(ordersYaml, 'monitor: production, drift')} productoin`,
  ]);
  assert.deepEqual(found(yaml, 'below: roc_auc', 'below: pr_auc'), [
    `LW206 error ${yaml}:${lineOf(ordersYaml, 'below')} pr_auc`,
  ]);
  assert.match(message(yaml, 'below: roc_auc', 'below: pr_auc'), /expects no minimum of `pr_auc`/);
});

test('LW207 an output written twice', () => {
  const problems = (a: string, b: string) =>
    checkProject(
      project({
        [yaml]: cmdStages(`  a: { cmd: x, outs: [${a}] }\n  b: { cmd: y, outs: [${b}] }\n`),
        'experiments/longer.experiment.yaml': 'describe: x',
      }),
    ).map(({ code, line, column, message: text }) => `${code} ${line}:${column} ${text}`);
  assert.deepEqual(problems('out/', 'out/x.txt'), ['LW207 6:3 `b` and `a` both write `out/x.txt`.']);
  assert.deepEqual(problems('out/a', 'out/b'), []);
});

test('LW301 a column that the schema does not have', () => {
  assert.deepEqual(found(yaml, 'slices: [country]', 'slices: [country, contry]'), [
    `LW301 error ${yaml}:${lineOf(ordersYaml, 'slices')} contry`,
  ]);
  assert.deepEqual(found(yaml, 'attributes: [country]', 'attributes: [contry]'), [
    `LW301 error ${yaml}:${lineOf(ordersYaml, 'slices')} contry`,
  ]);
  assert.deepEqual(found(yaml, 'column: at', 'column: att'), [
    `LW301 error ${yaml}:${lineOf(ordersYaml, 'column: at')} att`,
  ]);
  assert.deepEqual(found(yaml, 'key: id', 'key: idd'), [`LW301 error ${yaml}:${lineOf(ordersYaml, 'key: id')} idd`]);
  assert.deepEqual(
    found(yaml, 'model: logistic', 'model: logistic, features: [amount, houer], target: lat').map((line) =>
      line.split(' ').slice(0, 2).join(' '),
    ),
    ['LW301 error', 'LW301 error'],
  );
  assert.deepEqual(found('schemas/labels.dataset.yaml', 'primaryKey: id', 'primaryKey: [id, at]'), [
    'LW301 error schemas/labels.dataset.yaml:5 [id, at]',
  ]);
  assert.match(message(yaml, 'slices: [country]', 'slices: [contry]'), /Did you mean `country`\?/);
});

test('LW303 a column of the wrong type', () => {
  assert.deepEqual(found(yaml, 'column: at', 'column: amount'), [
    `LW303 error ${yaml}:${lineOf(ordersYaml, 'column: at')} amount`,
  ]);
  assert.deepEqual(
    found(yaml, 'by: time, column: at,', 'by: time,').map((line) => line.slice(0, 11)),
    ['LW303 error'],
  );
  assert.deepEqual(
    found(
      'schemas/orders.dataset.yaml',
      'categories: [de, fr, pl], loopwright: { role: feature }',
      'categories: [de, fr, pl], loopwright: { role: feature, drift: { measure: ks } }',
    ),
    ['LW303 error schemas/orders.dataset.yaml:6 ks'],
  );
});

test('LW401 the target among the features', () => {
  assert.deepEqual(found(yaml, 'model: logistic', 'model: logistic, features: [amount, late]'), [
    `LW401 error ${yaml}:${lineOf(ordersYaml, 'model: logistic')} late`,
  ]);
  assert.deepEqual(
    found(yaml, 'model: logistic', 'model: mlp, target: amount').filter((line) => line.startsWith('LW401')),
    [`LW401 error ${yaml}:${lineOf(ordersYaml, 'model: logistic')} amount`],
  );
});

test('LW402 no target, several or no features', () => {
  assert.deepEqual(found('schemas/orders.dataset.yaml', 'role: target', 'role: ignore'), [
    `LW402 error ${yaml}:${lineOf(ordersYaml, 'data: features, model')} features`,
  ]);
  assert.match(
    message('schemas/orders.dataset.yaml', 'role: id', 'role: target'),
    /Several fields have the role target: id, late/,
  );
  assert.match(
    message(
      yaml,
      'features: { path: data/features.parquet, schema: schemas/orders.dataset.yaml }',
      'features: { path: data/features.parquet }',
    ),
    /has no schema/,
  );
  assert.ok(
    checkProject(
      project({ 'schemas/orders.dataset.yaml': ordersSchema.replaceAll('role: feature', 'role: ignore') }),
    ).some(({ code, message: text }) => code === 'LW402' && text.includes('no features')),
  );
});

test('LW403 shares that do not add up, and a test without rows', () => {
  assert.deepEqual(found(yaml, 'train: 0.6', 'train: 0.7'), [
    `LW403 error ${yaml}:${lineOf(ordersYaml, 'split:')} { by: time, column: at, train: 0.7, validation: 0.2, test: 0.2 }`,
  ]);
  assert.deepEqual(
    found(yaml, 'train: 0.6, validation: 0.2, test: 0.2', 'train: 0.1, validation: 0.2, test: 0.7'),
    [],
    'sums that floating point does not hit exactly are right',
  );
  assert.deepEqual(
    found(yaml, '      split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }\n', '').map((line) =>
      line.slice(0, 11),
    ),
    ['LW403 error'],
  );
});

test('LW501 an unknown metric, one of another task, and one that is not computed', () => {
  assert.deepEqual(found(yaml, 'roc_auc: { min: 0.6 }\n      pr', 'roc_auk: { min: 0.6 }\n      pr'), [
    `LW501 error ${yaml}:${lineOf(ordersYaml, 'roc_auc: {')} roc_auk`,
  ]);
  assert.match(
    message(yaml, 'roc_auc: { min: 0.6 }\n      pr', 'rmse: { max: 1 }\n      pr'),
    /no metric `rmse` for a binary model/,
  );
  assert.deepEqual(
    found(yaml, 'roc_auc: { min: 0.6 }\n      pr', '"demographic_parity_ratio[hour]": { min: 0.6 }\n      pr').map(
      (line) => line.slice(0, 11),
    ),
    ['LW501 error'],
  );
  assert.deepEqual(
    found(yaml, 'roc_auc: { min: 0.6 }\n      pr', '"demographic_parity_ratio[country]": { min: 0.6 }\n      pr'),
    [],
  );
  assert.deepEqual(
    found(yaml, 'pr_auc@champion', 'pr_auc@champion@x').map((line) => line.slice(0, 11)),
    ['LW501 error'],
  );
  assert.deepEqual(
    found(yaml, 'missing[amount]', 'mising[amount]').map((line) => line.slice(0, 11)),
    ['LW501 error'],
  );
});

test('LW502 a gate that everything or nothing passes', () => {
  assert.deepEqual(found(yaml, 'roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { at_confidence: 0.9 }\n      pr'), [
    `LW502 error ${yaml}:${lineOf(ordersYaml, 'roc_auc: {')} roc_auc`,
  ]);
  assert.deepEqual(found(yaml, 'roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.6, max: 0.5 }\n      pr'), [
    `LW502 error ${yaml}:${lineOf(ordersYaml, 'roc_auc: {')} roc_auc`,
  ]);
  assert.deepEqual(
    found(yaml, 'roc_auc: { min: 0.6 }\n      pr', 'roc_auc: { min: 0.6, max: 0.7, at_confidence: 0.9 }\n      pr'),
    [],
  );
});

test('LW601 two on one port', () => {
  assert.deepEqual(
    found(yaml, '  nightly: {', '  second: { model: challenger, as: api, port: 18080 }\n  nightly: {').filter((line) =>
      line.startsWith('LW601'),
    ),
    [`LW601 error ${yaml}:${lineOf(ordersYaml, 'nightly: {')} 18080`],
  );
  assert.deepEqual(
    found(yaml, '  nightly: {', '  second: { model: challenger, as: api, port: 18081 }\n  nightly: {').filter((line) =>
      line.startsWith('LW601'),
    ),
    [],
  );
});

test('a rule that throws is reported and stops no other', () => {
  const broken: Rule = {
    code: 'LW999',
    name: 'broken',
    severity: 'error',
    docs: '',
    check: () => {
      throw new TypeError('oh no');
    },
  };
  const problems = checkProject(project({ [yaml]: ordersYaml.replace('slices: [country]', 'slices: [contry]') }), {
    rules: [broken, ...rules],
  });
  assert.deepEqual(
    problems.map(({ code, severity }) => `${code} ${severity}`),
    ['LW999 warning', 'LW301 error'],
  );
  assert.match(problems[0]?.message ?? '', /The check broken crashed and was skipped: oh no/);
});

test('with a wrong shape the rest is understood all the same, and problems are sorted by file and place', () => {
  const problems = checkProject(
    project({
      [yaml]: ordersYaml
        .replace('seed: 3', 'seed: x')
        .replace('slices: [country]', 'slices: [contry]')
        .replace('port: 18080', 'port: 99999'),
    }),
  );
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['LW104', 'LW301', 'LW105'],
  );
  assert.deepEqual(
    problems.map(({ line }) => line),
    problems.map(({ line }) => line).toSorted((a, b) => a - b),
  );
});

test('each rule has its own code and name, and says why it matters', () => {
  assert.equal(new Set(rules.map(({ code }) => code)).size, rules.length);
  assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  for (const { code, docs } of rules) assert.match(`${code} ${docs}`, /^LW\d{3} .{40}/);
});
