import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { writeParquet } from '../data/writeTable.ts';
import { DataError, checkCancelled } from '../base/errors.ts';
import type { InputType, ModelTools } from '../models/flavours/flavour.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { FilePredictor, Predictor } from '../models/predictor.ts';
import { relativePath } from '../base/projectPath.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { openVersion } from '../registry/openVersion.ts';
import type { Store } from '../store/store.ts';
import { checkBatch, missingColumns, type CheckedBatch } from './batchRows.ts';
import { schemaOfVersion } from './schemaOfVersion.ts';
import { typedClasses } from './typedClasses.ts';
import type { RuleFinding } from '../data/ruleFinding.ts';
import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import { logPredictionFile } from './predictionLog.ts';

export interface BatchRequest {
  store: Store;
  version: ModelVersion;
  tools: ModelTools;
  db: Database;
  /** FROM-able SQL with the rows. */
  source: string;
  /** Absolute path of the Parquet file that `source` reads, when it is one file and is read as it is. */
  parquet?: string | undefined;
  /** Absolute path of the Parquet file that is written. */
  output: string;
  columns: DeploymentColumns;
  /** Handling of rows that break the schema, where it does not say it by itself. Default quarantine. */
  invalid?: InvalidMode | undefined;
  /** Registers the file in the prediction log of this deployment. */
  deployment: string | null;
  signal?: AbortSignal | undefined;
  onProgress?: ((share: number) => void) | undefined;
}

const chunk = 200_000;
const own = ['_score', '_prediction', '_value', '_key', '_at', '_model_version'];
/** Before the name of a class, the column of its probability. */
const probability = '_probability_';
let batches = 0;

export interface ScoredBatch {
  /** Rows that were scored. */
  rows: number;
  output: string;
  /** Rows that break the schema and have no prediction. */
  refused: number;
  /** Absolute path of the CSV file with the refused rows and their reasons; null when there are none. */
  quarantine: string | null;
  /** The rules that rows break, also those that only warn. */
  rules: RuleFinding[];
}

/**
 * Scores a table into a Parquet file: all its columns with `_score`, `_prediction` (a text), `_value` (in the type of the
 * target), the probability of each of several classes, `_key`, `_at` and `_model_version`. Rows that break the schema
 * are written beside it. Works out of core.
 */
