import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqlFacts } from '../../engine/facts/sqlFacts.ts';
import { makeProject } from '../helpers/makeProject.ts';

test('an error of SQL has a kind, so that a table that is not there has one check only', async () => {
  const root = makeProject({ 'orders.csv': 'amount\n1\n' });
  const facts = (sql: string) =>
    sqlFacts(root, {
      kind: 'sql',
      name: 'prepare',
      sql,
      params: {},
      tables: [{ name: 'orders', path: 'orders.csv', schema: null }],
    });
  const kinds = await Promise.all(
    ['SELECT amount FROM orders', 'SELECT * FROM refunds', 'SELECT amuont FROM orders'].map(
      async (sql) => (await facts(sql))?.error?.kind ?? null,
    ),
  );
  assert.deepEqual(kinds, [null, 'unknown table', 'other']);
});

test('SQL of several statements is refused at its place, and changes nothing', async () => {
  const root = makeProject({ 'orders.csv': 'amount\n1\n' });
  const facts = async (sql: string) =>
    (
      await sqlFacts(root, {
        kind: 'sql',
        name: 'prepare',
        sql,
        params: {},
        tables: [{ name: 'orders', path: 'orders.csv', schema: null }],
      })
    )?.error;
  const refused = {
    kind: 'other',
    message: 'it must be exactly one SELECT; statements that change or set something are not run',
    line: null,
    column: null,
  };
  assert.deepEqual(await facts('SELECT amount FROM orders; DROP TABLE orders'), refused);
  assert.deepEqual(await facts("COPY orders TO 'out.csv'"), refused);
  const closing = await facts('SELECT amount\nFROM orders) x; DROP TABLE orders; SELECT * FROM (SELECT 1');
  assert.deepEqual([closing?.message, closing?.line, closing?.column], ['syntax error at or near ")"', 2, 12]);
  assert.equal(await facts('SELECT amount FROM orders; -- the end'), null);
});
