import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersFiles } from '../helpers/ordersProject.ts';
import { runCli } from '../helpers/runCli.ts';
import { findInData } from '../helpers/withFacts.ts';

/** A project whose prepared features are there: the orders project after `prepare`, its schema with changes. */
async function prepared(
  options: { csv?: string; yaml?: [string, string]; schema?: [string, string]; sql?: string } = {},
): Promise<string> {
  const files = ordersFiles({ rows: 600 });
  const change = (file: string, [from, to]: [string, string]) => {
    assert.ok(files[file]?.includes(from), from);
    files[file] = (files[file] ?? '').replace(from, () => to);
  };
  if (options.csv !== undefined) files['incoming/orders-1.csv'] = options.csv;
  if (options.yaml) change('loopwright.yaml', options.yaml);
  if (options.schema) {
    files['schemas/features.dataset.yaml'] = (files['schemas/orders.dataset.yaml'] ?? '').replace(
      options.schema[0],
      () => options.schema?.[1] ?? '',
    );
    change('loopwright.yaml', [
      'features: { path: data/features.parquet, schema: schemas/orders',
      'features: { path: data/features.parquet, schema: schemas/features',
    ]);
  }
  if (options.sql !== undefined) files['sql/features.sql'] = options.sql;
  const root = makeProject(files);
  const run = await runCli(['run', 'prepare'], { cwd: root });
  assert.equal(run.code, 0, run.err + run.out);
  return root;
}
let made: Promise<string> | undefined;
/** The orders project as it is, prepared once. */
const plain = () => (made ??= prepared());
const country = '  - { name: country,';
const withField = (name: string, text: string): [string, string] => [
  country,
  `  - { name: ${name}, ${text}, loopwright: { role: feature } }\n${country}`,
];

test('LW404 a feature that tells the target, with the measure', async () => {
  const root = await prepared({
    schema: withField('refund', 'type: number'),
    sql: 'SELECT id, "at", amount, hour, country, late, CASE WHEN late THEN amount + 1000 ELSE amount END AS refund\nFROM orders\n',
  });
  const { marks, messages, problems } = await findInData('LW404', root);
  assert.deepEqual(marks, ['schemas/features.dataset.yaml:6 feature']);
  assert.match(messages[0] ?? '', /`refund` almost determines the target: area under the ROC curve 1\.0000 on its own/);
  assert.deepEqual(
    problems[0]?.fixes?.map(({ title }) => title),
    ['Give refund the role ignore'],
  );
  assert.equal(problems[0]?.fromData, true);
  const text = await prepared({
    schema: withField('status', 'type: string'),
    sql: `SELECT *, CASE WHEN late THEN 'claimed' ELSE 'fine' END AS status\nFROM orders\n`,
  });
  assert.match((await findInData('LW404', text)).messages[0] ?? '', /its levels get 100 % of the rows right/);
  const filled = await prepared({
    schema: withField('case_number', 'type: number'),
    sql: 'SELECT id, "at", amount, hour, country, late, CASE WHEN late THEN amount END AS case_number\nFROM orders\n',
  });
  assert.match((await findInData('LW404', filled)).messages[0] ?? '', /whether it has a value gets 100 % of the rows/);
  assert.deepEqual((await findInData('LW404', await plain())).marks, []);
});

test('LW407 test rows that were trained on', async () => {
  const rows = orders({ rows: 300 });
  const doubled = ordersCsv([...rows, ...rows.map((row) => ({ ...row, id: `${row.id}x` }))]);
  const root = await prepared({ csv: doubled, yaml: ['split: { by: time, column: at,', 'split: { by: random,'] });
  assert.match(
    (await findInData('LW407', root)).messages[0] ?? '',
    /test rows \(\d+ %\) are also training rows of `features`\./,
  );
  assert.deepEqual((await findInData('LW407', await plain())).marks, []);
});

