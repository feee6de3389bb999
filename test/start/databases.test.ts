// A folder with databases. Tried: SQLite with three tables, one that refers to another, one with odd names, an empty one
// and the table of a migration; DuckDB with a schema of its own, a boolean and a decimal; a locked and a damaged file, one
// of another program under a database's name, an empty file, a database without a table and without a row; databases of
// MLflow, Optuna, Subversion and coverage; a CSV file beside a database; a table by its name, a mistyped one; no column
// that can be predicted; rows in the write-ahead log only; names that differ by case only.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { checkProject } from '../../engine/checks/checkProject.ts';
import { loadProject } from '../../engine/project/loadProject.ts';
import { lookAtFolder } from '../../engine/start/lookAtFolder.ts';
import { proposeProject } from '../../engine/start/proposeProject.ts';
import { TableLooks } from '../../engine/start/tableLooks.ts';
import { writeProject } from '../../engine/start/writeProject.ts';
import type { StartChoice } from '../../protocol/start.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { rounds } from '../helpers/rounds.ts';
import { runIn } from '../helpers/runIn.ts';
import { makeDuckdb, makeShop } from './sourceFolder.ts';

/** Training takes most of the time; a part of the rounds does without. */
const isWhole = rounds(10) === 10;
const looks = new TableLooks();
after(() => looks.close());

/** Writes the project of a choice, checks it and runs it, or some of its stages. Returns the summaries of its stages. */
async function made(root: string, from: StartChoice['from'], wanted?: string[]) {
  const proposal = await proposeProject(root, { from }, looks);
  writeProject(root, proposal.files);
  const problems = checkProject(loadProject(root)).filter(({ severity }) => severity !== 'info');
  assert.deepEqual(
    problems.map(({ code, message }) => `${code} ${message}`),
    [],
  );
  const { stages, error } = await runIn(root).run(wanted ? { stages: wanted } : {});
  assert.equal(error?.message, undefined);
  return { ...proposal, stages: Object.fromEntries(stages.map(({ stage, summary }) => [stage, summary])) };
}

function database(root: string, name: string, sql: string): void {
  const db = new Database(join(root, name));
  db.exec(sql);
  db.close();
}

test('the tables of a SQLite file, the likeliest first, and a project that learns from one', async () => {
  const root = makeProject();
  makeShop(root);
  const { databases, tables } = await lookAtFolder(root);
  assert.deepEqual(tables, []);
  assert.deepEqual(
    databases.map(({ path, kind, problem }) => [path, kind, problem]),
    [['shop.db', 'sqlite', null]],
  );
  assert.deepEqual(databases[0]?.tables, [
    { name: 'orders', columns: 6, rows: 240, exact: true },
    { name: 'order details', columns: 3, rows: 240, exact: true },
    { name: 'customers', columns: 3, rows: 30, exact: true },
    { name: 'returns', columns: 2, rows: 0, exact: true },
  ]);
  const look = await looks.withTable(root, { path: 'shop.db', table: 'orders' }, undefined, (_, one) => one);
  assert.deepEqual(
    look.columns.map(({ name, type }) => `${name} ${type}`),
    ['id integer', 'customer_id integer', 'made datetime', 'amount number', 'items integer', 'late string'],
  );
  assert.equal(look.targets[0]?.name, 'late');
  const { files, leftOut, notes, stages } = await made(
    root,
    {
      kind: 'database',
      path: 'shop.db',
      table: 'orders',
      target: 'late',
    },
    isWhole ? undefined : ['prepare'],
  );
  assert.match(files[0]?.text ?? '', /from: \{ sqlite: shop\.db, query: "SELECT \* FROM orders" \}/);
  assert.deepEqual(leftOut.find(({ name }) => name === 'customer_id')?.reason, 'refers to `customers.id`');
  assert.match(notes.join('\n'), /`customer_id` refers to `customers\.id`\. To learn from .* join it in the query/);
  assert.match(stages['collect'] ?? '', /^240 rows$/);
  if (isWhole) assert.match(stages['validate'] ?? '', /pr_auc/);
});

