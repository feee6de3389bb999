import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectMarks } from '../helpers/checking.ts';
import { ordersYaml } from '../helpers/ordersProject.ts';

const yaml = 'loopwright.yaml';
const task = (keys: string) => ({
  [yaml]: `${ordersYaml}labelling:\n  review: { ${keys} }\n`,
  'sql/weak.sql': "SELECT id AS key, true AS label, 'all' AS rule FROM orders\n",
});

test('LW328 a labelling task that cannot be used', () => {
  const wrong: [string, RegExp][] = [
    ['data: «order», label: late, file: a.csv', /no dataset `order`\. Did you mean `orders`\?/],
    ['data: orders, key: «idd», label: late, file: a.csv', /has no column `idd`/],
    [
      'data: orders, label: late, file: a.csv, show: [amount, «contry»]',
      /has no column `contry`\. Did you mean `country`\?/,
    ],
    ['data: orders, label: «fraud», file: a.csv', /The values of `fraud` are not declared\. Set `classes`/],
    [
      'data: orders, label: «source», classes: [a, b], file: a.csv',
      /has columns labeller, labelled_at, source of its own/,
    ],
    ['data: orders, label: late, file: a.csv, rules: «sql/weka.sql»', /no file `sql\/weka\.sql`/],
    ['data: orders, label: late, file: «labels/a.parquet»', /must be one file inside the project that ends in `\.csv`/],
    ['data: orders, label: late, classes: «[1, "1"]», file: a.csv', /are equal in the label file/],
    ['data: orders, label: «id», classes: [a, b], file: a.csv', /is the key and cannot be the label/],
  ];
  for (const [keys, says] of wrong) assert.match(expectMarks('LW328', task(keys))[0]?.message ?? '', says, keys);
  for (const keys of [
    'data: orders, label: late, file: a.csv',
    'data: orders, label: fraud, classes: [1, 2, 3], file: a.csv, show: [amount], model: champion, rules: sql/weak.sql, labellers: 2, order: uncertain',
  ])
    expectMarks('LW328', task(keys));
});

test('LW328 a task without a key, and one with a model where nothing trains', () => {
  const bare = (keys: string) => ({
    [yaml]: `version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/t.csv }\nstages:\n  s: { cmd: x, deps: [data/t.csv] }\nlabelling:\n  review: { ${keys} }\n`,
    'data/t.csv': 'a\n1\n',
  });
  assert.match(
    expectMarks('LW328', bare('data: «t», label: k, classes: [a, b], file: l.csv'), { only: true })[0]?.message ?? '',
    /`t` has no key column/,
  );
  assert.match(
    expectMarks('LW328', bare('data: t, key: a, label: k, classes: [a, b], file: l.csv, model: «champion»'), {
      only: true,
    })[0]?.message ?? '',
    /No stage trains a model/,
  );
  expectMarks('LW328', bare('data: t, key: a, label: k, classes: [a, b], file: l.csv'), { only: true });
});

test('LW215 and LW704 know the paths of labelling', () => {
  expectMarks('LW704', task('data: orders, label: late, file: «../a.csv»'));
  expectMarks(
    'LW215',
    {
      [yaml]:
        'version: 1\nproject: p\nseed: 1\ndatasets:\n  t: { path: data/t.csv }\n  «u»: { path: data/u.csv }\nstages:\n  s: { cmd: x, deps: [other.csv] }\nlabelling:\n  review: { data: t, key: a, label: k, classes: [a, b], file: l.csv }\n',
      'data/t.csv': 'a\n1\n',
      'data/u.csv': 'a\n1\n',
      'other.csv': 'a\n',
    },
    { only: true },
  );
});
