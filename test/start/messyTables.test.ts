import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeProject } from '../helpers/makeProject.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

// From a messy table to a validated model whose files the checks find clean. Tried here: decimal commas and Windows-1252; a title, no header, names that
// SQL reserves and that hold quotes; rows that come twice; twenty rows; a class of one row; a brackets in the file's name; an answer among the columns.
// Tried by hand besides: 18 files of vega-datasets and scikit-learn, 300 columns, UTF-16, time series, money and per cent.

const noise = (i: number) => ((i * 7919) % 101) / 101 - 0.5;
const rows = (n: number, row: (i: number) => string) => Array.from({ length: n }, (_, i) => row(i)).join('\n');

const cases: Record<string, { file: string; content: string | Uint8Array; target: string; sql?: RegExp }> = {
  'decimal commas, Windows-1252': {
    file: 'Kunden 2024.csv', target: 'Gekündigt',
    content: Buffer.from(`Nr;Größe (cm);Umsatz;Gekündigt\r\n${rows(120, (i) => `${i + 1};${170 + noise(i) * 20}`.replace('.', ',') + `;${i % 2 === 0 ? '1.200,50' : '80,20'};${i % 2 === 0 || i % 11 === 0 ? 'ja' : 'nein'}\r`)}`, 'latin1'),
  },
  'reserved names and quotes': {
    file: 'order [v2].csv', target: 'group by', sql: /FROM "order_v2"/,
    content: `order,"select ""x""",group by,"from;"\n${rows(150, (i) => `${(i % 3) + noise(i)},"a, ${i % 3}",${i % 3 === 0 ? 'yes' : 'no'},${noise(i + 5)}`)}`,
  },
  'rows that come twice are taken once': {
    file: 'wine.csv', target: 'quality', sql: /SELECT DISTINCT/,
    content: `acid;alcohol;quality\n${rows(400, (i) => { const k = i % 200; return `${noise(k)};${(k % 5) + noise(k + 3)};${(k % 5) + 3}`; })}`,
  },
  'twenty rows': { file: 'twenty.csv', target: 'passed', content: `hours,passed\n${rows(20, (i) => `${i + noise(i)},${i > 9 ? 'yes' : 'no'}`)}` },
  'a class of one row, and a column that tells the answer': {
    file: 'animals.csv', target: 'animal', sql: /NOT IN \('unicorn'\)[^]*fewer than 3 rows/,
    content: `weight,code,animal\n${rows(90, (i) => `${(i % 3) * 10 + noise(i)},${'xyz'.charAt(i % 3)},${['cat', 'dog', 'cow'][i % 3]}`)}\n1,u,unicorn`,
  },
};

for (const [name, { file, content, target, sql }] of Object.entries(cases)) {
  test(`${name}: checked clean and validated`, async () => {
    const root = makeProject({ [file]: content });
    const made = await runCli(['init', '--data', file, '--target', target], { cwd: root });
    assert.equal(made.code, 0, made.err);
    if (sql) assert.match(readFileSync(join(root, `sql/features.sql`), 'utf8'), sql);
    assert.equal((await runCli(['check'], { cwd: root })).out.trim(), 'No problems.');
    const { code, err } = await runJson(['run'], { cwd: root });
    assert.equal(code, 0, err);
    const after = (await runCli(['check', '--format', 'human'], { cwd: root })).out;
    assert.ok(after.split('\n').every((line) => !/: (error|warning):/.test(line) || line.includes('LW404')), after);
  });
}
