import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openDatabase, type Database } from '../../engine/data/database.ts';
import { checkOneSelect } from '../../engine/data/oneSelect.ts';

describe('exactly one SELECT', () => {
  let db: Database;
  before(async () => {
    db = await openDatabase();
  });
  after(() => db.close());

  const selects = [
    'SELECT 1',
    'FROM range(3)',
    'WITH a AS (SELECT 1) SELECT * FROM a',
    'VALUES (1)',
    'TABLE orders',
    'PIVOT orders ON kind',
    'SUMMARIZE orders',
    "SELECT ';' /* ; */ -- ;",
  ];
  for (const sql of selects) it(`accepts ${sql}`, () => checkOneSelect(db, sql));

  const others = [
    'SELECT 1; DROP TABLE orders',
    'SELECT 1) x; DROP TABLE orders; SELECT * FROM (SELECT 1',
    'PIVOT orders ON kind; DROP TABLE orders',
    'WITH a AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM a',
    "COPY (SELECT 1) TO 'out.csv'",
    "ATTACH 'other.db'",
    'SET threads = 1',
    'INSTALL httpfs',
    'CALL pragma_version()',
    'INSERT INTO orders SELECT 1',
    'EXPLAIN ANALYZE SELECT 1',
  ];
  for (const sql of others) it(`refuses ${sql}`, () => assert.rejects(checkOneSelect(db, sql), /exactly one|failed/));
});
