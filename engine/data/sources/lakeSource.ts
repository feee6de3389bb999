import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CancelledError, DataError, WorkError } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { quoteLiteral } from '../quote.ts';
import { withDatabase } from '../withDatabase.ts';
import { copyRows } from './copyRows.ts';
import { duckdbMessage, essence } from './duckdbSource.ts';
import type { Received, SourceContext } from './source.ts';
import { projectPath } from '../../base/projectPath.ts';

/** A folder whose log says which Parquet files are the table. */
export interface LakeTable {
  format: 'delta' | 'iceberg';
  /** Path as written, relative to the project. */
  path: string;
  watermark: string | undefined;
}

/** Returns the table of a source. */
export function lakeTable(
  from: { delta: string; watermark?: string | undefined } | { iceberg: string; watermark?: string | undefined },
): LakeTable {
  return 'delta' in from
    ? { format: 'delta', path: from.delta, watermark: from.watermark }
    : { format: 'iceberg', path: from.iceberg, watermark: from.watermark };
}

/** Reads the newest version of a Delta or Iceberg table through DuckDB's own extension, when it is installed. */
export async function fromLake(context: SourceContext, table: LakeTable): Promise<Received> {
  return withLake(context, table, (db, sql) =>
    copyRows(context, db, { sql, what: table.path, watermark: table.watermark }),
  );
}

/** Runs work with the extension loaded. Throws DataError when the folder is not such a table or it is missing. */
export function withLake<T>(
  context: SourceContext,
  table: LakeTable,
  work: (db: Database, sql: string) => Promise<T>,
): Promise<T> {
  const path = projectPath(context.root, table.path);
  checkFolder(path, table);
  return withDatabase(context.signal, async (db) => {
    await loadExtension(db, table.format);
    const from = table.format === 'delta' ? `delta_scan(${quoteLiteral(path)})` : icebergSql(path);
    try {
      return await work(db, `SELECT * FROM ${from}`);
    } catch (error) {
      if (error instanceof CancelledError || !(error instanceof WorkError) || error.cause === undefined) throw error;
      throw new DataError(
        `The ${names[table.format]} table \`${table.path}\` cannot be read: ${essence(duckdbMessage(error))}.`,
        {
          cause: error,
          place: { file: table.path },
        },
      );
    }
  });
}

const articles = { delta: 'a Delta', iceberg: 'an Iceberg' };
const names = { delta: 'Delta', iceberg: 'Iceberg' };
const logs = { delta: '_delta_log', iceberg: 'metadata' };

function checkFolder(path: string, { format, path: written }: LakeTable): void {
  const place = { place: { file: written } };
  if (!existsSync(path))
    throw new DataError(`There is no folder \`${written}\`. Correct the path in loopwright.yaml.`, place);
  if (!statSync(path).isDirectory()) {
    if (format === 'iceberg' && path.endsWith('.metadata.json')) return;
    throw new DataError(`\`${written}\` is a file; name the folder of the ${names[format]} table.`, place);
  }
  if (!existsSync(join(path, logs[format])))
    throw new DataError(
      `\`${written}\` is not ${articles[format]} table: it has no folder \`${logs[format]}\`. A folder of plain Parquet files is read with \`files: ${written}/**/*.parquet\`.`,
      place,
    );
}

/**
 * Returns the scan of the newest metadata file by its number (`v3.metadata.json` or `00003-….metadata.json`), or of the
 * file that the path names. Paths in it may be those of another machine.
 */
function icebergSql(path: string): string {
  const isFile = path.endsWith('.metadata.json');
  const folder = isFile ? dirname(dirname(path)) : path;
  const newest = isFile
    ? basename(path)
    : readdirSync(join(path, 'metadata'))
        .map((name) => ({ name, number: Number(/^v?(\d+).*\.metadata\.json$/.exec(name)?.[1] ?? Number.NaN) }))
        .filter(({ number }) => !Number.isNaN(number))
        .toSorted((a, b) => a.number - b.number)
        .at(-1)?.name;
  const version =
    newest === undefined
      ? ''
      : `, version = ${quoteLiteral(newest.replace(/\.metadata\.json$/, ''))}, version_name_format = '%s%s.metadata.json'`;
  return `iceberg_scan(${quoteLiteral(folder)}, allow_moved_paths = true${version})`;
}

/** Loads an extension that is on this machine. It is never downloaded. */
async function loadExtension(db: Database, format: 'delta' | 'iceberg'): Promise<void> {
  const needed = format === 'iceberg' ? ['avro', 'iceberg'] : ['delta'];
  for (const name of needed) {
    try {
      await db.run(`LOAD ${name}`);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      const [version] = await db.rows('SELECT version() AS v');
      const number = String(version?.['v'] ?? '').replace(/^v/, '');
      throw new WorkError(
        `${names[format]} tables need DuckDB's extension \`${name}\`, which is not installed for DuckDB ${number}. Loopwright downloads nothing; install it once by hand with the DuckDB program of the same version: duckdb -c "INSTALL ${name}".`,
        { cause: error, place: { file: 'loopwright.yaml' } },
      );
    }
  }
}
