import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { DataProfile, DataRelations, QualityReport } from '../../protocol/dataProfile.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { orders, ordersCsv, ordersProject } from '../helpers/ordersProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

const evil = `a"b'; DROP TABLE x; --<script>😀`;
const quoted = `"${evil.replaceAll('"', '""')}"`;
const folder = makeProject({
  'orders.csv': ordersCsv(orders({ rows: 500 })),
  'odd.csv': `${quoted},with space,n\n${quoted},1,5\n<b>,2,\n,3,7\n`,
  'bad.csv': 'id,age,kind\n1,30,a\n2,-4,b\n2,200,c\n4,x,a\n5,1,a,too many\n',
  'schema.dataset.yaml':
    'primaryKey: id\nfields:\n  - { name: id, type: integer }\n  - { name: age, type: integer, constraints: { minimum: 0, maximum: 150 } }\n  - { name: kind, type: string, categories: [a, b], loopwright: { invalid: warn } }\n',
});
const here = { cwd: folder };
const project = ordersProject();
before(async () => {
  const { code, err } = await runCli(['run', 'prepare'], { cwd: project });
  assert.equal(code, 0, err);
});

test('a profile without any project, as a table and as JSON', async () => {
  const { code, out } = await runCli(['data', 'profile', 'orders.csv'], here);
  assert.equal(code, 0);
  assert.match(out, /^orders\.csv {2}500 rows, /);
  assert.match(out, /amount +number +0\.0 % .*[▁▂▃▄▅▆▇█]/);
  const { json } = await runJson<DataProfile>(['data', 'profile', 'orders.csv', '--columns', 'amount,country'], here);
  assert.deepEqual(
    [json.rows, json.columns.map(({ name }) => name), json.columns[0]?.exact, json.madeAt],
    [500, ['amount', 'country'], true, null],
  );
});

test('a profile of a dataset and of its version, with what the columns say of the target', async () => {
  const { json } = await runJson<DataProfile & { relations: DataRelations }>(
    ['data', 'profile', 'features', '--target', 'late'],
    { cwd: project },
  );
  assert.equal(json.target, 'late');
  assert.ok(json.relations.relevance.find(({ column }) => column === 'amount')?.relevant);
  const version = await runJson<DataProfile>(['data', 'profile', 'features@latest'], { cwd: project });
  assert.deepEqual(
    [version.json.rows, version.json.subject.kind, version.json.madeAt !== null],
    [json.rows, 'snapshot', true],
  );
});

