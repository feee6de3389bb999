import assert from 'node:assert/strict';
import { test } from 'node:test';
import { edit, expectFixed, expectMarks, findings, type Texts } from '../helpers/checking.ts';
import { ordersSchema, ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const schema = 'schemas/orders.dataset.yaml';
const experiment = 'experiments/longer.experiment.yaml';
/** The train stage of the orders project with more inputs. */
const train = (inputs: string) => edit(yaml, ['model: logistic,', `model: logistic, ${inputs},`]);
const mlp = (inputs: string) => edit(yaml, ['model: logistic,', `model: mlp, ${inputs},`]);
const trial = (text: string): Texts => ({ [experiment]: text });
const sweep = (params: string, method = 'random') =>
  trial(`sweep:\n  method: ${method}\n  objective: { maximize: pr_auc }\n  params:\n    ${params}\n`);

test('LW405 a name of rows among the features', () => {
  expectMarks('LW405', train('features: [«id», amount]'));
  assert.match(expectFixed('LW405', train('features: [«id», amount]')), /features: \[amount\]/);
  const without = (from: string, to: string) => ({ ...train('features: [amount, «id»]'), ...edit(schema, [from, to]) });
  expectMarks(
    'LW405',
    without(
      'constraints: { required: true, unique: true }, loopwright: { role: id }',
      'constraints: { required: true }',
    ),
  );
  expectMarks('LW405', {
    ...train('features: [amount, «id»]'),
    [schema]: ordersSchema.replace(', loopwright: { role: id }', '').replace('primaryKey: id\n', ''),
  });
  expectMarks('LW405', {
    ...train('features: [amount, id]'),
    [schema]: ordersSchema.replace('role: id', 'role: feature'),
  });
  expectMarks('LW405', {
    ...train('features: [amount, id]'),
    [schema]: ordersSchema
      .replace(', constraints: { required: true, unique: true }, loopwright: { role: id }', '')
      .replace('primaryKey: id', 'primaryKey: [id, at]'),
  });
  assert.equal(expectMarks('LW405', train('features: [«id»]'))[0]?.fixes, undefined);
});

test('LW406 a time among the features', () => {
  const [date] = expectMarks('LW406', train('features: [«at», amount]'));
  assert.equal(date?.severity, 'error');
  assert.match(expectFixed('LW406', train('features: [«at», amount]')), /features: \[amount\]/);
  const [seconds] = expectMarks('LW406', {
    ...train('features: [«at», amount]'),
    ...edit(schema, ['type: datetime', 'type: integer']),
  });
  assert.equal(seconds?.severity, 'warning');
  expectMarks('LW406', train('features: [hour, amount]'));
});

test('LW429 a prediction of another model among the features', () => {
  for (const role of ['prediction', 'score']) {
    const roles = edit(schema, [
      '- { name: hour,',
      '- { name: old, type: number, loopwright: { role: ROLE } }\n  - { name: hour,'.replace('ROLE', role),
    ]);
    expectMarks('LW429', { ...train('features: [amount, «old»]'), ...roles });
    assert.match(expectFixed('LW429', { ...train('features: [amount, «old»]'), ...roles }), /features: \[amount\]/);
    expectMarks('LW429', roles);
  }
  expectMarks('LW429', train('features: [hour, amount]'));
});

test('LW408 a random split of rows with a time', () => {
  const over = edit(yaml, ['by: time, column: at', 'by: «random», column: id']);
  expectMarks('LW408', over);
  assert.match(expectFixed('LW408', over), /split: \{ by: time, column: at, train/);
  const bare = edit(yaml, ['by: time, column: at,', 'by: «random»,']);
  assert.match(
    expectFixed('LW408', bare),
    /split: \{ by: time, train: 0\.6, validation: 0\.2, test: 0\.2, column: at \}/,
  );
  expectMarks('LW408', {
    ...edit(yaml, ['by: time, column: at', 'by: random, column: id']),
    ...edit(schema, ['role: timestamp', 'role: ignore']),
  });
});

test('LW409 a protected column among the features', () => {
  const protect = edit(schema, [
    'categories: [de, fr, pl], loopwright: { role: feature }',
    'categories: [de, fr, pl], loopwright: { role: protected }',
  ]);
  expectMarks('LW409', { ...train('features: [amount, «country»]'), ...protect });
  assert.match(expectFixed('LW409', { ...train('features: [amount, «country»]'), ...protect }), /features: \[amount\]/);
  expectMarks('LW409', { ...train('features: [amount, hour]'), ...protect });
  expectMarks('LW409', train('features: [amount, country]'));
});

test('LW413 inputs far from what works', () => {
  expectMarks('LW413', edit(yaml, ['learning_rate: 0.05', 'learning_rate: «5»']));
  expectMarks('LW413', edit(yaml, ['"${params.learning_rate}"', '«0.0000001»']));
  expectMarks('LW413', mlp('hidden: «[8192, 8192, 1]», dropout: «0.9», l2: «11»'));
  expectMarks('LW413', mlp('hidden: «[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]», dropout: 0.8, l2: 10'));
  expectMarks('LW413', edit(yaml, ['batch_size: 32', 'batch_size: «3»'], ['  epochs: 3\n', '  epochs: «2001»\n']));
  expectMarks('LW413', edit(yaml, ['batch_size: 32', 'batch_size: «70000»']));
  expectMarks(
    'LW413',
    edit(
      yaml,
      ['batch_size: 32', 'batch_size: 4'],
      ['  learning_rate: 0.05\n', '  learning_rate: 0.5\n'],
      ['  epochs: 3\n', '  epochs: 2000\n'],
    ),
  );
  const [patience] = expectMarks('LW413', train('patience: «3»'));
  assert.match(patience?.message ?? '', /wait 3 epochs, and there are 3/);
  expectMarks('LW413', train('patience: 2'));
});

test('LW413 inputs that experiments try', () => {
  expectMarks('LW413', sweep('learning_rate: { uniform: [0.1, «0.9»] }\n    epochs: { choice: [10, «3000»] }'));
  expectMarks(
    'LW413',
    trial(
      'params: { learning_rate: «2» }\nstages: { train: { with: { dropout: «0.95», batch_size: 64 } }, validate: { with: { epochs: 9999 } } }\n',
    ),
  );
  expectMarks('LW413', {
    ...edit(yaml, ['  epochs: 3\n', '  epochs: 3\n  other: 1\n']),
    ...sweep('other: { uniform: [1, 100000] }'),
  });
});

test('LW414 a model that does not fit the target', () => {
  const linear = edit(yaml, ['model: logistic', 'model: «linear»']);
  assert.match(expectMarks('LW414', linear)[0]?.message ?? '', /squared error/);
  assert.match(expectFixed('LW414', linear), /model: logistic,/);
  const logistic = (target: string) =>
    edit(yaml, ['model: logistic', `model: «logistic», target: ${target}, features: [hour]`]);
  assert.match(expectMarks('LW414', logistic('amount'))[0]?.message ?? '', /cross-entropy/);
  expectMarks('LW414', { ...logistic('amount'), ...edit(schema, ['type: number', 'type: integer']) });
  assert.match(expectFixed('LW414', logistic('amount')), /model: linear,/);
  expectMarks('LW414', edit(yaml, ['model: logistic', 'model: mlp, target: amount, features: [hour]']));
  expectMarks('LW414', {
    ...edit(yaml, ['model: logistic', 'model: logistic, target: hour, features: [amount]']),
    ...edit(schema, ['{ name: hour, type: integer,', '{ name: hour, type: integer, categories: [0, 1],']),
  });
});

test('LW415 a feature with very many categories', () => {
  const categories = (n: number) => `[${Array.from({ length: n }, (_, i) => `c${i}`).join(', ')}]`;
  const over = (name: string, n: number) =>
    edit(schema, [
      'name: country, type: string, categories: [de, fr, pl]',
      `name: ${name}, type: string, categories: ${categories(n)}`,
    ]);
  assert.match(expectMarks('LW415', over('«country»', 101))[0]?.message ?? '', /has 101 categories/);
  expectMarks('LW415', over('country', 100));
  expectMarks('LW415', { ...over('country', 101), ...train('features: [amount]') });
});

test('LW416 early stopping without rows to look at', () => {
  const split = (to: string) =>
    edit(yaml, ['train: 0.6, validation: 0.2, test: 0.2', to], ['model: logistic,', 'model: logistic, patience: «2»,']);
  const [problem] = expectMarks('LW416', split('train: 0.8, test: 0.2'));
  assert.equal(problem?.related?.[0]?.line, ordersYaml.slice(0, ordersYaml.indexOf('split:')).split('\n').length);
  expectMarks('LW416', split('train: 0.8, validation: 0, test: 0.2'));
  expectMarks('LW416', train('patience: 2'));
  expectMarks(
    'LW416',
    edit(
      yaml,
      ['train: 0.6, validation: 0.2, test: 0.2', 'train: 0.8, test: 0.2'],
      ['model: logistic,', 'model: logistic, patience: 0,'],
    ),
  );
  expectMarks('LW416', edit(yaml, ['train: 0.6, validation: 0.2, test: 0.2', 'train: 0.8, test: 0.2']));
});

test('LW417 a range of a sweep that starts above its end', () => {
  const over = sweep('epochs: { int: «[50, 10]» }\n    learning_rate: { log_uniform: «[0.1, 0.01]» }');
  const problems = expectMarks('LW417', over);
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['error', 'warning'],
  );
  assert.match(expectFixed('LW417', over, experiment), /epochs: \{ int: \[10, 50\] \}/);
  expectMarks('LW417', sweep('epochs: { int: [10, 50] }\n    learning_rate: { choice: [0.1, 0.01] }'));
});

test('LW418 a grid over a range', () => {
  const over = sweep('epochs: { choice: [10, 50] }\n    learning_rate: «{ log_uniform: [0.001, 0.01] }»', 'grid');
  assert.deepEqual(
    expectMarks('LW418', over)[0]?.related?.map(({ file, line, column, endColumn }) => [file, line, column, endColumn]),
    [[experiment, 2, 11, 15]],
  );
  assert.match(expectFixed('LW418', over, experiment), /method: random/);
  expectMarks('LW418', sweep('learning_rate: { log_uniform: [0.001, 0.01] }'));
  expectMarks('LW418', sweep('learning_rate: { choice: [0.001, 0.01] }', 'grid'));
});

test('LW427 halving that stops nothing', () => {
  const halving = (settings: string, method = 'halving', mark = 'halving') =>
    trial(
      `sweep:\n  method: ${method}\n  objective: { maximize: pr_auc }\n  ${mark}: ${settings}\n  params:\n    learning_rate: { uniform: [0.001, 0.01] }\n`,
    );
  const other = halving('{ min_steps: 2 }', 'random', '«halving»');
  expectMarks('LW427', other);
  assert.match(expectFixed('LW427', other, experiment), /method: halving/);
  expectMarks('LW427', halving('{ watch: { maximize: «pr_auc» } }'));
  expectMarks('LW427', halving('{ watch: { minimize: validation_loss }, reduction: 4 }'));
  expectMarks('LW427', halving('{ min_steps: 2 }'));
});

test('LW419 a sweep over one value, or one value twice', () => {
  expectMarks('LW419', sweep('epochs: { choice: «[10]» }\n    learning_rate: { uniform: «[0.1, 0.1]» }'));
  const over = sweep('epochs: { choice: [10, 20, «10», 30] }');
  expectMarks('LW419', over);
  assert.match(expectFixed('LW419', over, experiment), /choice: \[10, 20, 30\]/);
  expectMarks('LW419', sweep('epochs: { choice: [10, 20] }\n    learning_rate: { uniform: [0.1, 0.2] }'));
});

test('LW420 weights of classes where there are none', () => {
  const over = (model: string, mark = '«class_weight»') =>
    edit(yaml, ['model: logistic,', `${model}, ${mark}: balanced,`]);
  expectMarks('LW420', over('model: mlp, target: amount, features: [hour]'));
  assert.doesNotMatch(expectFixed('LW420', over('model: mlp, target: amount, features: [hour]')), /class_weight/);
  expectMarks('LW420', over('model: mlp', 'class_weight'));
  expectMarks(
    'LW420',
    edit(yaml, ['model: logistic,', 'model: mlp, target: amount, features: [hour], class_weight: none,']),
  );
});

test('LW421 inputs that the model does not look at', () => {
  expectMarks('LW421', train('«hidden»: [8], «dropout»: 0.1'));
  assert.doesNotMatch(expectFixed('LW421', train('«hidden»: [8]')), /hidden/);
  expectMarks('LW421', train('hidden: [], dropout: 0'));
  expectMarks('LW421', mlp('hidden: [8], dropout: 0.1'));
  const [depth] = expectMarks('LW421', mlp('«depth»: 4, «library»: lightgbm'));
  assert.match(depth?.message ?? '', /^The model mlp has no `depth`.*use boosted_trees or random_forest\.$/);
  expectMarks('LW421', mlp('library: auto'));
});

const trees = (model: string, inputs: string) =>
  edit(yaml, [
    'model: logistic, epochs: "${params.epochs}", learning_rate: "${params.learning_rate}", batch_size: 32',
    `model: ${model}, ${inputs}`,
  ]);

test('LW421 inputs that trees do not look at', () => {
  const all = 'trees: 10, depth: 4, leaves: 8, min_rows: 5, subsample: 0.9, colsample: 0.9, class_weight: balanced';
  expectMarks('LW421', trees('boosted_trees', `${all}, library: lightgbm, learning_rate: 0.1, l2: 1, patience: 5`));
  expectMarks('LW421', trees('random_forest', all));
  const own = expectMarks('LW421', trees('boosted_trees', '«epochs»: 3, «batch_size»: 32, «hidden»: [8]'));
  assert.equal(own.length, 3);
  expectMarks('LW421', trees('random_forest', '«learning_rate»: 0.1, «l2»: 1, «patience»: 5, «library»: xgboost'));
  const scaled = 'preprocess: { amount: { «scale»: robust, impute: mean }, hour: { transform: none } }';
  expectMarks('LW421', trees('boosted_trees', scaled));
  assert.match(expectFixed('LW421', trees('boosted_trees', scaled)), /amount: \{ impute: mean \}/);
  const chosen = trees('"${params.model}"', 'epochs: 3, trees: 10');
  expectMarks('LW421', {
    [yaml]: (chosen[yaml] ?? '').replace('  epochs: 3\n', '  epochs: 3\n  model: boosted_trees\n'),
  });
});

test('LW428 settings that the library of trees lacks', () => {
  expectMarks('LW428', trees('boosted_trees', 'library: scikit-learn, «subsample»: 0.8'));
  expectMarks('LW428', trees('boosted_trees', 'library: lightgbm, subsample: 0.8'));
  expectMarks('LW428', trees('random_forest', 'library: scikit-learn, subsample: 0.8'));
  const frequency = trees('random_forest', 'preprocess: { country: { encode: «frequency» } }');
  expectMarks('LW428', frequency);
  assert.match(expectFixed('LW428', frequency), /country: \{ encode: target \}/);
  expectMarks('LW428', train('preprocess: { country: { encode: frequency } }'));
});

test('LW413, LW415, LW416 and LW426 know trees', () => {
  expectMarks(
    'LW413',
    trees('boosted_trees', 'trees: «20000», leaves: «10000», subsample: «0.01», colsample: «0.001»'),
  );
  const [patience] = expectMarks('LW413', trees('boosted_trees', 'trees: 50, patience: «50»'));
  assert.match(patience?.message ?? '', /wait 50 trees, and there are 50\. Set `patience` below `trees`/);
  expectMarks('LW413', trees('boosted_trees', 'patience: 50'));
  const short = (model: string) => ({
    [yaml]: (trees(model, 'patience: «2»')[yaml] ?? '').replace('validation: 0.2, ', ''),
  });
  expectMarks('LW416', short('boosted_trees'));
  const levels = Array.from({ length: 101 }, (_, i) => `c${i}`).join(', ');
  expectMarks('LW415', {
    ...trees('boosted_trees', 'trees: 5'),
    ...edit(schema, ['categories: [de, fr, pl]', `categories: [${levels}]`]),
  });
  const classes = edit(schema, [
    'type: boolean, constraints: { required: true }, loopwright: { role: target',
    'type: string, categories: [a, b, c], loopwright: { role: target',
  ]);
  expectMarks('LW426', { ...trees('boosted_trees', 'preprocess: { country: { encode: target } }'), ...classes });
});

test('LW422 an experiment that changes nothing', () => {
  expectMarks('LW422', trial('«params»: { epochs: 3, learning_rate: 0.05 }\n'));
  expectMarks('LW422', trial('params: { epochs: 4, learning_rate: 0.05 }\n'));
  expectMarks('LW422', trial('params: { epochs: 3 }\nstages: { train: { with: { l2: 0.1 } } }\n'));
  expectMarks('LW422', trial('describe: to be written\n'));
});

test('LW423 an experiment that lays inputs over a command', () => {
  const command = edit(yaml, ['\ndeployments:\n', '  report: { cmd: report, deps: [data/] }\n\ndeployments:\n']);
  const over = trial('stages:\n  report: { «with»: { lr: 0.1 } }\n  train: { with: { l2: 0.1 } }\n');
  const [problem] = expectMarks('LW423', { ...command, ...over });
  assert.equal(problem?.related?.[0]?.file, yaml);
  assert.doesNotMatch(expectFixed('LW423', { ...command, ...over }, experiment), /report/);
  expectMarks('LW423', { ...command, ...trial('stages:\n  report: {}\n') });
});

test('the orders project has no finding about its model', () => {
  for (const code of [
    'LW405',
    'LW406',
    'LW408',
    'LW409',
    'LW413',
    'LW414',
    'LW415',
    'LW416',
    'LW417',
    'LW418',
    'LW419',
    'LW420',
    'LW421',
    'LW422',
    'LW423',
    'LW427',
  ])
    assert.deepEqual(findings(code, {}).problems, []);
});

test('LW426 preprocessing that does not fit', () => {
  expectMarks('LW426', train('preprocess: { amount: { scale: robust, impute: 0 }, country: { encode: target } }'));
  expectMarks(
    'LW426',
    train('preprocess: { amount: { «encode: target» } }'.replace('«encode: target»', 'encode: «target»')),
  );
  assert.match(
    expectFixed('LW426', train('preprocess: { country: { scale: «robust», encode: frequency } }')),
    /country: \{ encode: frequency \}/,
  );
  assert.match(
    expectFixed('LW426', train('preprocess: { «amout»: { scale: robust } }')),
    /preprocess: \{ amount: \{ scale: robust \} \}/,
  );
});

test('LW327 values that SQL names', () => {
  const sql = 'sql/features.sql';
  const query =
    'SELECT o.id, o."at", o.amount, o.hour, o.country, l.late FROM orders o JOIN labels l USING (id) WHERE o.amount > ';
  expectMarks('LW327', {
    [sql]: `${query}$least -- not $this, '$nor', "$that"\n`,
    ...edit('loopwright.yaml', ['sql: sql/features.sql', 'sql: sql/features.sql\n      params: { least: 1 }']),
  });
  assert.match(expectFixed('LW327', { [sql]: `${query}«$least»\n` }), /params: \{ least: 0 \}/);
  const [unused] = expectMarks('LW327', {
    [sql]: `${query}0\n`,
    ...edit('loopwright.yaml', ['sql: sql/features.sql', 'sql: sql/features.sql\n      params: { «least»: 1 }']),
  });
  assert.equal(unused?.severity, 'warning');
});
