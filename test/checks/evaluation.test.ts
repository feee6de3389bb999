import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noFacts, type Facts, type HistoryFacts } from '../../engine/facts/facts.ts';
import { metricRange } from '../../engine/evaluation/metrics.ts';
import { wrongAlias } from '../../engine/evaluation/metricName.ts';
import { edit, expectFixed, expectMarks, findings, type Texts } from '../helpers/checking.ts';
import { ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const schema = 'schemas/orders.dataset.yaml';
const experiment = 'experiments/longer.experiment.yaml';
const bothGates = '      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }\n';
/** The orders project with other gates. */
const gates = (...lines: string[]): Texts => edit(yaml, [bothGates, lines.map((line) => `      ${line}\n`).join('')]);
const expecting = (...lines: string[]): Texts =>
  edit(yaml, ['      missing[amount]: { max: 0.1 }\n', lines.map((line) => `      ${line}\n`).join('')]);
const command = (gate: string) =>
  edit(yaml, [
    '\ndeployments:\n',
    `  bench: { cmd: bench, deps: [labels/], metrics: [m.json], gates: { ${gate} } }\n\ndeployments:\n`,
  ]);

test('LW503 a bound that nothing can break', () => {
  const [problem] = expectMarks(
    'LW503',
    gates(
      '«pr_auc»: { min: 0 }',
      '«brier»: { max: 1 }',
      '«latency_p95_ms»: { min: 0 }',
      '«roc_auc@champion»: { min: -1 }',
      '«"demographic_parity_ratio[country]"»: { min: 0 }',
    ),
  );
  assert.match(problem?.message ?? '', /`pr_auc` is always from 0 to 1/);
  expectMarks('LW503', expecting('«missing[amount]»: { max: 5 }'));
  assert.match(expectFixed('LW503', expecting('missing[amount]: { max: 5 }')), /missing\[amount\]: \{ max: 0\.05 \}/);
  expectMarks(
    'LW503',
    gates(
      'pr_auc: { min: 0, max: 0.99 }',
      'log_loss: { max: 100 }',
      'roc_auc@champion: { min: 0 }',
      'brier: { at_confidence: 0.9 }',
    ),
  );
  expectMarks('LW503', command('accuracy: { min: 0 }'));
});

test('LW504 a bound that nothing can meet', () => {
  const over = gates('pr_auc: { min: «80» }');
  assert.match(expectMarks('LW504', over)[0]?.message ?? '', /`pr_auc` is at most 1\. Was 0\.8 meant\?/);
  assert.match(expectFixed('LW504', over), /pr_auc: \{ min: 0\.8 \}/);
  expectMarks('LW504', gates('pr_auc@champion: { min: «1.5» }', 'log_loss: { max: «-0.1» }'));
  expectMarks('LW504', expecting('pr_auc: { min: «75» }'));
  assert.equal(expectMarks('LW504', gates('pr_auc: { min: «800» }'))[0]?.fixes, undefined);
  assert.doesNotMatch(expectMarks('LW504', gates('roc_auc: { min: «1.2» }'))[0]?.message ?? '', /meant/);
  expectMarks('LW504', gates('pr_auc: { min: 1 }', 'latency_p95_ms: { max: 80 }', 'log_loss: { min: 80 }'));
  expectMarks('LW504', command('accuracy: { min: 80 }'));
});

test('LW506 accuracy alone', () => {
  const over = gates('«accuracy»: { min: 0.9 }', 'latency_p95_ms: { max: 5 }');
  assert.equal(expectMarks('LW506', over)[0]?.severity, 'info');
  assert.match(
    expectFixed('LW506', over),
    /^ {6}latency_p95_ms: \{ max: 5 \}\n {6}balanced_accuracy: \{ min: 0\.9 \}$/m,
  );
  const rare = { [yaml]: (over[yaml] ?? '').replace('model: logistic,', 'model: logistic, class_weight: balanced,') };
  assert.equal(expectMarks('LW506', rare)[0]?.severity, 'warning');
  expectMarks('LW506', gates('accuracy: { min: 0.9 }', 'f1: { min: 0.5 }'));
  expectMarks('LW506', gates('latency_p95_ms: { max: 5 }'));
  expectMarks('LW506', {
    ...gates('accuracy: { min: 0.9 }'),
    ...edit(schema, ['name: late, type: boolean', 'name: late, type: string, categories: [on time, late, lost]']),
  });
});

test('LW507 a protected column whose fairness no gate bounds', () => {
  const protect = edit(schema, [
    'categories: [de, fr, pl], loopwright: { role: feature }',
    'categories: [de, fr, pl], loopwright: { role: protected }',
  ]);
  const listed = { ...edit(yaml, ['attributes: [country]', 'attributes: [«country»]']), ...protect };
  expectMarks('LW507', listed);
  assert.match(expectFixed('LW507', listed), /^ {6}equal_opportunity_difference\[country\]: \{ max: 0\.1 \}$/m);
  const bare = {
    ...edit(yaml, ['  validate:\n', '  «validate»:\n'], [', fairness: { attributes: [country] }', '']),
    ...protect,
  };
  expectMarks('LW507', bare);
  assert.match(
    expectFixed('LW507', bare),
    /min_precision: 0\.6, fairness: \{ attributes: \[country\] \} \}\n {4}gates:\n[\s\S]*equal_opportunity_difference\[country\]: \{ max: 0\.1 \}/,
  );
  const other = {
    ...edit(yaml, ['  validate:\n', '  «validate»:\n'], ['attributes: [country]', 'attributes: [hour]']),
    ...protect,
  };
  expectMarks('LW507', other);
  assert.match(expectFixed('LW507', other), /attributes: \[hour, country\]/);
  expectMarks('LW507', {
    ...gates('roc_auc: { min: 0.6 }', 'demographic_parity_ratio[country]: { min: 0.8 }'),
    ...protect,
  });
  expectMarks('LW507', {
    ...edit(yaml),
    [schema]: ordersSchema
      .replace('name: late, type: boolean', 'name: late, type: string, categories: [a, b, c]')
      .replace('[de, fr, pl], loopwright: { role: feature }', '[de, fr, pl], loopwright: { role: protected }'),
  });
  expectMarks('LW507', {});
});