test('all tables with rows, without a model', async () => {
  const root = makeProject();
  makeShop(root);
  const { files, notes, stages } = await made(root, { kind: 'database', path: 'shop.db', table: null, target: null });
  assert.deepEqual(stages, {
    collect_customers: '30 rows',
    collect_order_details: '240 rows',
    collect_orders: '240 rows',
  });
  assert.match(files[0]?.text ?? '', /query: "SELECT \* FROM \\"order details\\"" /);
  assert.match(notes.join('\n'), /Without a row, so left out: `returns`\./);
  const schema = readFileSync(join(root, 'schemas/orders.dataset.yaml'), 'utf8');
  assert.match(schema, /name: id, type: integer, constraints: \{ required: true \}.*role: id/);
  assert.match(schema, /name: made, type: datetime.*role: timestamp/);
  assert.match(schema, /primaryKey: id/);
});

test('a DuckDB file, its schemas and types', async () => {
  const root = makeProject();
  await makeDuckdb(root);
  const { databases } = await lookAtFolder(root);
  assert.deepEqual(
    databases[0]?.tables.map(({ name, rows }) => `${name} ${rows}`),
    ['orders 240', 'customers 30', 'sales.by day 5', 'empty one 0'],
  );
  const { files, leftOut, stages } = await made(
    root,
    {
      kind: 'database',
      path: 'shop.duckdb',
      table: 'orders',
      target: 'churned',
    },
    ['prepare'],
  );
  assert.match(files[0]?.text ?? '', /from: \{ duckdb: shop\.duckdb, query: "SELECT \* FROM orders" \}/);
  assert.ok(leftOut.some(({ name, reason }) => name === 'customer_id' && reason === 'refers to `customers.id`'));
  assert.match(stages['collect'] ?? '', /^240 rows$/);
  const all = { kind: 'database', path: 'shop.duckdb', table: null, target: null } as const;
  const other = makeProject();
  await makeDuckdb(other);
  const whole = await made(other, all, ['collect_sales_by_day']);
  assert.deepEqual(whole.stages, { collect_sales_by_day: '5 rows' });
  assert.match(whole.files[0]?.text ?? '', /query: "SELECT \* FROM sales\.\\"by day\\""/);
  assert.deepEqual(
    [...(whole.files[0]?.text ?? '').matchAll(/^ {2}(collect_\w+):/gm)].map(([, name]) => name),
    ['collect_customers', 'collect_orders', 'collect_sales_by_day'],
  );
});

