import { existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { CancelledError, DataError, WorkError, messageOf } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { withDatabase } from '../withDatabase.ts';
import { copyRows } from './copyRows.ts';
import { checkOneSelect, NotOneSelect } from '../oneSelect.ts';
import { queryError, queryText, type QueryText } from './queryText.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

export interface DuckdbSource {
  duckdb: string;
  query: string;
  watermark?: string | undefined;
}

/** Reads the rows of a query from a DuckDB file, opened read-only in a database of its own. */
export async function fromDuckdb(context: SourceContext, source: DuckdbSource): Promise<Received> {
  const query = queryText(context.root, source.query);
  return withDuckdbFile(context, source, query, (db) =>
    copyRows(context, db, {
      sql: query.sql,
      what: `${source.duckdb} · ${source.query}`,
      watermark: source.watermark,
    }),
  );
}

/** Runs work with the file attached under its own name, as the default catalog. */
export function withDuckdbFile<T>(
  context: SourceContext,
  { duckdb: file }: DuckdbSource,
  query: QueryText,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const path = projectPath(context.root, file);
  if (!existsSync(path))
    throw new DataError(`There is no database \`${file}\`. Correct the path in loopwright.yaml.`, { place: { file } });
  if (statSync(path).isDirectory())
    throw new DataError(`\`${file}\` is a folder, not a DuckDB file. Name the file in it.`, { place: { file } });
  return withDatabase(context.signal, async (db) => {
    const stem = basename(path, extname(path));
    const name = quoteIdentifier(/^(memory|temp|system|main)?$/i.test(stem) ? 'source' : stem);
    try {
      await db.run(`ATTACH ${quoteLiteral(path)} AS ${name} (READ_ONLY, TYPE duckdb)`);
      await db.run(`USE ${name}`);
    } catch (error) {
      throw explainOpening(error, file);
    }
    try {
      await checkOneSelect(db, `\n${query.sql}`);
      return await work(db);
    } catch (error) {
      throw explainQuery(error, query);
    }
  });
}

function explainOpening(error: unknown, file: string): unknown {
  if (error instanceof CancelledError) return error;
  const message = duckdbMessage(error);
  const place = { place: { file }, cause: error };
  const holder = /Conflicting lock is held in ([^()]*?)\s*\(PID (\d+)\)/.exec(message);
  if (holder)
    return new WorkError(
      `The database \`${file}\` is open for writing in another program (${basename(holder[1] ?? '')}, process ${holder[2]}), and DuckDB lets nobody else read it then. Close it there, or copy the file first.`,
      place,
    );
  if (/Could not set lock|Conflicting lock/.test(message))
    return new WorkError(
      `The database \`${file}\` is open for writing in another program, and DuckDB lets nobody else read it then. Close it there, or copy the file first.`,
      place,
    );
  const version =
    /database file with version number (\d+), but we can only read versions? (?:between )?([\d and]+)/.exec(message);
  if (version)
    return new DataError(
      `The database \`${file}\` has the storage version ${version[1]}, which this DuckDB does not read (${(version[2] ?? '').trim()}). Write it with an older version: in the program that made it, \`ATTACH 'copy.duckdb' AS copy (STORAGE_VERSION 'v1.2.0'); COPY FROM DATABASE … TO copy\`.`,
      place,
    );
  if (/newer version|storage version|serialization version/i.test(message))
    return new DataError(
      `The database \`${file}\` was written by a newer DuckDB than the one of Loopwright: ${essence(message)}. Export it with \`STORAGE_VERSION 'v1.2.0'\`, or as Parquet.`,
      place,
    );
  if (/not a valid DuckDB database/.test(message)) return new DataError(`\`${file}\` is not a DuckDB database.`, place);
  if (/encrypt/i.test(message))
    return new DataError(`The database \`${file}\` is encrypted, which is not supported here. Export the rows.`, place);
  if (/checksum|Corrupt|Could not read enough bytes|WAL/.test(message))
    return new DataError(`The database \`${file}\` is damaged or incomplete: ${essence(message)}.`, place);
  return new DataError(`The database \`${file}\` cannot be opened: ${essence(message)}.`, place);
}

function explainQuery(error: unknown, query: QueryText): unknown {
  if (error instanceof NotOneSelect) return queryError(query, error.message, null, error);
  if (error instanceof CancelledError || !(error instanceof WorkError) || error.cause === undefined) return error;
  const message = duckdbMessage(error);
  if (
    !/^(Parser|Binder|Catalog|Conversion|Invalid Input|Out of Range|Constraint|IO|Permission|Not implemented|Missing Extension)/.test(
      message,
    )
  )
    return error;
  // The query starts on the second line of what DuckDB reads.
  const line = Number(/\nLINE (\d+): /.exec(message)?.[1] ?? Number.NaN) - 1;
  const offset =
    Number.isNaN(line) || line < 1
      ? null
      : query.sql
          .split('\n')
          .slice(0, line - 1)
          .reduce((sum, text) => sum + text.length + 1, 0);
  const candidates = /Candidate bindings: (.*)/.exec(message)?.[1];
  return queryError(
    query,
    `${essence(message)}.${candidates === undefined ? '' : ` Its tables have: ${candidates.replaceAll('"', '`')}.`}`,
    offset,
    error,
  );
}

/** The message of DuckDB itself; it is the innermost cause. */
export function duckdbMessage(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return messageOf(inner);
}

/** The first sentence of a message of DuckDB, without its kind and its last point. */
export function essence(message: string): string {
  const [first = '', second = ''] = message.split('\n');
  const text = first.replace(/^[\w ]+ Error: /, '').replace(/(?<![.!\s])[.!\s]+$/, '');
  return second.startsWith('Did you mean')
    ? `${text}. ${second.replaceAll('"', '`').replace(/(?<![.!?\s])[.!?\s]+$/, '')}?`
    : text;
}