test('LW507 both edits of a fix at one place keep their order', () => {
  const block = ordersYaml.replace(
    '    with: { model: train, data: features, slices: [country], fairness: { attributes: [country] }, min_precision: 0.6 }\n    gates:\n      roc_auc: { min: 0.6 }\n      pr_auc@champion: { min: -0.2 }\n',
    '    with:\n      model: train\n      data: features\n',
  );
  const fixed = expectFixed('LW507', {
    [yaml]: block,
    [schema]: ordersSchema.replace(
      '[de, fr, pl], loopwright: { role: feature }',
      '[de, fr, pl], loopwright: { role: protected }',
    ),
  });
  assert.match(
    fixed,
    /^ {6}data: features\n {6}fairness: \{ attributes: \[country\] \}\n {4}gates: \{ "equal_opportunity_difference\[country\]": \{ max: 0\.1 \} \}$/m,
  );
});

test('LW509 a bound on the wrong side', () => {
  const over = gates(
    'pr_auc: { «max»: 0.8 }',
    'latency_p95_ms: { «min»: 5 }',
    'log_loss@champion: { «min»: 0 }',
    'roc_auc@champion: { «max»: 0.1 }',
  );
  expectMarks('LW509', over);
  assert.match(expectFixed('LW509', gates('pr_auc: { max: 0.8 }')), /pr_auc: \{ min: 0\.8 \}/);
  expectMarks('LW509', expecting('missing[amount]: { «min»: 0.1 }', 'error_rate: { «min»: 0.2 }'));
  expectMarks(
    'LW509',
    gates(
      'pr_auc: { min: 0.8 }',
      'roc_auc: { max: 0.99 }',
      'log_loss: { max: 0.5 }',
      'brier: { min: 0.01 }',
      'f1: { min: 0.2, max: 0.8 }',
      'ece@champion: { max: 0.01 }',
    ),
  );
  expectMarks('LW509', command('accuracy: { max: 0.5 }'));
});

