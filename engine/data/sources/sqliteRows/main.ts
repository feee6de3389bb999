/**
 * Reads the rows of a query from a SQLite file into a file of texts, in a process of its own: `node main.ts`, with a
 * request on its standard input. The process that starts it can end it at any time, also while SQLite computes.
 */
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { isDiskFull, messageOf } from '../../../base/errors.ts';
import { rowLine } from '../rowLine.ts';
import { asText, nothingSeen, type Value } from '../sqliteValues.ts';
import type { SqliteDone, SqliteReport, SqliteRequest } from './messages.ts';

/** Characters of text that are held at once. */
const mostHeld = 4 << 20;

function report(message: SqliteReport): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at);
}

function read({ database, sql, values, columns, hasWatermark, batch, out }: SqliteRequest): SqliteDone | SqliteReport {
  const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;
  const handle = new Database(database, { readonly: true, fileMustExist: true, timeout: 10_000 });
  const target = openSync(out, 'a');
  const done: SqliteDone = {
    event: 'done',
    rows: 0,
    longest: 0,
    seen: Array.from({ length: columns }, nothingSeen),
    highest: null,
    unmarked: 0,
  };
  let text = '';
  const write = () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(target, bytes, at);
    text = '';
  };
  try {
    const bound = values.map((value) => (typeof value === 'object' ? BigInt(value.integer) : value));
    const rows = handle
      .prepare(sql)
      .raw()
      .safeIntegers()
      .iterate(...bound) as IterableIterator<Value[]>;
    for (const row of rows) {
      const line = rowLine(
        done.seen.map((kinds, i) => asText(row[i] ?? null, kinds)),
        columns,
      );
      text += line;
      done.longest = Math.max(done.longest, line.length);
      done.rows++;
      if (hasWatermark) {
        const kind = row[columns + 1];
        if (kind === 'null') done.unmarked++;
        else if (kind === 'blob') return { event: 'fault', code: 'BYTES', message: 'the watermark contains bytes' };
        else done.highest = { value: String(row[columns]), kind: kind as NonNullable<SqliteDone['highest']>['kind'] };
      }
      if (text.length > mostHeld) write();
      if (done.rows % batch === 0) report({ event: 'rows', rows: done.rows });
    }
    write();
    return done;
  } finally {
    closeSync(target);
    handle.close();
  }
}

try {
  report(read(JSON.parse(readFileSync(0, 'utf8')) as SqliteRequest));
} catch (error) {
  const isFull = isDiskFull(error);
  const { code = null } = error as { code?: string | null };
  report({
    event: 'fault',
    code: isFull ? 'FULL' : code,
    message: messageOf(error),
  });
}
