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