test('LW510 a validation without gates', () => {
  const second = (run: string) =>
    edit(
      yaml,
      ['\ndeployments:\n', '  «second»: { uses: validate, with: { model: train, data: features } }\n\ndeployments:\n'],
      ['run: [collect, prepare, train, validate]', run],
    );
  assert.equal(expectMarks('LW510', second('run: [validate, second]'))[0]?.severity, 'warning');
  assert.equal(expectMarks('LW510', second('run: [validate]'))[0]?.severity, 'info');
  const none = edit(yaml, [`    gates:\n${bothGates}`, '']);
  expectMarks('LW510', none);
  const proposed = {
    [yaml]: (none[yaml] ?? '')
      .replace('then: promote', 'then: propose')
      .replace('  validate:\n    uses', '  «validate»:\n    uses'),
  };
  assert.equal(expectMarks('LW510', proposed)[0]?.severity, 'info');
  expectMarks('LW510', { [yaml]: (none[yaml] ?? '').replace(/\ndeployments:[\s\S]*/, '') });
});

test('LW511 slices by what has many values', () => {
  const slices = (list: string) => edit(yaml, ['slices: [country]', `slices: ${list}`]);
  expectMarks('LW511', slices('[country, amount, «id», «at», hour, [country, «id»], [hour, country]]'));
  assert.match(expectFixed('LW511', slices('[country, id]')), /slices: \[country\]/);
  expectMarks('LW511', edit(yaml, ['attributes: [country]', 'attributes: [«at»]']));
});

test('LW512 an objective that looks for the worst', () => {
  const sweep = (objective: string): Texts => ({
    [experiment]: `sweep:\n  method: grid\n  objective: { ${objective} }\n  params:\n    epochs: { choice: [3, 4] }\n`,
  });
  expectMarks('LW512', sweep('«maximize»: log_loss'));
  assert.match(expectFixed('LW512', sweep('«maximize»: log_loss'), experiment), /objective: \{ minimize: log_loss \}/);
  for (const wrong of ['«minimize»: pr_auc', '«maximize»: validation_loss', '«minimize»: "pr_auc@champion"'])
    expectMarks('LW512', sweep(wrong));
  for (const right of ['maximize: pr_auc', 'minimize: validation_loss', 'maximize: my_error', 'minimize: my_score'])
    expectMarks('LW512', sweep(right));
});

test('LW513 confidence in what has no interval', () => {
  const over = gates('latency_p95_ms: { max: 5, «at_confidence»: 0.95 }', 'ece: { max: 0.1, «at_confidence»: 0.9 }');
  expectMarks('LW513', over);
  assert.match(expectFixed('LW513', over), /latency_p95_ms: \{ max: 5 \}/);
  expectMarks('LW513', command('accuracy: { min: 0.8, «at_confidence»: 0.9 }'));
  expectMarks(
    'LW513',
    gates(
      'pr_auc: { min: 0.5, at_confidence: 0.9 }',
      'pr_auc@champion: { min: 0, at_confidence: 0.9 }',
      'equal_opportunity_difference[country]: { max: 0.1, at_confidence: 0.9 }',
    ),
  );
});

test('LW501 what windows of predictions do not measure', () => {
  expectMarks(
    'LW501',
    expecting(
      '«latency_p50_ms»: { max: 5 }',
      '«model_bytes»: { max: 5 }',
      'latency_p95_ms: { max: 5 }',
      'error_rate: { max: 0.1 }',
    ),
  );
  expectMarks('LW501', gates('latency_p50_ms: { max: 5 }', 'model_bytes: { max: 5000000 }'));
});

test('LW502 expectations that nothing meets', () => {
  expectMarks('LW502', expecting('«f1»: { min: 0.9, max: 0.2 }', 'brier: { max: 0.2 }'));
});

test('LW501 expectations and gates of another task, and fairness without its attribute', () => {
  const [problem] = expectMarks('LW501', expecting('«rmse»: { max: 3 }', 'pr_auc: { min: 0.7 }'));
  assert.equal(problem?.message, 'There is no metric `rmse` to expect of a binary model.');
  const classes = edit(schema, ['name: late, type: boolean', 'name: late, type: string, categories: [a, b, c]']);
  const bounds = '      roc_auc: { min: 0.6 }\n      missing[amount]: { max: 0.1 }\n';
  const ofClasses = '      «log_loss»: { max: 1 }\n      «f1»: { min: 0.7 }\n      macro_f1: { min: 0.5 }\n';
  const expectations = edit(yaml, [bothGates, '      macro_f1: { min: 0.2 }\n'], [bounds, ofClasses]);
  expectMarks('LW501', { ...expectations, ...classes });
  const [fairness] = expectMarks('LW501', gates('«demographic_parity_difference»: { max: 0.1 }'));
  assert.match(fairness?.message ?? '', /write `demographic_parity_difference\[country\]`/);
});

