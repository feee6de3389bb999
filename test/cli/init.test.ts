import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { makeProject } from '../helpers/makeProject.ts';
import { orders, ordersCsv } from '../helpers/ordersProject.ts';
import { logFiles, makeShop } from '../start/sourceFolder.ts';
import { runCli, runJson } from '../helpers/runCli.ts';

test('init in an empty folder copies the example with its data; it overwrites nothing', async () => {
  const folder = join(makeProject(), 'my project');
  const { code, json } = await runJson<{ root: string; files: string[] }>(['init', folder]);
  assert.deepEqual([code, json.root, json.files.includes('loopwright.yaml')], [0, folder, true]);
  assert.ok(existsSync(join(folder, 'incoming')));
  assert.equal((await runCli(['check', '--no-data'], { cwd: folder })).code, 0);
  appendFileSync(join(folder, 'loopwright.yaml'), '# mine\n');
  const again = await runCli(['init', folder]);
  assert.equal(again.code, 2);
  assert.match(again.err, /already exists; nothing was changed/);
  assert.match(readFileSync(join(folder, 'loopwright.yaml'), 'utf8'), /# mine/);
});

test('init without flags uses what it finds in the folder and says so', async () => {
  const table = makeProject({ 'orders.csv': ordersCsv(orders({ rows: 60 })) });
  const dry = await runCli(['init', '--dry-run'], { cwd: table });
  assert.match(dry.out, /Found orders\.csv[^]*Predicting `late`[^]*── loopwright\.yaml[^]*Nothing was written\./);
  assert.ok(!existsSync(join(table, 'loopwright.yaml')));
  const program = makeProject({ 'train.py': 'import mlflow\nmlflow.log_metric("a", 1)\n', 'orders.csv': 'a\n1\n' });
  const made = await runCli(['init'], { cwd: program });
  assert.match(
    made.out,
    /Found train\.py \(named `train\.py`, logs to MLflow\); `--data orders\.csv` creates a project for the table/,
  );
  assert.equal((await runCli(['check'], { cwd: program })).out.trim(), 'No problems.');
  const dvc = await runCli(['init'], { cwd: makeProject({ 'dvc.yaml': 'stages: {}\n' }) });
  assert.match(dvc.out, /dvc\.yaml is used as it is/);
  const both = await runCli(['init', '--data', 'a.csv', '--script', 'b.py'], { cwd: program });
  assert.deepEqual([both.code, /already exists/.test(both.err)], [2, true]);
});

test('the project that init makes of a table runs unchanged', async () => {
  const rows = orders({ rows: 400 });
  const cases: [string, string, string][] = [
    ['binary', ordersCsv(rows), 'late'],
    [
      'classes',
      `amount,hour,size\n${rows.map(({ amount, hour }) => `${amount},${hour},${amount < 33 ? 'small' : amount < 66 ? 'middle' : 'large'}\n`).join('')}`,
      'size',
    ],
    [
      'number',
      `hour,country,amount\n${rows.map(({ amount, hour, country }) => `${hour},${country},${amount + hour * 10}\n`).join('')}`,
      'amount',
    ],
  ];
  for (const [name, csv, target] of cases) {
    const folder = makeProject({ [`raw/${name}.csv`]: csv });
    const made = await runCli(
      ['init', '--data', `raw/${name}.csv`, ...(target === 'size' ? [] : ['--target', target])],
      { cwd: folder },
    );
    assert.equal(made.code, 0, made.err);
    const { code, err } = await runJson(['run'], { cwd: folder });
    assert.equal(code, 0, `${name}: ${err}`);
  }
  const folder = makeProject({ 'x.csv': 'a,b\n1,2\n' });
  const missing = await runCli(['init', '--data', 'x.csv', '--target', 'c'], { cwd: folder });
  assert.deepEqual([missing.code, missing.err], [2, 'error: The data has no column `c`; it has a, b.\n']);
  assert.ok(!existsSync(join(folder, 'loopwright.yaml')));
  const none = await runCli(['init', '--data', 'none.csv'], { cwd: folder });
  assert.equal(none.code, 1);
  assert.match(none.err, /none\.csv: the file does not exist/);
});

// Tried: a German file with `;`, windows-1252 and a title above the header; written and as a dry run.
test('init --json tells how it reads the table', async () => {
  const lines = Array.from({ length: 60 }, (_, i) => `1.${100 + i},50;${i % 3};${i % 2 === 0 ? 'Köln' : 'Bonn'}\r\n`);
  const folder = makeProject({
    'raw/v.csv': Buffer.from(`Verkäufe\r\npreis;filiale;ort\r\n${lines.join('')}`, 'latin1'),
  });
  interface Made {
    reading: { file: string; encoding: string; delimiter: string; skip: number }[];
    notes: string[];
  }
  for (const more of [['--dry-run'], []]) {
    const { code, json } = await runJson<Made>(['init', '--data', 'raw/v.csv', '--target', 'ort', ...more], {
      cwd: folder,
    });
    const [{ file, encoding, delimiter, skip } = { file: '' } as Made['reading'][number]] = json.reading;
    assert.deepEqual([code, file, encoding, delimiter, skip], [0, 'raw/v.csv', 'windows-1252', ';', 1]);
    assert.ok(
      json.notes.some((note) => note.includes('`preis`: decimal comma')),
      json.notes.join('\n'),
    );
  }
});

// Tried: a database alone, with a table and a target that are named, a folder of logs, one log that is named, a database
// beside a table, a damaged one.
test('init finds databases and logs, and their projects run', async () => {
  const shop = makeProject();
  makeShop(shop);
  const dry = await runCli(['init', '--dry-run'], { cwd: shop });
  assert.match(
    dry.out,
    /Found shop\.db \(SQLite: orders 240, order details 240, customers 30, returns 0\)\.[^]*Predicting `late` of the table `orders`: .* `--target COLUMN` and `--table NAME` use another\.[^]*sqlite: shop\.db/,
  );
  const none = await runCli(['init', '--data', 'shop.db', '--table', 'order details'], { cwd: shop });
  assert.match(none.err, /No column is left to predict `unit price €` from/);
  const wrong = await runCli(['init', '--data', 'shop.db', '--table', 'ordrs'], { cwd: shop });
  assert.match(wrong.err, /`shop\.db` has no table `ordrs`\. Did you mean `orders`\?/);
  const fallback = makeProject();
  const db = new Database(join(fallback, 'a.db'));
  db.exec(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, label TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40) INSERT INTO t SELECT i, 'c' || (i % 2) FROM n",
  );
  db.close();
  const collected = await runCli(['init'], { cwd: fallback });
  assert.match(collected.out, /No column is left to predict `label` from.*so the tables are collected without a model/);

  const logs = makeProject(logFiles());
  const made = await runCli(['init'], { cwd: logs });
  assert.match(
    made.out,
    /Found logs\/access\.log \(combined access log\), logs\/app\.log \(JSON lines\): 1,050 lines to collect\.[^]*Next: `loopwright run`/,
  );
  const { code, json } = await runJson<{ stages: { summary: string }[] }>(['run'], { cwd: logs });
  assert.deepEqual([code, json.stages.map(({ summary }) => summary).toSorted()], [0, ['150 rows', '900 rows']]);

  const both = makeProject({ 'orders.csv': ordersCsv(orders({ rows: 60 })), 'broken.sqlite': 'x' });
  makeShop(both);
  const first = await runCli(['init', '--dry-run'], { cwd: both });
  assert.match(first.out, /Found orders\.csv; `--data shop\.db` creates a project for the database\./);
  const odd = await runCli(['init'], { cwd: makeProject({ 'broken.sqlite': 'x', 'words.log': 'no form\n' }) });
  assert.match(odd.err, /`broken\.sqlite` is not a SQLite database.*words\.log: its lines have no known format/);
});