test('LW410 constant, LW411 doubled, LW425 many levels', async () => {
  const constant = await prepared({
    schema: withField('shop', 'type: string'),
    sql: `SELECT *, 'north' AS shop\nFROM orders\n`,
  });
  assert.match((await findInData('LW410', constant)).messages[0] ?? '', /`shop` is the same in every row \(north\)/);
  const gaps = await prepared({
    schema: withField('shop', 'type: string'),
    sql: `SELECT *, CASE WHEN amount > 50 THEN 'north' END AS shop\nFROM orders\n`,
  });
  assert.deepEqual((await findInData('LW410', gaps)).messages, [], 'a value or none is a difference');
  const doubled = await prepared({
    schema: withField('cents', 'type: number'),
    sql: 'SELECT *, amount AS cents\nFROM orders\n',
  });
  assert.match(
    (await findInData('LW411', doubled)).messages[0] ?? '',
    /`cents` equals `amount` in every training row|`amount` equals `cents` in every training row/,
  );
  const many = await prepared({
    schema: withField('street', 'type: string'),
    sql: `SELECT *, 'street ' || id AS street\nFROM orders\n`,
  });
  assert.match((await findInData('LW425', many)).messages[0] ?? '', /`street` has 600 different values/);
  for (const code of ['LW410', 'LW411', 'LW425'])
    assert.deepEqual((await findInData(code, await plain())).marks, [], code);
});

test('LW412 a rare class, LW508 too few of it to judge', async () => {
  const rows = orders({ rows: 600 }).map((row, i) => ({ ...row, late: i % 60 === 0 }));
  const root = await prepared({
    csv: ordersCsv(rows),
    yaml: ['roc_auc: { min: 0.6 }\n      pr_auc', 'recall: { min: 0.5 }\n      pr_auc'],
  });
  const imbalance = await findInData('LW412', root);
  assert.match(imbalance.messages[0] ?? '', /`true` is rare: 10 of 600 rows \(1\.7 %\)/);
  assert.deepEqual(
    imbalance.problems[0]?.fixes?.[0]?.edits.map(({ newText }) => newText),
    [', class_weight: balanced'],
  );
  assert.match(
    (await findInData('LW508', root)).messages[0] ?? '',
    /The test part has 2 positive rows, so `recall` near 0\.5 is known to about ±0\.69/,
  );
  const plenty = await plain();
  assert.deepEqual((await findInData('LW412', plenty)).marks, []);
});

test('LW424 tested on the past', async () => {
  const root = await prepared({ yaml: ['split: { by: time, column: at,', 'split: { by: random,'] });
  assert.match(
    (await findInData('LW424', root)).messages[0] ?? '',
    /Training rows end on 2026-0\d-\d\d, test rows start on 2026-01-0\d/,
  );
  assert.deepEqual((await findInData('LW424', await plain())).marks, []);
});

test('LW703 a champion whose code was never committed', async () => {
  const root = makeProject(ordersFiles({ rows: 400 }));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: root, stdio: 'pipe' });
  git('init', '-q');
  writeFileSync(join(root, '.gitignore'), '.loopwright\ndata\nloopwright.lock\n');
  git('add', '.');
  git('commit', '-qm', 'first');
  writeFileSync(join(root, 'sql/features.sql'), 'SELECT id, "at", amount, hour, country, late FROM orders\n');
  const must = async (...args: string[]) => {
    const run = await runCli(args, { cwd: root });
    assert.equal(run.code, 0, run.out + run.err);
  };
  await must('run');
  await must('models', 'promote', '1');
  const { marks, messages } = await findInData('LW703', root);
  assert.deepEqual(marks, ['loopwright.yaml:35 champion', 'loopwright.yaml:36 champion']);
  assert.match(
    messages[0] ?? '',
    /The champion \(v1\) came from the run [\w-]+, made with uncommitted changes on [0-9a-f]{7}\./,
  );
  git('commit', '-qam', 'second');
  await must('run', '--force');
  await must('models', 'promote', '2');
  assert.deepEqual((await findInData('LW703', root)).marks, []);
});