export async function scoreBatch(request: BatchRequest): Promise<ScoredBatch> {
  const { store, version, db } = request;
  const columns = { ...request.columns, schema: schemaOfVersion(version.report, request.columns.schema) };
  const model = await openVersion(version, request.tools);
  const rows = `batch_${++batches}`;
  const temp = join(store.folder, 'tmp');
  mkdirSync(temp, { recursive: true });
  const place = join(temp, `scores-${process.pid}-${batches}`);
  let isView = false;
  let checked: CheckedBatch | null = null;
  try {
    // Columns of an earlier scoring would get other names beside the new ones.
    const kept = `SELECT COLUMNS(c -> lower(c) NOT IN (${own.map(quoteLiteral).join(', ')}) AND NOT starts_with(c, ${quoteLiteral(probability)})) FROM ${request.source}`;
    let file = request.parquet !== undefined && (await isReadable(db, request.parquet, model)) ? request.parquet : null;
    isView = file !== null;
    await db.run(`CREATE TEMP ${file === null ? 'TABLE' : 'VIEW'} ${rows} AS ${kept}`);
    let known = await columnsOf(db, rows);
    const names = known.map(({ name }) => name);
    const missing = model.meta.features.flatMap(({ name, optional }) =>
      optional || names.includes(name) ? [] : [name],
    );
    if (missing.length > 0)
      throw new DataError(
        `The input lacks ${missing.length === 1 ? 'the column' : 'the columns'} ${missing.map((name) => `\`${name}\``).join(', ')} that version ${version.version} reads; it has ${names.join(', ')}.${missingColumns(missing, names)}`,
      );
    const quarantine = request.output.replace(/\.parquet$/, '.quarantine.csv');
    checked = await checkBatch({
      db,
      rows,
      known,
      features: model.meta.features,
      columns,
      invalid: request.invalid ?? 'quarantine',
      quarantine,
    });
    if (checked.accepted !== null) {
      await db.run(`CREATE TEMP TABLE ${rows}_accepted AS ${checked.accepted}`);
      await db.run(`DROP ${isView ? 'VIEW' : 'TABLE'} ${rows}`);
      await db.run(`ALTER TABLE ${rows}_accepted RENAME TO ${rows}`);
      [isView, file] = [false, null];
      known = await columnsOf(db, rows);
    }
    const total = Number((await db.rows(`SELECT count(*) AS n FROM ${rows}`))[0]?.['n'] ?? 0);
    const work = { ...request, columns, model, rows, total, place, known, file };
    const scores =
      model.files && (file !== null || total > chunk) ? await scoreFile(work, model.files) : await scoreTables(work);
    const now = Date.now();
    const at =
      columns.time !== null && names.includes(columns.time)
        ? `CAST(${quoteIdentifier(columns.time)} AS TIMESTAMP)`
        : `make_timestamp_ms(${now})`;
    const key =
      columns.key !== null && names.includes(columns.key)
        ? `CAST(${quoteIdentifier(columns.key)} AS VARCHAR)`
        : 'NULL::VARCHAR';
    const probabilities = probabilityNames(work)
      .map((name, c) => `s.p${c} AS ${quoteIdentifier(name)}, `)
      .join('');
    await writeParquet(
      db,
      `SELECT t.*, s.s AS _score, s.p AS _prediction, ${valueSql(work)} AS _value, ${probabilities}${key} AS _key, ${at} AS _at, ${version.version} AS _model_version FROM (SELECT * FROM ${rows}${file === null ? ' ORDER BY rowid' : ''}) t POSITIONAL JOIN (${scores}) s`,
      request.output,
    );
    if (request.deployment !== null && total > 0) {
      const [span] = await db.rows(`SELECT epoch_ms(min(${at})) AS a, epoch_ms(max(${at})) AS b FROM ${rows}`);
      logPredictionFile(
        store,
        { deployment: request.deployment, model: version.model, version: version.version, role: 'stable' },
        {
          path: relativePath(store.root, request.output),
          from: Math.floor(Number(span?.['a'] ?? now)),
          to: Math.ceil(Number(span?.['b'] ?? now)),
          rows: total,
        },
      );
    }
    return {
      rows: total,
      output: request.output,
      refused: checked.refused,
      quarantine: checked.refused > 0 ? quarantine : null,
      rules: checked.rules,
    };
  } finally {
    for (const ending of ['.csv', '.in.parquet', '.out.parquet']) rmSync(`${place}${ending}`, { force: true });
    await model.close();
    await checked?.discard().catch(() => {});
    await db.run(`DROP ${isView ? 'VIEW' : 'TABLE'} IF EXISTS ${rows}`).catch(() => {});
  }
}

/**
 * Whether a worker reads the columns of a model from a Parquet file itself. Columns of another type than the model's are
 * converted by DuckDB, as in a request.
 */
async function isReadable(db: Database, file: string, { files, meta }: Predictor): Promise<boolean> {
  if (!files) return false;
  const source = quoteLiteral(file);
  const [counted] = await db.rows(`SELECT num_rows AS n FROM parquet_file_metadata(${source})`);
  if (Number(counted?.['n']) <= chunk) return false;
  const known = await columnsOf(db, `read_parquet(${source})`);
  return meta.features.every((feature) => {
    const column = known.find(({ name }) => name === feature.name);
    return column !== undefined && readTypes[typeOfFeature(feature)].test(column.sqlType);
  });
}

/** Types of DuckDB that a worker reads from Parquet without a conversion, by the type of an input. */
const readTypes: Record<InputType, RegExp> = {
  number: /^(FLOAT|DOUBLE|U?(TINY|SMALL|BIG)INT|U?INTEGER)$/,
  integer: /^(U?(TINY|SMALL|BIG)INT|U?INTEGER)$/,
  boolean: /^BOOLEAN$/,
  datetime: /^(TIMESTAMP|DATE)/,
  text: /^VARCHAR$/,
};

interface BatchWork extends BatchRequest {
  model: Predictor;
  /** Name of the table with the rows. */
  rows: string;
  total: number;
  /** Absolute path of the temporary files, without their endings. */
  place: string;
  known: readonly SourceColumn[];
  /** Absolute path of the Parquet file that a worker reads itself; null when the rows are in a table. */
  file: string | null;
}

/** The columns that the model reads, in its types; one that it fills by itself may be absent. */
function readColumns({ model, known }: BatchWork): string {
  return model.meta.features
    .map((feature) => {
      const name = quoteIdentifier(feature.name);
      const column = known.find((candidate) => candidate.name === feature.name);
      if (!column) return `NULL AS ${name}`;
      if (typeOfFeature(feature) !== 'text' || column.type === 'string') return name;
      return `${column.type === 'number' ? numberText(name) : `CAST(${name} AS VARCHAR)`} AS ${name}`;
    })
    .join(', ');
}

/** SQL for a number as JavaScript writes it: a whole one without a decimal point. */
function numberText(sql: string): string {
  return `CASE WHEN ${sql} = trunc(${sql}) AND abs(${sql}) < 1e15 THEN CAST(CAST(${sql} AS BIGINT) AS VARCHAR) ELSE CAST(${sql} AS VARCHAR) END`;
}

function classesOf({ version: { report }, model }: BatchWork): readonly string[] {
  return report.classes ?? model.meta.classes;
}

/** The columns of the probabilities; none when there are not several classes. */
function probabilityNames(work: BatchWork): string[] {
  return work.version.report.task === 'multiclass' ? classesOf(work).map((name) => `${probability}${name}`) : [];
}

/** SQL for the prediction in the type of the target. */
function valueSql(work: BatchWork): string {
  const { version, columns } = work;
  if (version.report.task === 'regression' || version.report.task === 'ranking') return 's.s';
  const target = columns.schema?.fields.find(({ name }) => name === version.report.target) ?? null;
  const [first] = typedClasses(classesOf(work), target);
  if (typeof first === 'boolean') return `lower(s.p) IN ('true', '1')`;
  return typeof first === 'number' ? 'CAST(s.p AS DOUBLE)' : 's.p';
}

/**
 * Scores in this process, part by part. Returns SQL with the score as `s`, the prediction as `p` and the probabilities
 * of several classes as `p0`, `p1`, ….
 */
async function scoreTables(work: BatchWork): Promise<string> {
  const { db, rows, total, model, version, signal } = work;
  const file = `${work.place}.csv`;
  const classes = classesOf(work);
  const threshold = version.report.threshold ?? 0.5;
  const extra = probabilityNames(work).map((_, c) => `p${c}`);
  writeFileSync(file, `${['s', 'p', ...extra].join(',')}\n`);
  for (let from = 0; from < total; from += chunk) {
    checkCancelled(signal);
    const part = await db.table(
      `SELECT ${readColumns(work)} FROM ${rows} WHERE rowid >= ${from} AND rowid < ${from + chunk} ORDER BY rowid`,
    );
    const { values, task, probabilities } = await model.predict(part, signal);
    const lines = Array.from(values, (value, i) =>
      task === 'multiclass'
        ? `,"${(classes[value] ?? '').replaceAll('"', '""')}"${extra.map((_, c) => `,${probabilities[c]?.[i] ?? ''}`).join('')}`
        : task === 'binary'
          ? `${value},"${classes[value >= threshold ? 1 : 0] ?? ''}"`
          : `${value},"${value}"`,
    );
    writeFileSync(file, lines.length > 0 ? `${lines.join('\n')}\n` : '', { flag: 'a' });
    work.onProgress?.(Math.min(1, (from + chunk) / total));
  }
  return `SELECT * FROM read_csv(${quoteLiteral(file)}, header = true, columns = {${['s', ...extra]
    .map((name) => `'${name}': 'DOUBLE'`)
    .toSpliced(1, 0, "'p': 'VARCHAR'")
    .join(', ')}}, parallel = false)`;
}

