import { schemaOfDataset } from '../project/schemaOfDataset.ts';
import { ProjectError, WorkError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Table } from '../data/table.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { rowsToTable } from '../models/rowsToTable.ts';
import { textValues } from '../models/features.ts';
import { monitoredModel } from '../project/models.ts';
import { logColumns, logProblem, type LogColumns } from '../project/predictionColumns.ts';
import { championOf } from '../registry/aliases.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { newestVersion } from '../registry/selectedVersion.ts';
import { datasetSql } from '../stages/datasetView.ts';
import { trueClass } from './trueClass.ts';
import { windowsWithLateLabels } from './lateLabels.ts';
import type { PredictionSource, SourceRequest, Span } from './sourceRequest.ts';
import { appendTable, numbers, texts, type WindowRows } from './windowRows.ts';
import { listWindows, settledWindows } from './windows.ts';

/** The log as FROM-able SQL, with the names of its columns and their SQL types. */
interface Log {
  db: Database;
  sql: string;
  columns: LogColumns;
  types: ReadonlyMap<string, string>;
}

const kept = 'prediction_log';

/** The predictions that another program wrote into a dataset. Its schema says what the columns hold. */
export function tableSource(request: SourceRequest, dataset: string): PredictionSource {
  const { store, config, monitor, declared, now } = request;
  let opened: Promise<Log> | null = null;
  const log = () => (opened ??= openLog(request, dataset));
  const version = referenceVersion(request);
  return {
    async openWindows(every) {
      const found = await log();
      const counted = await countWindows(found, every, now);
      const judged = new Map(listWindows(store, monitor, declared).map((window) => [window.start, window]));
      const settled = settledWindows(store, monitor, declared);
      const answers = {
        versionOf: () => version,
        eachKey: (span: Span, visit: (at: number, key: string) => void) =>
          visitKeys(found, span, declared.labels?.key ?? null, visit),
      };
      for (const start of await windowsWithLateLabels(request, 'stable', answers)) settled.delete(start);
      // Rows and true values may be added to a table at any time, so a window whose counts changed is judged again.
      const open = counted.filter(({ start, rows, labelled }) => {
        const known = judged.get(start);
        if (!known || known.changed.length > 0 || known.rows !== rows) return true;
        return declared.labels ? !settled.has(start) : known.labelled !== labelled;
      });
      const [first, ...others] = open;
      if (first && others.length > 0) opened = Promise.resolve(await keepRows(found, first.start));
      return open.map(({ start }) => start);
    },
    versionOf: () => version,
    async read(span, { report }) {
      const found = await log();
      return readSpan(found, span, report, declared.labels?.key ?? null, version.version);
    },
  };

  /** Nobody says which version wrote a row: the champion is what another program runs, else the newest version. */
  function referenceVersion({ config: project }: SourceRequest): ModelVersion {
    const { name } = monitoredModel(project, monitor);
    const found = championOf(store, name) ?? newestVersion(store, name);
    if (found) return found;
    throw new WorkError(
      `\`${name}\` has no version yet, so there is no reference to compare \`${dataset}\` with. Run \`loopwright run ${config.monitors?.[monitor]?.reference ?? ''}\`.`,
    );
  }
}

async function openLog({ project, config, store, database, now, monitor }: SourceRequest, name: string): Promise<Log> {
  const declared = config.datasets?.[name];
  if (!declared) throw new ProjectError(`The monitor \`${monitor}\` watches \`${name}\`, which is not a dataset.`);
  const schema = schemaOfDataset(project, config, name);
  const columns = logColumns(schema?.fields ?? []);
  const problem = logProblem(name, schema?.fields ?? []);
  if (!columns || problem !== null)
    throw new WorkError(problem ?? '', { place: { file: declared.schema ?? 'loopwright.yaml' } });
  const db = await database();
  const files = new FileFingerprints(project.root, store);
  const typed = await datasetSql(
    db,
    project.root,
    files,
    name,
    { path: declared.path, schema, read: declared.read },
    { asOf: now, window: null },
  );
  const types = new Map((await columnsOf(db, `(${typed})`)).map((column) => [column.name, column.sqlType]));
  return { db, sql: `(${typed})`, columns, types };
}

const timeOf = ({ timestamp }: LogColumns) => `CAST(${quoteIdentifier(timestamp.name)} AS TIMESTAMP)`;
const between = (columns: LogColumns, { start, end }: Span) =>
  `${timeOf(columns)} >= make_timestamp_ms(${Math.round(start)}) AND ${timeOf(columns)} < make_timestamp_ms(${Math.round(end)})`;

/** SQL that is true for a row with a prediction. */
function isAnswered({ prediction, score }: LogColumns): string {
  const names = [prediction, score].flatMap((field) => (field ? [quoteIdentifier(field.name)] : []));
  return names.map((name) => `${name} IS NOT NULL`).join(' AND ');
}

