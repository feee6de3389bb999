import assert from 'node:assert/strict';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pairwiseAgreement } from '../../engine/labelling/agreement.ts';
import { majority } from '../../engine/labelling/consensus.ts';
import { decisionsOf } from '../../engine/labelling/decisions.ts';
import { writeConsolidated } from '../../engine/labelling/consolidated.ts';
import { addLabel, nextRows, rowsByKey, summarise, undoLabel } from '../../engine/labelling/labelling.ts';
import type { OpenTask } from '../../engine/labelling/openTask.ts';
import { resolveTask } from '../../engine/labelling/task.ts';
import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { ordersProject, ordersYaml } from '../helpers/ordersProject.ts';
import { runIn } from '../helpers/runIn.ts';
import { labelProject, openLabels } from './labelProject.ts';

const keysOf = async (open: OpenTask, labeller: string, more: Partial<Parameters<typeof nextRows>[1]> = {}) =>
  (await nextRows(open, { labeller, limit: 10, ...more })).rows.map(({ key }) => key);

test('rows come in data order, and labelled rows do not come again', async (t) => {
  const open = await openLabels(t, labelProject());
  assert.deepEqual(await keysOf(open, 'ann'), ['o1', 'o2', 'o3', 'o4', 'o5', 'o6']);
  await addLabel(open, { key: 'o2', label: 'fraud', labeller: 'ann' });
  await addLabel(open, { key: 'o3', label: null, labeller: 'ann' });
  assert.deepEqual(await keysOf(open, 'ann'), ['o1', 'o4', 'o5', 'o6']);
  assert.deepEqual(
    await keysOf(open, 'ben'),
    ['o1', 'o3', 'o4', 'o5', 'o6'],
    "one label is enough here, and skipping is one's own",
  );
  assert.deepEqual(await keysOf(open, 'ann', { skipped: true }), ['o3']);
  const { left, skipped } = await nextRows(open, { labeller: 'ann', limit: 1 });
  assert.deepEqual([left, skipped], [4, 1]);
  assert.deepEqual(undoLabel(open.task, 'ann'), { key: 'o3', note: null });
  assert.deepEqual(await keysOf(open, 'ann'), ['o1', 'o3', 'o4', 'o5', 'o6']);
});

test('a card shows columns with their units, and not what would give the answer away', async (t) => {
  const open = await openLabels(t, labelProject({ rows: ['o1,12.5,"=HYPERLINK(""x"")"', 'o2,,'] }));
  const [first, second] = (await nextRows(open, { labeller: 'ann', limit: 5 })).rows;
  assert.deepEqual(first?.values, [
    { name: 'amount', value: '12.5', unit: 'EUR', description: null },
    { name: 'note', value: '=HYPERLINK("x")', unit: null, description: 'What the buyer wrote.' },
  ]);
  assert.deepEqual(
    second?.values.map(({ value }) => value),
    [null, null],
  );
  await addLabel(open, { key: 'o1', label: 'fine', labeller: 'ann' });
  assert.deepEqual(
    (await rowsByKey(open, ['gone', 'o1'], 'ann')).map(({ key, mine, labels }) => [key, mine, labels]),
    [['o1', 'fine', 1]],
  );
});

test('with several labellers the rows that fewest have labelled come first', async (t) => {
  const open = await openLabels(t, labelProject({ more: 'labellers: 2' }));
  for (const key of ['o1', 'o2']) await addLabel(open, { key, label: 'fraud', labeller: 'ann' });
  assert.deepEqual(await keysOf(open, 'ben'), ['o3', 'o4', 'o5', 'o6', 'o1', 'o2']);
  await addLabel(open, { key: 'o1', label: 'fraud', labeller: 'ben' });
  assert.deepEqual(await keysOf(open, 'cem'), ['o3', 'o4', 'o5', 'o6', 'o2'], 'two have labelled o1');
  assert.equal((await summarise(open)).complete, 1);
});

test('random is the same for everybody and each time, and another order by another seed', async (t) => {
  const root = labelProject({ rows: Array.from({ length: 30 }, (_, i) => `o${i},1,x`), more: 'order: random' });
  const first = await keysOf(await openLabels(t, root), 'ann');
  assert.deepEqual(await keysOf(await openLabels(t, root), 'ben'), first);
  assert.notDeepEqual(
    first,
    Array.from({ length: 10 }, (_, i) => `o${i}`),
  );
  writeFileSync(
    join(root, 'loopwright.yaml'),
    readFileSync(join(root, 'loopwright.yaml'), 'utf8').replace('seed: 7', 'seed: 8'),
  );
  assert.notDeepEqual(await keysOf(await openLabels(t, root), 'ann'), first);
});