test('a page of its own holds every column, and nothing of the data can break out of it', async () => {
  const { code, err } = await runCli(['data', 'profile', 'odd.csv', '--html', 'page.html'], here);
  assert.equal(code, 0, err);
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  assert.ok(
    !page.includes('<script') &&
      !page.includes('<b>') &&
      page.includes('&#60;script&#62;😀') &&
      page.includes('with space'),
  );
  assert.match(page, /<svg .*role="img" aria-label="Histogram of n/);
});

test('what is not there is told with what is near', async () => {
  const says = async (args: string[], cwd = folder) => (await runCli(['data', ...args], { cwd })).err;
  assert.match(await says(['profile', 'featurs'], project), /Did you mean `features`\?/);
  assert.match(await says(['profile', 'none.csv']), /No file matches `none\.csv`/);
  assert.match(await says(['profile', 'schema.dataset.yaml']), /cannot be read as a table; use \.csv/);
  assert.match(
    await says(['profile', 'orders.csv', '--columns', 'amuont']),
    /no column `amuont`\. Did you mean `amount`\?/,
  );
  assert.match(await says(['profile', 'features@zzzz'], project), /is none of its 1 versions/);
  assert.match(await says(['validate', 'orders.csv']), /There is no schema for orders\.csv.*data infer/);
  assert.match(await says(['quality', 'orders.csv', '--now', 'soon']), /is not a time such as/);
});

test('validation counts every rule, shows the first rows, and writes the others apart', async () => {
  const { code, out } = await runCli(
    ['data', 'validate', 'bad.csv', '--schema', 'schema.dataset.yaml', '--quarantine', 'out/bad.csv'],
    here,
  );
  assert.equal(code, 1);
  assert.deepEqual(out.trim().split('\n'), [
    'error: 1 line with more fields than the header, first in row 5 (found 5,1,a,too many) of bad.csv',
    'error: age: not an integer in 1 row, first in row 4 (found x) of bad.csv',
    'error: age: below minimum 0 in 1 row, first in row 2 (found -4) of bad.csv',
    'error: age: above maximum 150 in 1 row, first in row 3 (found 200) of bad.csv',
    'warning: kind: not one of a, b in 1 row, first in row 3 (found c) of bad.csv',
    'error: id: primary key occurs in another row in 1 row, first in row 3 (found 2) of bad.csv',
    '5 rows, 4 invalid, written to out/bad.csv.',
  ]);
  assert.match(
    readFileSync(join(folder, 'out/bad.csv'), 'utf8'),
    /200,c,.*,3,age: above maximum 150 \(found 200\); id: primary key/,
  );
  const { json, code: warned } = await runJson<{ valid: boolean; rules: { mode: string; examples: unknown[] }[] }>(
    ['data', 'validate', 'orders.csv', '--schema', 'schema.dataset.yaml'],
    here,
  );
  assert.deepEqual([warned, json.valid], [1, false]);
});

test('the quality report speaks of all five sides', async () => {
  const { out } = await runCli(['data', 'quality', 'features', '--now', '2026-06-01'], { cwd: project });
  for (const side of [
    /Completeness {2}100 % of values/,
    /Uniqueness {4}No row is repeated/,
    /Validity {6}\d+ of \d+ rows meet the schema/,
    /Freshness {5}the newest row is .* old \(at, /,
    /Relevance {5}\d of \d columns explain more of late than chance/,
  ])
    assert.match(out, side);
  const { json } = await runJson<QualityReport>(['data', 'quality', 'orders.csv', '--target', 'country'], here);
  assert.deepEqual([json.validity, json.relevance?.target, json.uniqueness.repeatedRows], [null, 'country', 0]);
});

test('a schema is inferred, and brought up to the data without losing what people wrote', async () => {
  const cwd = makeProject({
    'a.csv':
      'id,amount,country,started,is_fraud,gender,note\n' +
      Array.from(
        { length: 60 },
        (_, i) =>
          `${i},${(i * 7) % 43}.5,${['DE', 'FR', 'IT'][i % 3]},${String((i % 28) + 1).padStart(2, '0')}.02.2026,${i % 9 === 0 ? 'true' : 'false'},${'fm'[i % 2]},n${i}`,
      ).join('\n') +
      '\n',
  });
  const infer = (...more: string[]) =>
    runCli(['data', 'infer', 'a.csv', '--output', 'a.dataset.yaml', ...more], { cwd });
  assert.equal((await infer()).code, 0);
  const first = readFileSync(join(cwd, 'a.dataset.yaml'), 'utf8');
  for (const line of [
    '- { name: id, type: integer, constraints: { required: true, minimum: 0, maximum: 100 }, loopwright: { role: id, guessed: true } }',
    '- { name: amount, type: number, constraints: { required: true, minimum: 0, maximum: 50 }, loopwright: { role: feature, guessed: true } }',
    '- { name: country, type: string, categories: [DE, FR, IT], constraints: { required: true }, loopwright: { role: feature, guessed: true } }',
    '- { name: started, type: date, format: "%d.%m.%Y", constraints: { required: true }, loopwright: { role: ignore, guessed: true } }',
    '- { name: is_fraud, type: boolean, constraints: { required: true }, loopwright: { role: target, guessed: true, positive: true } }',
    '- { name: gender, type: string, categories: [f, m], constraints: { required: true }, loopwright: { role: protected, guessed: true } }',
    'primaryKey: id',
  ])
    assert.ok(first.includes(line), `${line}\n${first}`);
  const kept = first
    .replace(
      'maximum: 50 }, loopwright: { role: feature, guessed: true } }',
      'maximum: 45 }, loopwright: { role: feature } }   # agreed with the bank',
    )
    .replace('categories: [DE, FR, IT]', 'categories: [DE, FR]');
  writeFiles(cwd, {
    'a.dataset.yaml': kept,
    'a.csv': readFileSync(join(cwd, 'a.csv'), 'utf8')
      .split('\n')
      .map((line, i) => (line === '' ? '' : `${line},${i === 0 ? 'fresh' : i}`))
      .join('\n'),
  });
  const again = await infer();
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(again.out.trim().split('\n').slice(0, 3), [
    'added fresh',
    'amount: the data may exceed the maximum 45',
    'country: not in the categories: IT',
  ]);
  const second = readFileSync(join(cwd, 'a.dataset.yaml'), 'utf8');
  assert.ok(
    second.includes('maximum: 45 }, loopwright: { role: feature } }   # agreed with the bank') &&
      second.includes('categories: [DE, FR]'),
  );
  assert.match(second, /- \{ name: fresh, type: integer, .* \}\nprimaryKey: id/);
  await infer('--update');
  const third = readFileSync(join(cwd, 'a.dataset.yaml'), 'utf8');
  assert.ok(
    third.includes('maximum: 50 }, loopwright: { role: feature } }   # agreed with the bank') &&
      third.includes('categories: [DE, FR, IT]'),
    third,
  );
  assert.match((await infer()).out, /is unchanged/);
  assert.equal((await runCli(['data', 'validate', 'a.csv', '--schema', 'a.dataset.yaml'], { cwd })).code, 0);
});