test('LW501 gates on slices: all of a grouping, or one', () => {
  const sliced = (...bounds: string[]): Texts => {
    const [[file, text] = ['', '']] = Object.entries(gates(...bounds));
    return { [file]: text.replace('slices: [country]', 'slices: [hour, [country, hour]]') };
  };
  expectMarks(
    'LW501',
    sliced(
      'recall[hour]: { min: 0.5 }',
      'recall[country]: { min: 0.5 }',
      '"recall[hour=7]": { min: 0.5 }',
      '"recall[hour, country]": { min: 0.5 }',
      '"recall[country=de, hour=7]": { min: 0.5 }',
      '«recall[amount]»: { min: 0.5 }',
      '«"recall[amount=3]"»: { min: 0.5 }',
      '«recal[hour]»: { min: 0.5 }',
      '«latency_p95_ms[hour]»: { max: 5 }',
      '«rmse[hour]»: { max: 5 }',
    ),
  );
  const [problem] = expectMarks('LW501', sliced('«recall[our]»: { min: 0.5 }'));
  assert.equal(problem?.message, '`our` is not under `slices`, so this is not computed. Did you mean `hour`?');
});

test('what a metric can be, and what may stand after @', () => {
  assert.deepEqual(['pr_auc', 'pr_auc@champion', 'rmse', 'r2', 'missing[x]', 'nothing'].map(metricRange), [
    [0, 1],
    [-1, 1],
    [0, Infinity],
    [-Infinity, 1],
    [0, 1],
    null,
  ]);
  assert.deepEqual(['pr_auc', 'pr_auc@champion', 'pr_auc@', 'x[y]@best', 'X@y'].map(wrongAlias), [
    null,
    null,
    '',
    'best',
    null,
  ]);
});

test('the orders project has no finding about its evaluation', () => {
  for (const code of ['LW503', 'LW504', 'LW506', 'LW507', 'LW509', 'LW510', 'LW511', 'LW512', 'LW513'])
    assert.deepEqual(findings(code, {}).problems, []);
});

test('LW514 a primary metric that is not measured, or the wrong way round', () => {
  const primary = (value: string): Texts => edit(yaml, ['seed: 3\n', `seed: 3\nprimary_metric: ${value}\n`]);
  const typo = primary('«pr_acu»');
  assert.match(expectMarks('LW514', typo)[0]?.message ?? '', /^No stage measures `pr_acu`\. Did you mean `pr_auc`\?$/);
  assert.match(expectFixed('LW514', primary('pr_acu')), /^primary_metric: pr_auc$/m);
  expectMarks('LW514', primary('{ name: «rmse» }'));
  assert.match(expectMarks('LW514', primary('«pr_auc@champion»'))[0]?.message ?? '', /difference to the champion/);
  assert.match(expectFixed('LW514', primary('{ name: log_loss, direction: maximize }')), /direction: minimize/);
  expectMarks('LW514', primary('{ name: roc_auc, direction: «minimize» }'));
  for (const right of [
    'pr_auc',
    '"roc_auc"',
    '{ name: log_loss, direction: minimize }',
    '{ name: validation_loss }',
    'latency_p95_ms',
  ])
    expectMarks('LW514', primary(right));
});

test('LW514 a program may log any metric: its gates and its runs tell which', () => {
  const cmd = (primary: string, gate = ''): Texts => ({
    [yaml]: `version: 1\nproject: p\nprimary_metric: ${primary}\nstages:\n  train: { cmd: python train.py, outs: [model], metrics: [m.json]${gate} }\n`,
  });
  const only = true;
  expectMarks('LW514', cmd('val_dice'), { only });
  expectMarks('LW514', cmd('«val_dcie»', ', gates: { val_dice: { min: 0.5 } }'), { only });
  const run = { metrics: { val_dice: 0.8, 'system/cpu': 3 }, gates: [] } as unknown as HistoryFacts['runs'][number];
  const facts: Facts = {
    ...noFacts,
    history: () => ({ runs: [run], judged: [], primary: [], stages: [], models: [], aliases: [] }),
  };
  assert.match(
    expectMarks('LW514', cmd('«auc»'), { only, facts })[0]?.message ?? '',
    /^No stage measures `auc` and no run has logged it\.$/,
  );
  assert.match(expectMarks('LW514', cmd('«val_dise»'), { only, facts })[0]?.message ?? '', /Did you mean `val_dice`/);
  expectMarks('LW514', cmd('val_dice'), { only, facts });
});

