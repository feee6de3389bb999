import { randomBytes } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { RunQuery, RunSummary } from '../../protocol/runs.ts';
import { spreadsheetText } from '../../words/spreadsheetText.ts';
import type { TypedValue } from '../data/appendColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { withDatabase } from '../data/withDatabase.ts';
import { writeParquet } from '../data/writeTable.ts';
import { messageOf, WorkError } from '../base/errors.ts';
import { exportColumns, type ExportColumn } from './exportColumns.ts';
import { matchingRuns } from './matchingRuns.ts';
import { momentOf } from './moment.ts';
import { pageOfRuns } from './pageOfRuns.ts';
import { summariseRuns, type RunRow } from './runSummaries.ts';
import type { Store } from '../store/store.ts';
import { replaceFile } from '../base/replaceFile.ts';

export interface RunExport {
  query: RunQuery;
  /** As in RunOrder. The run's id comes first. */
  columns: readonly string[];
  format: 'csv' | 'parquet';
  /** Absolute. The file is written completely or not at all. */
  path: string;
}

const runsAtOnce = 2000;

/**
 * Writes the runs of a query as a table, in the order of the query; returns their number. The store is read in parts,
 * and other requests are answered in between. Throws WorkError for an invalid filter, an unknown column, or a file that
 * cannot be written.
 */
export async function exportRuns(
  store: Pick<Store, 'sql'>,
  { query, columns: names, format, path }: RunExport,
): Promise<{ runs: number }> {
  if (!isAbsolute(path)) throw new WorkError(`A table is written to an absolute path, not to \`${path}\`.`);
  const runs = findIds(store, query);
  const columns = exportColumns(store, names, runs);
  const written =
    format === 'csv' ? await writeCsv(store, runs, columns, path) : await writeTyped(store, runs, columns, path);
  return { runs: written };
}

/** All runs of the query, by row number. */
function findIds({ sql }: Pick<Store, 'sql'>, query: RunQuery): number[] {
  return sql.read(() => {
    const { runs, total, problem } = matchingRuns(sql, query);
    if (problem)
      throw new WorkError(
        `The filter cannot be read: ${problem.message} (characters ${problem.from + 1} to ${problem.to})`,
      );
    return pageOfRuns(sql, momentOf(sql), { runs, total }, query.order ?? [], query.limit ?? total, query.offset ?? 0);
  });
}

/** The runs in this order, in parts; runs that were deleted in the meantime are left out. */
async function* summaries(store: Pick<Store, 'sql'>, runs: readonly number[]): AsyncIterable<RunSummary[]> {
  for (let from = 0; from < runs.length; from += runsAtOnce) {
    const part = runs.slice(from, from + runsAtOnce);
    const rows = new Map(
      store.sql
        .all<RunRow>('SELECT r.* FROM json_each(?) j JOIN runs r ON r.id = j.value', JSON.stringify(part))
        .map((row) => [row.id, row]),
    );
    yield summariseRuns(
      store,
      part.flatMap((id) => rows.get(id) ?? []),
    );
    await turn();
  }
}

async function writeCsv(
  store: Pick<Store, 'sql'>,
  runs: readonly number[],
  columns: readonly ExportColumn[],
  path: string,
): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`);
  let written = 0;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.write(csvLine(columns.map((column) => spreadsheetText(column.name))));
      for await (const part of summaries(store, runs)) {
        await file.write(
          part.map((run) => csvLine(columns.map((column) => csvText(column, column.value(run))))).join(''),
        );
        written += part.length;
      }
    } finally {
      await file.close();
    }
    await replaceFile(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error instanceof WorkError
      ? error
      : new WorkError(`${path} could not be written: ${messageOf(error)}`, { cause: error, place: { file: path } });
  }
  return written;
}

async function writeTyped(
  store: Pick<Store, 'sql'>,
  runs: readonly number[],
  columns: readonly ExportColumn[],
  path: string,
): Promise<number> {
  return withDatabase(undefined, async (db) => {
    // Column names are case-insensitive in DuckDB, names of metrics are not.
    const plain = columns.map(({ kind }, i) => ({ name: `c${i}`, kind }));
    await db.create('runs', plain);
    let written = 0;
    for await (const part of summaries(store, runs)) {
      await db.append(
        'runs',
        plain,
        columns.map((column) => part.map((run) => column.value(run))),
      );
      written += part.length;
    }
    await writeParquet(
      db,
      `SELECT ${columns.map(({ name }, i) => `c${i} AS ${quoteIdentifier(name)}`).join(', ')} FROM runs`,
      path,
    );
    return written;
  });
}

/** Numbers with all digits, times as ISO 8601 in UTC; no text is a formula. The exact texts are in the Parquet file. */
function csvText(column: ExportColumn, value: TypedValue): string {
  if (value === null) return '';
  if (column.kind === 'text') return spreadsheetText(String(value));
  return column.kind === 'time' ? new Date(Number(value)).toISOString() : String(value);
}

/**
 * A record after RFC 4180: CRLF, with quotes around values that contain a comma, a quote, a line break, or outer
 * spaces.
 */
function csvLine(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(',')}\r\n`;
}
