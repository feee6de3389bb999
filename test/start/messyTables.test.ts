import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { sampled } from '../helpers/rounds.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

// From a messy table to a validated model whose files pass all checks. Covered: decimal commas and Windows-1252; a
// title, no header, names that are reserved in SQL or contain quotes; duplicate rows; twenty rows; a class of one row;
// brackets in the file name; a column that contains the target. Checked by hand: 18 files of vega-datasets and
// scikit-learn, 300 columns, UTF-16, time series, money and per cent.

const noise = (i: number) => ((i * 7919) % 101) / 101 - 0.5;
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n');

const cases: Record<string, { file: string; content: string | Uint8Array; target: string; sql?: RegExp }> = {
  'decimal commas, Windows-1252': {
    file: 'Kunden 2024.csv',
    target: 'Gekündigt',
    content: Buffer.from(
      `Nr;Größe (cm);Umsatz;Gekündigt\r\n${rows(120, (i) => `${i + 1};${170 + noise(i) * 20}`.replace('.', ',') + `;${i % 2 === 0 ? '1.200,50' : '80,20'};${i % 2 === 0 || i % 11 === 0 ? 'ja' : 'nein'}\r`)}`,
      'latin1',
    ),
  },
  'reserved names and quotes': {
    file: 'order [v2].csv',
    target: 'group by',
    sql: /FROM "order_v2"/,
    content: `order,"select ""x""",group by,"from;"\n${rows(150, (i) => `${(i % 3) + noise(i)},"a, ${i % 3}",${i % 3 === 0 ? 'yes' : 'no'},${noise(i + 5)}`)}`,
  },
  'duplicate rows are used once': {
    file: 'wine.csv',
    target: 'quality',
    sql: /DISTINCT removes duplicate rows[^\n]*: 200 of 400 rows[^]*SELECT DISTINCT/,
    content: `acid;alcohol;quality\n${rows(400, (i) => {
      const k = i % 200;
      return `${noise(k)};${(k % 5) + noise(k + 3)};${(k % 5) + 3}`;
    })}`,
  },
  'twenty rows': {
    file: 'twenty.csv',
    target: 'passed',
    content: `hours,passed\n${rows(20, (i) => `${i + noise(i)},${i > 9 ? 'yes' : 'no'}`)}`,
  },
  'a class of one row, and a column that determines the target': {
    file: 'animals.csv',
    target: 'animal',
    sql: /NOT IN \('unicorn'\)[^]*fewer than 3 rows/,
    content: `weight,code,animal\n${rows(90, (i) => `${(i % 3) * 10 + noise(i)},${'xyz'.charAt(i % 3)},${['cat', 'dog', 'cow'][i % 3]}`)}\n1,u,unicorn`,
  },
  'names that would be references in loopwright.yaml': {
    file: '${env.HOME}.csv',
    target: 'y {z}',
    content: `${'${env.HOME}'},$${'{params.none}'},"a: [b], #c","d '${'${'}e",y {z}\n${rows(150, (i) => `${(i % 3) + noise(i)},${noise(i + 1)},${noise(i + 2)},${noise(i + 3)},${i % 3 === 0 ? 'yes' : 'no'}`)}`,
  },
};

for (const [name, { file, content, target, sql }] of sampled(Object.entries(cases))) {
  test(`${name}: checked clean and validated`, async () => {
    const root = makeProject({ [file]: content });
    const made = await runCli(['init', '--data', file, '--target', target], { cwd: root });
    assert.equal(made.code, 0, made.err);
    if (sql) assert.match(readFileSync(join(root, `sql/features.sql`), 'utf8'), sql);
    assert.equal((await runCli(['check'], { cwd: root })).out.trim(), 'No problems.');
    const { code, err } = await runJson(['run'], { cwd: root });
    assert.equal(code, 0, err);
    const after = (await runCli(['check', '--format', 'human'], { cwd: root })).out;
    assert.ok(
      after.split('\n').every((line) => !/: (error|warning):/.test(line) || line.includes('LW404')),
      after,
    );
  });
}

test('a column that identifies each row stays as its id, and rows that are equal apart from it are all used', async () => {
  for (const id of ['PassengerId', 'row_id', 'uuid']) {
    const root = makeProject({
      'people_2025.csv': `${id},age,fare,survived\n${rows(3000, (i) => `${id === 'uuid' ? `u${i}` : i + 1},${noise(i % 300)},${noise((i % 300) + 7)},${i % 300 < 120 ? 1 : 0}`)}`,
    });
    const made = await runCli(['init', '--target', 'survived'], { cwd: root });
    assert.equal(made.code, 0, made.err);
    assert.doesNotMatch(made.out, /used once|number in their name/);
    const sql = readFileSync(join(root, 'sql/features.sql'), 'utf8');
    assert.match(sql, new RegExp(`SELECT\\n {2}"${id}"`));
    assert.doesNotMatch(sql, /DISTINCT/);
    assert.match(
      readFileSync(join(root, 'schemas/features.dataset.yaml'), 'utf8'),
      new RegExp(`name: ${id}, [^\\n]*role: id`),
    );
    assert.match(
      readFileSync(join(root, 'loopwright.yaml'), 'utf8'),
      /pr_auc: \{ min: [\d.]+, at_confidence: 0\.95 \}/,
    );
  }
});

test('rows with equal features are kept when the whole rows differ', async () => {
  const root = makeProject({
    'people.csv': `note,age,survived\n${rows(400, (i) => `"text of ${i}, long",${noise(i % 100)},${i % 100 < 40 ? 1 : 0}`)}`,
  });
  const made = await runCli(['init', '--target', 'survived'], { cwd: root });
  assert.equal(made.code, 0, made.err);
  assert.doesNotMatch(readFileSync(join(root, 'sql/features.sql'), 'utf8'), /DISTINCT/);
});

test('a column whose missing values nearly determine the target is left out and reported; one with random missing values is used', async () => {
  const boat = (i: number) => (i % 5 < 2 && i % 40 !== 0 ? `b${i % 25}` : '');
  const root = makeProject({
    'people.csv': `age,boat,cabin,survived\n${rows(400, (i) => `${noise(i)},${boat(i)},${noise(i + 5) > 0 ? `c${i % 4}` : ''},${i % 5 < 2 ? 1 : 0}`)}`,
  });
  const made = await runJson<{ leftOut: { name: string; reason: string }[] }>(['init', '--target', 'survived'], {
    cwd: root,
  });
  assert.deepEqual(
    made.json.leftOut.map(({ name, reason }) => [
      name,
      /nearly determines `survived` by its missing values/.test(reason),
    ]),
    [['boat', true]],
  );
});

test('a target without a table uses the only table; with two tables, the choice is required', async () => {
  const table = `a,y\n${rows(60, (i) => `${noise(i)},${i % 2}`)}`;
  const two = await runCli(['init', '--target', 'y'], { cwd: makeProject({ 'one.csv': table, 'two.csv': table }) });
  assert.match(two.err, /needs `--data FILE`: 2 tables were found: one\.csv, two\.csv/);
  const none = await runCli(['init', '--target', 'y'], { cwd: makeProject({}) });
  assert.match(none.err, /no table was found/);
});