/** Has a worker score a file, so that no row passes through this process. Returns SQL as `scoreTables` does. */
async function scoreFile(work: BatchWork, files: FilePredictor): Promise<string> {
  const { db, rows, total, place, version, signal } = work;
  const [input, output] = [work.file ?? `${place}.in.parquet`, `${place}.out.parquet`];
  if (work.file === null) await writeParquet(db, `SELECT ${readColumns(work)} FROM ${rows} ORDER BY rowid`, input);
  checkCancelled(signal);
  await files.run({ input, output, signal, onRows: (done) => work.onProgress?.(Math.min(1, done / total)) });
  const source = `read_parquet(${quoteLiteral(output)})`;
  const { score, class: position, probabilities } = files.sqlFor((await columnsOf(db, source)).map(({ name }) => name));
  const names = `[${classesOf(work).map(quoteLiteral).join(', ')}]`;
  if (position !== null)
    return `SELECT NULL::DOUBLE AS s, ${names}[1 + (${position})] AS p${probabilities.map((sql, c) => `, CAST(${sql} AS DOUBLE) AS p${c}`).join('')} FROM ${source}`;
  const threshold = version.report.threshold ?? 0.5;
  const prediction =
    version.report.task === 'binary' ? `${names}[CASE WHEN s >= ${threshold} THEN 2 ELSE 1 END]` : numberText('s');
  return `SELECT s, ${prediction} AS p FROM (SELECT CAST(${score} AS DOUBLE) AS s FROM ${source})`;
}