test('hostile keys and names go through the whole way', async (t) => {
  const keys = ['a "b"', 'with,comma', 'two\nlines', "'; DROP TABLE loopwright_label_rows; --", '$1', '😀'];
  const root = labelProject({ rows: keys.map((key) => `"${key.replaceAll('"', '""')}",1,x`) });
  const open = await openLabels(t, root);
  assert.deepEqual((await keysOf(open, "o'neil")).sort(), keys.toSorted());
  for (const key of keys) await addLabel(open, { key, label: 'fraud', labeller: `o'neil "x", 'y'` });
  assert.deepEqual(await keysOf(open, 'ben'), []);
  const path = join(root, 'out.csv');
  assert.deepEqual(await writeConsolidated(open, path), { rows: 6, hand: 6, rule: 0 });
  const [rows] = [await open.db.rows(`SELECT id FROM read_csv('${path}', header = true, all_varchar = true)`)];
  assert.deepEqual(rows.map((row) => row['id']).sort(), keys.toSorted());
});

test('wrong rows, classes and names are refused before anything is written', async (t) => {
  const root = labelProject();
  const open = await openLabels(t, root);
  await assert.rejects(addLabel(open, { key: 'o9', label: 'fraud', labeller: 'ann' }), /has no row whose `id` is "o9"/);
  await assert.rejects(
    addLabel(open, { key: 'o1', label: 'fruad', labeller: 'ann' }),
    /no class of `review`\. Did you mean `fraud`\?/,
  );
  await assert.rejects(addLabel(open, { key: 'o1', label: 'fraud', labeller: '  ' }), /Say who labels/);
  await assert.rejects(addLabel(open, { key: 'o1', label: 'fraud', labeller: 'a\nb' }), /on one line/);
  assert.throws(() => undoLabel(open.task, 'ann'), /has decided nothing/);
  assert.throws(() => readFileSync(open.task.path), /ENOENT/);
});

test('rows without a key or with that of another are told', async (t) => {
  const open = await openLabels(t, labelProject({ rows: ['o1,1,first', 'o1,2,second', ',3,x', 'o2,4,y'] }));
  const { rows, notes } = await summarise(open);
  assert.equal(rows, 2);
  assert.match(notes.join(' '), /1 row has no `id`.*1 row repeats the `id`/);
  assert.equal((await nextRows(open, { labeller: 'ann', limit: 5 })).rows[0]?.values[1]?.value, 'first');
});

const rulesSql = `SELECT id AS key, 'fraud' AS label, 'large' AS rule FROM orders WHERE amount >= 40
UNION ALL SELECT id, 'fine', 'even' FROM orders WHERE amount % 20 = 0
UNION ALL SELECT id, 'fine', 'small' FROM orders WHERE amount < 30
UNION ALL SELECT id, NULL, 'unsure' FROM orders
UNION ALL SELECT 'gone', 'fine', 'small'`;

test('weak rules tell their reach, conflicts and hits, and count only where nobody labelled', async (t) => {
  const root = labelProject({ more: 'rules: sql/weak.sql', files: { 'sql/weak.sql': rulesSql } });
  const open = await openLabels(t, root);
  // large: o4 o5 o6 · even: o2 o4 o6 · small: o1 o2. Undecided: o4 and o6. Nothing: o3.
  await addLabel(open, { key: 'o4', label: 'fraud', labeller: 'ann' });
  await addLabel(open, { key: 'o2', label: 'fraud', labeller: 'ann' });
  const { rules, weak, classes, notes } = await summarise(open);
  assert.deepEqual(rules, [
    { rule: 'even', covered: 3, conflicts: 2, judged: 2, accuracy: 0 },
    { rule: 'large', covered: 3, conflicts: 2, judged: 1, accuracy: 1 },
    { rule: 'small', covered: 2, conflicts: 0, judged: 1, accuracy: 0 },
  ]);
  assert.deepEqual(weak, { labelled: 2, undecided: 1 });
  assert.deepEqual(classes, [
    { label: 'fraud', rows: 2, weak: 1 },
    { label: 'fine', rows: 0, weak: 1 },
  ]);
  assert.deepEqual(notes, []);
  assert.deepEqual((await rowsByKey(open, ['o6'], 'ann'))[0]?.rules, [
    { rule: 'even', label: 'fine' },
    { rule: 'large', label: 'fraud' },
  ]);
  const path = join(root, 'labels.csv');
  assert.deepEqual(await writeConsolidated(open, path), { rows: 4, hand: 2, rule: 2 });
  assert.equal(
    readFileSync(path, 'utf8'),
    'id,kind,labellers,source\no1,fine,0,rule\no2,fraud,1,hand\no4,fraud,1,hand\no5,fraud,0,rule\n',
  );
  assert.equal(readFileSync(open.task.path, 'utf8').includes('rule'), false, 'nothing of a rule is appended');
});

