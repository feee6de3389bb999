import { DataError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import { withoutSqlEnd } from '../base/withoutSqlEnd.ts';
import { confineSql, explainConfined, sqlPlaces } from '../data/confineSql.ts';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { checkOneSelect } from '../data/oneSelect.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { sourceSql } from '../data/readSource.ts';
import { validateTable } from '../data/validateTable.ts';
import { writeParquet } from '../data/writeTable.ts';
import { isGlob } from '../base/glob.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { PrepareStage } from '../project/schema/prepareStage.ts';
import { newestSnapshot, type SnapshotDetail } from '../tracking/snapshots.ts';
import { conditionsOn, datasetSql } from './datasetView.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { makeSnapshot } from './makeSnapshot.ts';
import { foreignTables } from './foreignTables.ts';
import { handleInvalid } from './quarantine.ts';
import { boundIn } from './sqlParams.ts';
import { stratumOf } from './split.ts';
import { splitTimes } from './splitTimes.ts';
import { splitColumn } from '../project/splitColumn.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';
import { projectPath } from '../base/projectPath.ts';

/**
 * Runs a SELECT over datasets, checks every row of the result against the output's schema, splits, and writes Parquet.
 */
export async function prepare(context: StageContext, { with: inputs }: PrepareStage): Promise<StageOutcome> {
  const { root, files } = context.project;
  const output = datasetOf(context, inputs.output);
  if (isGlob(output.path) || !/\.parquet$/i.test(output.path))
    throw new WorkError(`The output \`${inputs.output}\` must be one Parquet file; its path is \`${output.path}\`.`, {
      place: { file: 'loopwright.yaml' },
    });
  const db = await context.database();
  for (const name of context.node.reads) {
    context.progress(`reading ${name}`);
    await db.run(
      `CREATE VIEW ${quoteIdentifier(name)} AS ${await datasetSql(db, root, context.fingerprints, name, datasetOf(context, name), context.period, context.signal)}`,
    );
    const snapshot = newestSnapshot(context.store, name);
    if (snapshot) context.run.input(name, snapshot.id);
  }
  checkCancelled(context.signal);
  context.progress(`running ${inputs.sql}`);
  const query = asText(files.read(inputs.sql), inputs.sql);
  const places = sqlPlaces(root, context.config, inputs.output);
  await confineSql(db, { ...places, folders: [...places.folders, context.store.folder] });
  await runSql(db, query, inputs.sql, inputs.params ?? {});
  await limitRows(context, db, inputs, output.schema);
  let rows = `prepared`;
  let quarantined = 0;
  let detail: SnapshotDetail = {};
  if (output.schema) {
    context.progress('checking every row against the schema');
    const result = await validateTable(db, {
      keepsValid: true,
      source: 'prepared',
      schema: output.schema,
      mode: 'typed',
      environment: 'training',
      invalid: inputs.invalid ?? 'quarantine',
      foreign: await foreignTables(context, db, output.schema),
    });
    ({ quarantined, detail } = await handleInvalid(context, db, inputs.output, result, inputs.invalid ?? 'quarantine'));
    rows = `(${result.validSql})`;
  }
  const known = await columnsOf(db, rows);
  const columns = known.map((column) => column.name);
  const split = inputs.split
    ? `, ${await splitTimes(context, db, rows, inputs.split, known, output.schema)} AS ${quoteIdentifier(splitColumn)}`
    : '';
  const order = orderColumns(output.schema, columns);
  const absolute = projectPath(root, output.path);
  context.progress(`writing ${output.path}`);
  checkCancelled(context.signal);
  await writeParquet(db, `SELECT *${split} FROM ${rows}${order}`, absolute);
  const written = sourceSql([absolute]);
  if (inputs.split?.by === 'stratified')
    await tellStrata(context, db, written, stratumOf(inputs.split, output.schema) ?? '');
  detail = { ...detail, ...(await describe(db, written, output.schema, inputs.split !== undefined)) };
  const total = Number((await db.rows(`SELECT count(*) AS n FROM ${written}`))[0]?.['n'] ?? 0);
  if (total === 0)
    throw new DataError(
      `\`${inputs.sql}\` returned no row that fits the schema of \`${inputs.output}\`${quarantined > 0 ? `; ${count(quarantined)} were quarantined` : ''}. Check the joins and the period.`,
      { place: { file: inputs.sql } },
    );
  const snapshot = await makeSnapshot(context, db, {
    dataset: inputs.output,
    paths: [output.path],
    quarantined,
    runId: context.run.runId,
    source: inputs.sql,
    detail,
  });
  context.run.input(inputs.output, snapshot.id);
  context.run.metrics({ [`rows.${inputs.output}`]: total, [`quarantined.${inputs.output}`]: quarantined });
  return {
    summary: `${count(total)} rows${quarantined > 0 ? ` · ${count(quarantined)} quarantined` : ''}`,
    outs: [output.path],
  };
}

/**
 * Limits the prepared rows to the period where no dataset that is read has a column with the role `timestamp`: then the
 * time of the output decides, else the column of the split by time.
 */
async function limitRows(
  context: StageContext,
  db: Database,
  { split }: PrepareStage['with'],
  schema: DatasetSchema | null,
): Promise<void> {
  const { period } = context;
  const isLimited = context.node.reads.some((name) => timestampOf(datasetOf(context, name).schema) !== null);
  if (period.asOf === null || isLimited) return;
  const times = (await columnsOf(db, 'prepared')).filter(({ type }) => type === 'datetime' || type === 'date');
  const names = times.map(({ name }) => name);
  const known = [timestampOf(schema), split?.by === 'time' ? split.column : null];
  const column = known.find((name) => name !== null && name !== undefined && names.includes(name)) ?? null;
  const conditions = conditionsOn(column, names, period);
  if (conditions.length > 0) await db.run(`DELETE FROM prepared WHERE (${conditions.join(' AND ')}) IS NOT TRUE`);
  else
    context.log(
      'warning: no column says when a row was, so the data is not limited to the period; give one the role `timestamp`',
    );
}

function asText(content: Uint8Array | string | null, path: string): string {
  if (content === null) throw new DataError(`There is no file \`${path}\`.`, { place: { file: path } });
  // Lines before the SELECT are kept, so that an error names the line of the file.
  const text = withoutSqlEnd(typeof content === 'string' ? content : new TextDecoder().decode(content));
  if (text.trim() === '') throw new DataError(`\`${path}\` is empty; it needs one SELECT.`, { place: { file: path } });
  return text;
}

async function runSql(
  db: Database,
  query: string,
  file: string,
  params: Readonly<Record<string, string | number | boolean>>,
): Promise<void> {
  try {
    await checkOneSelect(db, query);
    await db.run(`CREATE TEMP TABLE prepared AS ${query}\n`, boundIn(query, params));
  } catch (error) {
    const line = /LINE (\d+):/.exec(messageOf(error instanceof Error && error.cause ? error.cause : error))?.[1];
    if (error instanceof WorkError)
      throw new DataError(`\`${file}\` failed: ${explainConfined(messageOf(error).replace(/^.*?Error:\s*/, ''))}`, {
        cause: error,
        place: { file, line: line ? Number(line) : 1, column: 1 },
      });
    throw error;
  }
}

/** The shares of each side in each value, the rarest values first. */
async function tellStrata(context: StageContext, db: Database, source: string, stratum: string): Promise<void> {
  const side = (name: string) =>
    `round(100 * avg((${quoteIdentifier(splitColumn)} = '${name}')::INTEGER), 1) AS ${name}`;
  const rows = await db.rows(
    `SELECT CAST(${quoteIdentifier(stratum)} AS VARCHAR) AS value, count(*) AS n, ${side('train')}, ${side('validation')}, ${side('test')} FROM ${source} GROUP BY 1 ORDER BY 2 LIMIT 20`,
  );
  for (const row of rows)
    context.log(
      `split of ${stratum} = ${String(row['value'])}: ${String(row['n'])} rows, train ${String(row['train'])} %, validation ${String(row['validation'])} %, test ${String(row['test'])} %`,
    );
}

/** Rows are written in a fixed order, so that the same data gives the same file. */
function orderColumns(schema: DatasetSchema | null, columns: string[]): string {
  const keys = [timestampOf(schema), ...[schema?.primaryKey ?? []].flat()].filter(
    (name): name is string => name !== null && columns.includes(name),
  );
  return keys.length > 0 ? ` ORDER BY ${keys.map(quoteIdentifier).join(', ')}` : '';
}

async function describe(
  db: Database,
  source: string,
  schema: DatasetSchema | null,
  split: boolean,
): Promise<SnapshotDetail> {
  const detail: SnapshotDetail = {};
  if (split) {
    const rows = await db.rows(
      `SELECT ${quoteIdentifier(splitColumn)} AS side, count(*) AS n FROM ${source} GROUP BY 1`,
    );
    const n = (side: string) => Number(rows.find((row) => row['side'] === side)?.['n'] ?? 0);
    detail.split = { train: n('train'), validation: n('validation'), test: n('test') };
  }
  const time = timestampOf(schema);
  if (time !== null) {
    const [row] = await db.rows(
      `SELECT strftime(min(${quoteIdentifier(time)})::TIMESTAMP, '%Y-%m-%d') AS a, strftime(max(${quoteIdentifier(time)})::TIMESTAMP, '%Y-%m-%d') AS b FROM ${source}`,
    );
    if (row?.['a']) detail.period = { from: String(row['a']), to: String(row['b']) };
  }
  return detail;
}