test('LW517 a table of predictions whose columns have no roles', () => {
  const table = (roles: string, validate = 'predictions: «scored»') => ({
    [yaml]: `version: 1
project: p
datasets: { scored: { path: scored.csv, schema: scored.dataset.yaml } }
stages:
  validate: { uses: validate, with: { ${validate} } }
`,
    'scored.dataset.yaml': `fields:\n${roles}`,
    'scored.csv': 'a\n',
  });
  const field = (name: string, type: string, role: string) =>
    `  - { name: ${name}, type: ${type}, loopwright: { role: ${role} } }\n`;
  const truth = field('truth', 'boolean', 'target');
  assert.match(
    expectMarks('LW517', table(field('p', 'number', 'score')), { only: true })[0]?.message ?? '',
    /has no target/,
  );
  assert.match(
    expectMarks('LW517', table(truth), { only: true })[0]?.message ?? '',
    /`loopwright: \{ role: prediction \}`/,
  );
  assert.match(
    expectMarks('LW517', table(field('truth', 'string', 'target') + field('p', 'number', 'score')), { only: true })[0]
      ?.message ?? '',
    /does not say which of several classes/,
  );
  const unmarked = 'predictions: scored';
  expectMarks('LW517', table(truth + field('p', 'number', 'score'), unmarked), { only: true });
  expectMarks('LW517', table(truth + field('p', 'boolean', 'prediction'), unmarked), { only: true });
  // The columns give the task: gates of another one are unknown.
  const gates = table(truth + field('p', 'number', 'score'), unmarked);
  const rmse = {
    ...gates,
    [yaml]: gates[yaml]?.replace('scored } }', 'scored }, gates: { «rmse»: { max: 1 } } }') ?? '',
  };
  expectMarks('LW501', rmse, { only: true });
  expectMarks('LW201', table(truth, 'predictions: «scord»'), { only: true });
  for (const code of ['LW202', 'LW221', 'LW403', 'LW102', 'LW103']) expectMarks(code, gates, { only: true });
  const named = { ...gates, [yaml]: `${gates[yaml]}models: { theirs: { predictions: scored } }\n` };
  expectMarks('LW221', named, { only: true });
  const other = {
    ...gates,
    [yaml]: `${gates[yaml]?.replace('scored }', '«scored» }')}models: { mine: { from: train } }\n`,
  };
  expectMarks('LW221', other, { only: true });
});

/** A project whose command makes what a validation tests. */
const commanded = (
  train: string,
  { validate = 'model: train', models = '', files = {} }: { validate?: string; models?: string; files?: Texts } = {},
): Texts => ({
  [yaml]: `version: 1
project: p
datasets: { rows: { path: rows.csv, schema: rows.dataset.yaml } }
${models}stages:
  train: { ${train} }
  validate: { uses: validate, with: { ${validate}, data: rows } }
`,
  'rows.dataset.yaml': 'fields:\n  - { name: y, type: boolean, loopwright: { role: target } }\n',
  'rows.csv': 'y\n',
  ...files,
});