/** The windows that ended by `now`, with their predictions and how many of these have a true value. */
async function countWindows(
  { db, sql, columns }: Log,
  every: number,
  now: number,
): Promise<{ start: number; rows: number; labelled: number }[]> {
  const truth = columns.target ? `${quoteIdentifier(columns.target.name)} IS NOT NULL` : 'false';
  const answered = isAnswered(columns);
  const rows = await db.rows(
    `SELECT CAST(floor(epoch_ms(${timeOf(columns)}) / ${every}) * ${every} AS BIGINT) AS start,
       count(*) FILTER (WHERE ${answered}) AS n, count(*) FILTER (WHERE ${answered} AND ${truth}) AS labelled
     FROM ${sql} WHERE ${timeOf(columns)} IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return rows
    .map((row) => ({ start: Number(row['start']), rows: Number(row['n']), labelled: Number(row['labelled']) }))
    .filter(({ start }) => start + every <= now);
}

/** Copies the rows from a time on into a table, so that a text file is not parsed for each window. */
async function keepRows({ sql, ...log }: Log, from: number): Promise<Log> {
  await log.db.run(
    `CREATE OR REPLACE TEMP TABLE ${kept} AS
     SELECT * FROM ${sql} WHERE ${timeOf(log.columns)} >= make_timestamp_ms(${Math.round(from)})`,
  );
  return { ...log, sql: kept };
}

const keyOf = ({ id, timestamp }: LogColumns, key: string | null) =>
  `CAST(${quoteIdentifier(key ?? id?.name ?? timestamp.name)} AS VARCHAR)`;

/** Calls `visit` with the time and the key of each row of a span that has a prediction. */
async function visitKeys(
  { db, sql, columns }: Log,
  span: Span,
  key: string | null,
  visit: (at: number, key: string) => void,
): Promise<void> {
  const { rows, columns: found } = await db.table(
    `SELECT CAST(epoch_ms(${timeOf(columns)}) AS DOUBLE) AS at, ${keyOf(columns, key)} AS key
     FROM ${sql} WHERE ${between(columns, span)} AND ${isAnswered(columns)}`,
  );
  const times = numbers(found['at'], rows);
  texts(found['key'], rows).forEach((name, i) => {
    if (name !== null) visit(times[i] ?? Number.NaN, name);
  });
}

async function readSpan(
  { db, sql, columns, types }: Log,
  span: Span,
  report: ModelVersion['report'],
  key: string | null,
  version: number,
): Promise<WindowRows> {
  const { task } = report;
  const { prediction, score, target } = columns;
  const features = featuresOf(report).filter(({ name }) => types.has(name));
  const named = (name: string | undefined, as: string) =>
    `${name === undefined ? 'NULL' : quoteIdentifier(name)} AS ${as}`;
  const value = task === 'regression' ? (prediction ?? score) : score;
  const selected = [
    ...features.map(({ name }) => quoteIdentifier(name)),
    named(value?.name, '_score'),
    named(prediction?.name, '_prediction'),
    named(target?.name, '_truth'),
    `${keyOf(columns, key)} AS _key`,
  ];
  const part = await db.table(
    `SELECT ${selected.join(', ')} FROM ${sql} WHERE ${between(columns, span)} AND ${isAnswered(columns)}`,
  );
  const [all] = await db.rows(`SELECT count(*) AS n FROM ${sql} WHERE ${between(columns, span)}`);
  const predictions = valuesOf(part, '_prediction');
  const read = trueClass(report);
  const decisions =
    prediction && task === 'binary'
      ? Float64Array.from(predictions, (made) => (made === null ? Number.NaN : read(made)))
      : null;
  const features_ = appendTable(rowsToTable([], features), part, features);
  return {
    features: features_,
    scores: value || !decisions ? numbers(part.columns['_score'], part.rows) : decisions,
    predictions: predictions.map((made) => (made === null ? null : String(made))),
    keys: texts(part.columns['_key'], part.rows),
    latencies: new Float64Array(),
    errors: Number(all?.['n'] ?? 0) - part.rows,
    versions: part.rows === 0 ? new Map() : new Map([[version, part.rows]]),
    fileTypes: types,
    ...(decisions && value && { decisions }),
    ...(target && { truth: valuesOf(part, '_truth') }),
  };
}

/** A column as it was read: numbers, booleans as 0 and 1, or texts. */
function valuesOf({ columns, rows }: Table, name: string): (string | number | null)[] {
  const column = columns[name];
  if (!column) return Array.from({ length: rows }, () => null);
  if (column.kind === 'text') return textValues(column);
  return Array.from(column.values, (value) => (Number.isNaN(value) ? null : value));
}