for (const [what, sql, says] of [
  ['broken SQL', "SELECT id AS key,\n  nonsense AS label, 'r' AS rule FROM orders", /weak\.sql` failed: .*nonsense/s],
  ['a column that is missing', "SELECT id AS key, 'fraud' AS label FROM orders", /gives no column `rule`/],
  [
    'a label that is no class',
    "SELECT id AS key, 'odd' AS label, 'r' AS rule FROM orders",
    /gives "odd", which is no class/,
  ],
  ['an empty file', '', /weak\.sql/],
] as const) {
  test(`rules with ${what} are told and stop nobody from labelling`, async (t) => {
    const root = labelProject({ more: 'rules: sql/weak.sql', files: { 'sql/weak.sql': sql } });
    const open = await openLabels(t, root);
    const queue = await nextRows(open, { labeller: 'ann', limit: 2 });
    assert.equal(queue.rows.length, 2);
    assert.match(queue.note ?? '', says);
    assert.match((await summarise(open)).notes.join(' '), says);
    await assert.rejects(writeConsolidated(open, join(root, 'x.csv')), says);
  });
}

test('the label file itself is never written over', async (t) => {
  const root = labelProject();
  const open = await openLabels(t, root);
  await addLabel(open, { key: 'o1', label: 'fraud', labeller: 'ann' });
  const before = readFileSync(open.task.path, 'utf8');
  symlinkSync(open.task.path, join(root, 'other.csv'));
  for (const path of [open.task.path, join(root, 'data/../data/labels/review.csv'), join(root, 'other.csv')])
    await assert.rejects(writeConsolidated(open, path), /only ever added to\. Name another file/);
  assert.equal(readFileSync(open.task.path, 'utf8'), before);
});

test('a majority, and none when it is a tie', () => {
  assert.deepEqual(
    [majority(['a', 'b', 'a']), majority(['a', 'b']), majority([]), majority(['b'])],
    ['a', null, null, 'b'],
  );
});

test('agreement is told for each two who labelled a row in common', async (t) => {
  const open = await openLabels(t, labelProject({ more: 'labellers: 3' }));
  const given = { ann: ['fraud', 'fraud', 'fine', 'fine'], ben: ['fraud', 'fine', 'fine', 'fine'], cem: ['fraud'] };
  for (const [labeller, labels] of Object.entries(given))
    for (const [i, label] of labels.entries()) await addLabel(open, { key: `o${i + 1}`, label, labeller });
  await addLabel(open, { key: 'o5', label: null, labeller: 'ann' });
  await addLabel(open, { key: 'o5', label: 'fine', labeller: 'ben' });
  const { agreement, disagreements, people, ties, labelled } = await summarise(open);
  assert.deepEqual(agreement, [
    { first: 'ann', second: 'ben', n: 4, observed: 0.75, kappa: 0.5 },
    { first: 'ann', second: 'cem', n: 1, observed: 1, kappa: null },
    { first: 'ben', second: 'cem', n: 1, observed: 1, kappa: null },
  ]);
  assert.deepEqual(disagreements, [
    {
      key: 'o2',
      labels: [
        { labeller: 'ann', label: 'fraud' },
        { labeller: 'ben', label: 'fine' },
      ],
    },
  ]);
  assert.deepEqual(
    people.map(({ labeller, labelled: n, skipped, today }) => [labeller, n, skipped, today]),
    [
      ['ben', 5, 0, 5],
      ['ann', 4, 1, 4],
      ['cem', 1, 0, 1],
    ],
  );
  assert.deepEqual([ties, labelled], [1, 5]);
  assert.deepEqual(pairwiseAgreement(decisionsOf([], [])), []);
});

test('labels of classes and rows that are gone are told and count for nothing', async (t) => {
  const line = (key: string, label: string) => `${key},${label},ann,2026-11-23T09:30:00.000Z,hand\n`;
  const open = await openLabels(
    t,
    labelProject({
      files: {
        'data/labels/review.csv': `id,kind,labeller,labelled_at,source\n${line('o1', 'odd')}${line('gone', 'fraud')}nonsense\n`,
      },
    }),
  );
  const { labelled, notes } = await summarise(open);
  assert.equal(labelled, 0);
  assert.match(
    notes.join(' '),
    /1 line of .*review\.csv cannot be read.*: 4\..*no class now.*1 row that was decided on is no longer in `orders`/,
  );
  assert.ok((await keysOf(open, 'ann')).includes('o1'));
});

const labelling = `labelling:
  review: { data: features, label: late, file: data/labels/late.csv, model: champion }
`;

test('what the model is least sure of comes first', async (t) => {
  const root = ordersProject({ rows: 400, yaml: `${ordersYaml}${labelling}` });
  const runner = runIn(root);
  await runner.run();
  const { store } = runner;
  const none = await nextRows(await openLabels(t, root), { labeller: 'ann', limit: 3 });
  assert.equal(none.order, 'unlabelled');
  assert.match(none.note ?? '', /there is no champion yet/);
  const { promote } = await import('../../engine/registry/promote.ts');
  promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const open = await openLabels(t, root, undefined, store);
  const queue = await nextRows(open, { labeller: 'ann', limit: 200 });
  assert.deepEqual([queue.order, queue.note, queue.modelVersion, queue.left], ['uncertain', null, 1, 400]);
  assert.deepEqual(
    new Set(queue.rows.map(({ model }) => model?.label)),
    new Set(['true', 'false']),
    'in the words of the task',
  );
  const margins = queue.rows.map(({ model }) => model?.margin ?? -1);
  assert.deepEqual(
    margins,
    margins.toSorted((a, b) => a - b),
  );
  const all = await open.score?.(
    (await open.db.rows('SELECT id FROM loopwright_label_rows')).map((row) => String(row['id'])),
  );
  const smallest = [...(all ?? [])].sort((a, b) => a[1].margin - b[1].margin)[0];
  assert.equal(queue.rows[0]?.key, smallest?.[0]);
  assert.ok(
    Math.abs((queue.rows[0]?.model?.probability ?? 0) - 0.5 - (margins[0] ?? 0) / 2) < 1e-9,
    'a margin is 2 · |p − 0.5|',
  );
  assert.ok((margins[0] ?? 1) < 0.2 && (margins.at(-1) ?? 0) > (margins[0] ?? 1));
  assert.deepEqual(
    queue.rows[0]?.values.map(({ name }) => name),
    ['at', 'amount', 'hour', 'country'],
    'neither the label nor the split',
  );
  const first = queue.rows[0]?.key ?? '';
  await addLabel(open, { key: first, label: 'true', labeller: 'ann' });
  assert.notEqual((await nextRows(open, { labeller: 'ann', limit: 1 })).rows[0]?.key, first);
  assert.equal((await nextRows(open, { labeller: 'ann', limit: 1, order: 'random' })).order, 'random');
});

test('a model that reads what the data lacks falls back and says so', async (t) => {
  const root = ordersProject({ rows: 300, yaml: `${ordersYaml}${labelling}` });
  const runner = runIn(root);
  await runner.run();
  (await import('../../engine/registry/promote.ts')).promote(
    runner.store,
    { name: 'orders', version: 1 },
    { why: 'test', actor: 'test:me' },
  );
  writeFileSync(
    join(root, 'loopwright.yaml'),
    `${ordersYaml}${labelling.replace('data: features, label: late', 'data: labels, key: id, label: late')}`,
  );
  writeFileSync(join(root, 'labels/labels-1.csv'), 'id,known_at,late\no1,2026-01-01T00:00:00Z,true\n');
  const { note, order } = await nextRows(await openLabels(t, root, undefined, runner.store), {
    labeller: 'ann',
    limit: 3,
  });
  assert.equal(order, 'unlabelled');
  assert.match(note ?? '', /the data lacks `amount`.*which the model reads/);
});

function taskOf(yaml: string, name?: string) {
  const root = ordersProject({ rows: 1, yaml: `${ordersYaml}${yaml}` });
  const project = loadProject(root);
  return resolveTask(project, configFor(project, 'default'), name);
}

test('defaults come from the schema, and what is missing is told with what is near', () => {
  const task = taskOf(labelling);
  assert.deepEqual([task.key, task.classes, task.order, task.labellers], ['id', ['true', 'false'], 'uncertain', 1]);
  assert.deepEqual(taskOf('labelling:\n  where: { data: orders, label: country, file: a.csv }\n').classes, [
    'de',
    'fr',
    'pl',
  ]);
  assert.throws(() => taskOf(labelling, 'reviw'), { name: 'ProjectError', message: /Did you mean `review`/ });
  assert.throws(
    () => taskOf(`${labelling}  other: { data: orders, label: late, file: b.csv }\n`),
    /Say which labelling task: review, other/,
  );
  assert.throws(() => taskOf(''), /has no labelling task/);
  assert.throws(
    () => taskOf(labelling.replace('data: features', 'data: feature')),
    /no dataset `feature`\. Did you mean `features`/,
  );
});