test('LW518 a validation of a command that makes no model', () => {
  const only = true;
  const python = (text: string, more: Texts = {}) => ({ files: { 'train.py': text, ...more } });
  const bare = commanded('cmd: make all', { validate: 'model: «train»' });
  assert.equal(expectMarks('LW518', bare, { only })[0]?.severity, 'warning', 'a program may log one');
  const tables = commanded('cmd: python train.py, outs: [a.csv, b.parquet]', {
    validate: 'model: «train»',
    ...python('import json\n'),
  });
  const [problem] = expectMarks('LW518', tables, { only });
  assert.equal(problem?.severity, 'error', 'the script is known');
  assert.match(problem.message, /none of its `outs` can be a model/);
  const imports = commanded('cmd: python train.py', {
    validate: 'model: «train»',
    ...python('import tracking\n', { 'tracking.py': 'import json\n' }),
  });
  assert.equal(expectMarks('LW518', imports, { only })[0]?.severity, 'error', 'the module is known as well');
  for (const text of ['import mylib\nmylib.fit()\n', 'import os\nos.system("./fit")\n', 'from .lost import fit\n']) {
    const unknown = commanded('cmd: python train.py', { validate: 'model: «train»', ...python(text) });
    assert.equal(expectMarks('LW518', unknown, { only })[0]?.severity, 'warning', text);
  }
  const chained = commanded('cmd: python train.py && make model', {
    validate: 'model: «train»',
    ...python('import json\n'),
  });
  assert.equal(expectMarks('LW518', chained, { only })[0]?.severity, 'warning', 'make may run anything');
  const named = commanded('cmd: make all', {
    validate: 'model: «mine»',
    models: 'models: { mine: { from: train } }\n',
  });
  expectMarks('LW518', named, { only });
  for (const fine of [
    commanded('cmd: make all, outs: [model.json]'),
    commanded('cmd: make all, outs: [model, a.csv]'),
    commanded('cmd: python train.py', python('import mlflow\n')),
    commanded('cmd: mlflow run .'),
    ...['import pkg.fit', 'from pkg.fit import run', 'from pkg import (\n  fit,\n)', 'import os, pkg.fit as f'].map(
      (line) =>
        commanded('cmd: python train.py', python(`${line}\n`, { 'pkg/fit.py': 'mlflow.sklearn.log_model(m)\n' })),
    ),
    commanded('cmd: python -m pkg.train', {
      files: {
        'pkg/train.py': 'from . import fit\n',
        'pkg/fit.py': 'from ..log import save\n',
        'log.py': 'mlflow.autolog()\n',
      },
    }),
    commanded('cmd: bash run.sh', { files: { 'run.sh': 'set -e\npython a.py\n', 'a.py': 'import mlflow\n' } }),
    commanded('cmd: make all', { validate: 'model: mine', models: 'models: { mine: { from: train, path: churn } }\n' }),
  ])
    expectMarks('LW518', fine, { only });
  const history = {
    runs: [],
    judged: [],
    primary: [],
    stages: [],
    models: [{ stage: 'train', inputs: [] }],
    aliases: [],
  };
  const facts: Facts = { ...noFacts, history: () => history };
  expectMarks('LW518', commanded('cmd: make all'), { only, facts });
});

test('LW519 a gate of a command against the champion', () => {
  const over = command('«accuracy@champion»: { min: 0 }');
  assert.match(expectMarks('LW519', over)[0]?.message ?? '', /a validate stage/);
  assert.match(expectFixed('LW519', command('accuracy@champion: { min: 0 }')), /gates: \{ accuracy: \{ min: 0 \} \}/);
  assert.equal(expectMarks('LW519', command('«a@champion»: { min: 0 }, a: { min: 0 }'))[0]?.fixes, undefined);
  expectMarks('LW519', command('accuracy: { min: 0.5 }'));
  expectMarks('LW519', gates('pr_auc@champion: { min: 0 }'));
});

test('LW520 a gate that this validation cannot measure', () => {
  expectMarks('LW520', gates('«latency_p95_ms@champion»: { max: 1 }', '«model_bytes@champion»: { max: 1 }'));
  expectMarks('LW520', gates('latency_p95_ms: { max: 5 }', 'pr_auc@champion: { min: 0 }'));
  const classes = edit(schema, ['name: late, type: boolean', 'name: late, type: string, categories: [a, b, c]']);
  expectMarks('LW520', {
    ...gates('equal_opportunity_difference[country]: { max: 0.2 }', '«mae_difference[country]»: { max: 0.2 }'),
    ...classes,
  });
  expectMarks(
    'LW520',
    gates('equal_opportunity_difference[country]: { max: 0.2 }', '«mae_ratio[country]»: { min: 0.8 }'),
  );
  const table = (role: string, gate: string): Texts => ({
    [yaml]: `version: 1
project: p
datasets: { scored: { path: scored.csv, schema: scored.dataset.yaml } }
stages:
  validate: { uses: validate, with: { predictions: scored }, gates: { ${gate} } }
`,
    'scored.dataset.yaml': `fields:
  - { name: y, type: boolean, loopwright: { role: target } }
  - { name: p, type: ${role === 'score' ? 'number' : 'boolean'}, loopwright: { role: ${role} } }
`,
    'scored.csv': 'y\n',
  });
  const only = true;
  expectMarks('LW520', table('prediction', '«brier»: { max: 0.2 }, recall: { min: 0.5 }'), { only });
  expectMarks('LW520', table('score', 'brier: { max: 0.2 }, «model_bytes»: { max: 5 }'), { only });
});