test('a locked, a damaged and an empty database are told, and databases of tools are left out', async () => {
  const root = makeProject({
    'broken.sqlite': 'this is no database, but it is long enough to have bytes',
    'torn.db': `SQLite format 3\0${'x'.repeat(5000)}`,
    'other.db': 'some other program',
    'nothing.db': '',
    'broken.duckdb': `12345678DUCK${'x'.repeat(20_000)}`,
    '.hidden.db': 'SQLite format 3\0',
  });
  database(
    root,
    'mlflow-copy.db',
    'CREATE TABLE experiments (a); CREATE TABLE runs (a); CREATE TABLE params (a); CREATE TABLE metrics (a)',
  );
  database(root, 'study.db', 'CREATE TABLE studies (a); CREATE TABLE trials (a); CREATE TABLE study_directions (a)');
  database(root, 'wc.db', 'CREATE TABLE WCROOT (a); CREATE TABLE NODES (a); CREATE TABLE PRISTINE (a)');
  database(root, 'cov.sqlite3', 'CREATE TABLE coverage_schema (a); CREATE TABLE file (a)');
  database(root, 'bare.db', 'CREATE TABLE t (a); DROP TABLE t');
  database(root, 'rowless.db', 'CREATE TABLE t (a); CREATE TABLE u (a)');
  makeShop(root, 'locked.db', 20);
  const holder = new Database(join(root, 'locked.db'));
  holder.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  try {
    const { databases } = await lookAtFolder(root);
    assert.deepEqual(Object.fromEntries(databases.map(({ path, problem }) => [path, problem])), {
      'bare.db': '`bare.db` has no table.',
      'broken.duckdb': databases.find(({ path }) => path === 'broken.duckdb')?.problem,
      'broken.sqlite': '`broken.sqlite` is not a SQLite database: it is damaged, encrypted, or of another program.',
      'locked.db':
        'The database `locked.db` is locked by another program that writes to it. Look again when that has finished, or copy the file.',
      'rowless.db': 'No table of `rowless.db` has a row yet: t, u.',
      'torn.db': '`torn.db` is not a SQLite database, or it is damaged.',
    });
    assert.match(databases.find(({ path }) => path === 'broken.duckdb')?.problem ?? '', /broken\.duckdb/);
  } finally {
    holder.close();
  }
  await assert.rejects(
    proposeProject(root, { from: { kind: 'database', path: 'mlflow-copy.db', table: null, target: null } }, looks),
    /`mlflow-copy\.db` is the database of a tool, such as MLflow, and not a source of data\./,
  );
  await assert.rejects(
    proposeProject(root, { from: { kind: 'database', path: 'other.db', table: 't', target: 'a' } }, looks),
    /`other\.db` is not a SQLite or DuckDB database, or it is damaged\./,
  );
  await assert.rejects(
    proposeProject(root, { from: { kind: 'database', path: 'rowless.db', table: null, target: null } }, looks),
    /No table of `rowless\.db` has a row yet\./,
  );
});

test('a CSV file comes before a database; a mistyped table is told; a file picked elsewhere is looked at', async () => {
  const root = makeProject({ 'data.csv': 'a,label\n1,x\n' });
  makeShop(root);
  const found = await lookAtFolder(root);
  assert.deepEqual([found.tables.length, found.databases.length], [1, 1]);
  const ask = (table: string, target = 'late') =>
    proposeProject(root, { from: { kind: 'database', path: 'shop.db', table, target } }, looks);
  await assert.rejects(ask('ordrs'), /`shop\.db` has no table `ordrs`\. Did you mean `orders`\?/);
  await assert.rejects(ask('returns'), /The table `returns` of `shop\.db` has no row yet\./);
  await assert.rejects(ask('orders', 'made'), /`made` cannot be predicted: it is of type datetime\./);
  const elsewhere = makeProject();
  makeShop(elsewhere, 'far.db');
  const { databases } = await lookAtFolder(root, { also: join(elsewhere, 'far.db') });
  assert.deepEqual(
    databases.map(({ path }) => path),
    [join(elsewhere, 'far.db'), 'shop.db'],
  );
});

test('rows that are only in the write-ahead log count, and a changed table is read again', async () => {
  const root = makeProject();
  const db = new Database(join(root, 'a.sqlite'));
  try {
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER PRIMARY KEY, word TEXT)');
    db.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50) INSERT INTO t SELECT i, 'w' || i FROM n",
    );
    const rows = () => looks.withTable(root, { path: 'a.sqlite', table: 't' }, undefined, (_, one) => one.rows);
    assert.equal(await rows(), 50);
    db.exec("INSERT INTO t VALUES (51, 'x')");
    assert.equal(await rows(), 51);
    const { targets } = await looks.withTable(root, { path: 'a.sqlite', table: 't' }, undefined, (_, one) => one);
    assert.deepEqual(targets, []);
  } finally {
    db.close();
  }
  writeFileSync(join(root, 'note.txt'), '');
  const { stages } = await made(root, { kind: 'database', path: 'a.sqlite', table: null, target: null });
  assert.deepEqual(stages, { collect: '51 rows' });
});
