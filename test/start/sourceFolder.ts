import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { openDatabase } from '../../engine/data/database.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';

/** A shop: customers, orders that refer to them, `order details` with odd names, and an empty table. */
export function makeShop(root: string, name = 'shop.db', orders = 240): void {
  const db = new Database(join(root, name));
  db.exec(`CREATE TABLE customers (id INTEGER PRIMARY KEY, country TEXT, since TEXT);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers, made TEXT, amount REAL, items INTEGER, late TEXT);
    CREATE TABLE "order details" ("order" INTEGER, "unit price €" REAL, "say ""hi""" TEXT);
    CREATE TABLE returns (id INTEGER PRIMARY KEY, reason TEXT);
    CREATE TABLE alembic_version (version_num TEXT);
    INSERT INTO alembic_version VALUES ('1');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30)
    INSERT INTO customers SELECT i, CASE i % 3 WHEN 0 THEN 'DE' WHEN 1 THEN 'FR' ELSE 'IT' END, date('2020-01-01', '+' || (i * 11) || ' days') FROM n;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${orders})
    INSERT INTO orders SELECT i, 1 + i % 30, datetime('2026-01-01', '+' || (i * 37) || ' minutes'), (i * 7919 % 500) / 4.0, 1 + i % 7, CASE WHEN i * 7919 % 500 > 300 THEN 'yes' ELSE 'no' END FROM n;
    INSERT INTO "order details" SELECT id, amount / items, 'x' || id FROM orders`);
  db.close();
}

/** The same as a DuckDB file, with a table in a schema of its own. */
export async function makeDuckdb(root: string, name = 'shop.duckdb'): Promise<void> {
  const db = await openDatabase({ threads: 1 });
  try {
    await db.run(`ATTACH ${quoteLiteral(join(root, name))} AS shop; USE shop`);
    await db.run(`CREATE TABLE customers (id INTEGER PRIMARY KEY, country VARCHAR)`);
    await db.run(`INSERT INTO customers SELECT i, ['DE', 'FR'][1 + i % 2] FROM range(1, 31) r(i)`);
    await db.run(
      `CREATE TABLE orders (id INTEGER, customer_id INTEGER REFERENCES customers (id), made TIMESTAMP, amount DECIMAL(9,2), churned BOOLEAN)`,
    );
    await db.run(
      `INSERT INTO orders SELECT i, 1 + i % 30, TIMESTAMP '2026-01-01' + i * INTERVAL 1 HOUR, (i * 7919 % 500) / 4, i * 7919 % 500 > 300 FROM range(1, 241) r(i)`,
    );
    await db.run(
      'CREATE SCHEMA sales; CREATE TABLE sales."by day" AS SELECT DATE \'2026-01-01\' + i::INTEGER AS d FROM range(5) r(i)',
    );
    await db.run('CREATE TABLE "empty one" (a INTEGER)');
    await db.run('USE memory; DETACH shop');
  } finally {
    db.close();
  }
}

export const accessLine = (i: number): string =>
  `10.0.${i % 4}.${i % 250} - - [01/Jun/2026:${String(10 + (i % 10)).padStart(2, '0')}:00:${String(i % 60).padStart(2, '0')} +0000] "GET /p/${i % 9}?q=${i} HTTP/1.1" ${i % 11 === 0 ? 500 : 200} ${100 + i} "-" "Mozilla/5.0 (X11)"`;
export const jsonLine = (i: number): string =>
  JSON.stringify({
    time: new Date(Date.UTC(2026, 5, 1, 10, 0, i)).toISOString(),
    level: i % 9 === 0 ? 'error' : 'info',
    msg: `request ${i}`,
    http: { status: 200 + (i % 3), path: `/p/${i % 4}` },
    ms: i / 8,
  });
export const lines = (n: number, line: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => `${line(i)}\n`).join('');

/** Files of logs: an access log with two rotated ones, one of them packed, and the JSON log of a program. */
export function logFiles(): Record<string, string | Uint8Array> {
  return {
    'logs/access.log': lines(200, accessLine),
    'logs/access.log.1': lines(300, (i) => accessLine(i + 1000)),
    'logs/access.log.2.gz': gzipSync(lines(400, (i) => accessLine(i + 2000))),
    'logs/app.log': lines(150, jsonLine),
  };
}