test('LW521 and LW501 know what a ranking and several labels have', () => {
  const ranking = (keys: string, gate = 'ndcg_at_k: { min: 0.5 }') => ({
    'loopwright.yaml': `version: 1
project: search
datasets: { scored: { path: scored.csv, schema: scored.dataset.yaml } }
stages:
  validate: { uses: validate, with: { predictions: scored${keys} }, gates: { ${gate} } }
`,
    'scored.dataset.yaml': `fields:
  - { name: q, type: string, loopwright: { role: query } }
  - { name: y, type: integer, loopwright: { role: target } }
  - { name: s, type: number, loopwright: { role: score } }
`,
    'scored.csv': 'q,y,s\na,1,2\na,0,1\n',
  });
  expectMarks('LW521', ranking(', at_k: 3, gain: exponential, find_slices: false'));
  for (const key of ['threshold: 0.5', 'fairness: { attributes: [q] }', 'importance: true', 'top_k: 3'])
    expectMarks('LW521', ranking(`, «${key.split(':')[0]}»:${key.slice(key.indexOf(':') + 1)}`));
  expectMarks('LW501', ranking('', '«roc_auc»: { min: 0.5 }'));
  expectMarks('LW520', ranking('', 'precision_at_k: { min: 0.1 }, map: { min: 0.1 }'));
  const labels = {
    ...ranking('', 'micro_f1: { min: 0.5 }, «mrr»: { min: 0.5 }'),
    'scored.dataset.yaml': `fields:
  - { name: a, type: boolean, loopwright: { role: target } }
  - { name: b, type: boolean, loopwright: { role: target } }
  - { name: a_score, type: number, loopwright: { role: score } }
  - { name: b_score, type: number, loopwright: { role: score } }
`,
    'scored.csv': 'a,b,a_score,b_score\ntrue,false,0.5,0.1\n',
  };
  expectMarks('LW501', labels);
});

test('LW521 a threshold where nothing is decided by one', () => {
  const rule = (key: string) => edit(yaml, ['min_precision: 0.6', key]);
  expectMarks('LW521', rule('threshold: best_f1'));
  const classes = edit(schema, ['name: late, type: boolean', 'name: late, type: string, categories: [a, b, c]']);
  for (const key of ['threshold', 'min_precision']) expectMarks('LW521', { ...rule(`«${key}»: 0.5`), ...classes });
  assert.match(
    expectFixed('LW521', { ...rule('threshold: 0.5'), ...classes }),
    /fairness: \{ attributes: \[country\] \} \}/,
  );
  assert.match(expectMarks('LW521', { ...rule('«threshold»: 0.5'), ...classes })[0]?.message ?? '', /multiclass model/);
});

test('LW523 a threshold that decides every row alike', () => {
  const rule = (text: string) => edit(yaml, ['min_precision: 0.6', text]);
  for (const text of ['«1.5»', '«-1»', '«0»', '«.inf»', '{ cost: { false_positive: 0, false_negative: «0» } }'])
    expectMarks('LW523', rule(`threshold: ${text}`));
  for (const text of [
    '0.5',
    '1',
    'best_f1',
    '{ precision: 0.9 }',
    '{ cost: { false_positive: 0, false_negative: 1 } }',
  ])
    expectMarks('LW523', rule(`threshold: ${text}`));
  const program = commanded('cmd: make all, outs: [model.joblib]', { validate: 'model: train, threshold: 1.5' });
  expectMarks('LW523', program, { only: true });
});

test('LW522 slices by the target', () => {
  const over = edit(yaml, ['slices: [country]', 'slices: [country, «late»]']);
  expectMarks('LW522', over);
  assert.match(
    expectFixed('LW522', edit(yaml, ['slices: [country]', 'slices: [country, late]'])),
    /slices: \[country\]/,
  );
  const [alone] = expectMarks('LW522', edit(yaml, ['attributes: [country]', 'attributes: [«late»]']));
  assert.equal(alone?.fixes, undefined, 'an empty list is no fix');
  expectMarks('LW522', {});
});
