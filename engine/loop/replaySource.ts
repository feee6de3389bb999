import { existsSync } from 'node:fs';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { checkOneSelect } from '../data/oneSelect.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import { validateTable } from '../data/validateTable.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { isGlob } from '../base/glob.ts';
import type { Project } from '../project/loadProject.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { projectPath } from '../base/projectPath.ts';

export interface ReplaySource {
  /** FROM-able SQL in the order of time, with the columns that a model reads. */
  sql: string;
  time: string;
  /** Epoch milliseconds of the first and last row. */
  from: number;
  to: number;
  rows: number;
  /** Rows that break the schema. They are not replayed: a service in front of the model would refuse them. */
  refused: number;
}

/**
 * Opens recorded rows for replay. They come from files or a glob, are checked against a schema, limited to the time
 * from `from` on, and shaped by `sql` over the table `rows`.
 */
export async function openReplay(input: {
  project: Project;
  db: Database;
  path: string;
  schema: DatasetSchema | null;
  modelTime: string | null;
  sql: string | null;
  from: number | null;
  to: number | null;
}): Promise<ReplaySource> {
  const { project, db, schema } = input;
  const files = isGlob(input.path)
    ? project.files.glob(input.path).map((file) => projectPath(project.root, file))
    : [projectPath(project.root, input.path)].filter((file) => existsSync(file));
  if (files.length === 0) throw new ProjectError(`Nothing to replay: no file matches \`${input.path}\`.`);
  const text = sourceFormat(files[0] ?? '') === 'csv' && schema !== null;
  const time = timestampOf(schema);
  if (time === null)
    throw new ProjectError('Replay needs a time for each row: give one field of the schema the role timestamp.');
  const raw = sourceSql(files, { allText: text, withFile: text, rejects: text, read: schema?.loopwright?.read });
  let checked = `(SELECT * FROM ${raw})`;
  let refused = 0;
  if (schema) {
    const result = await validateTable(db, {
      keepsValid: true,
      source: raw,
      schema,
      mode: text ? 'raw' : 'typed',
      environment: 'serving',
      rejects: text,
    });
    checked = `(${result.validSql})`;
    refused = result.invalidRows;
  }
  const column = quoteIdentifier(time);
  const bounds = [
    input.from === null ? null : `${column} >= make_timestamp_ms(${Math.round(input.from)})`,
    input.to === null ? null : `${column} < make_timestamp_ms(${Math.round(input.to)})`,
  ].filter((bound) => bound !== null);
  await db.run(
    `CREATE TEMP TABLE rows AS SELECT * FROM ${checked}${bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : ''}`,
  );
  const query = input.sql ?? 'SELECT * FROM rows';
  await checkOneSelect(db, query);
  await db.run(`CREATE TEMP TABLE replay AS SELECT * FROM (${query}\n)`);
  const names = (await columnsOf(db, 'replay')).map(({ name }) => name);
  const shaped = [input.modelTime, time].find((name) => name !== null && names.includes(name));
  if (typeof shaped !== 'string')
    throw new DataError(`The SQL of the replay must keep the time: a column \`${input.modelTime ?? time}\`.`);
  const [span] = await db.rows(
    `SELECT epoch_ms(min(${quoteIdentifier(shaped)})::TIMESTAMP) AS a, epoch_ms(max(${quoteIdentifier(shaped)})::TIMESTAMP) AS b, count(*) AS n FROM replay`,
  );
  if (Number(span?.['n'] ?? 0) === 0)
    throw new ProjectError(
      `\`${input.path}\` has no row to replay${input.from === null ? '' : ` after ${new Date(input.from).toISOString().slice(0, 19).replace('T', ' ')} UTC`}${input.to === null ? '' : ` and before ${new Date(input.to).toISOString().slice(0, 10)}`}. A replay continues after the newest prediction in the log.`,
    );
  return {
    sql: 'replay',
    time: shaped,
    from: Number(span?.['a']),
    to: Number(span?.['b']),
    rows: Number(span?.['n']),
    refused,
  };
}

/** The rows of a stretch of time as JSON objects, times as ISO text. */
export async function replayRows(
  db: Database,
  source: ReplaySource,
  start: number,
  end: number,
): Promise<Record<string, unknown>[]> {
  const column = quoteIdentifier(source.time);
  const rows = await db.rows(
    `SELECT * FROM ${source.sql} WHERE ${column} >= make_timestamp_ms(${Math.round(start)}) AND ${column} < make_timestamp_ms(${Math.round(end)}) ORDER BY ${column}`,
  );
  for (const row of rows)
    if (typeof row[source.time] === 'number') row[source.time] = new Date(Number(row[source.time])).toISOString();
  return rows;
}

export function replayStretch(source: ReplaySource, start: number, end: number): string {
  const column = quoteIdentifier(source.time);
  return `(SELECT * FROM ${source.sql} WHERE ${column} >= make_timestamp_ms(${Math.round(start)}) AND ${column} < make_timestamp_ms(${Math.round(end)}))`;
}
