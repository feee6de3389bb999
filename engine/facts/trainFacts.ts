import { CancelledError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { equalColumns } from '../data/equalColumns.ts';
import { countSharedRows } from '../data/equalRows.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { sourceFormat } from '../data/readSource.ts';
import { tableSql } from '../data/typedSource.ts';
import { splitColumn } from '../project/splitColumn.ts';
import type { Association, FileStamp, TrainFacts } from './facts.ts';
import type { TrainRequest } from './requests.ts';
import { projectPath } from '../base/projectPath.ts';

/** Maximum number of training rows on which associations are measured. The sample is always the same. */
const sampleRows = 100_000;
const mostLevels = 50;
/** Maximum number of bytes of text whose facts are computed. */
const mostText = 256 << 20;

/**
 * Computes facts from the rows of a train stage. Null when they do not exist, are a large text or cannot be read.
 */
export async function trainFacts(
  db: Database,
  root: string,
  request: TrainRequest,
  files: FileStamp[],
): Promise<TrainFacts | null> {
  const [first] = files;
  if (!first) return null;
  const isText = sourceFormat(first.path) === 'csv';
  if (isText && files.reduce((sum, { bytes }) => sum + bytes, 0) > mostText) return null;
  try {
    const paths = files.map((file) => projectPath(root, file.path));
    const source = await tableSql(db, paths, request.schema, { read: request.read ?? undefined });
    if (!isText) return await read(db, request, source);
    // Text is parsed once: it is read for each of many figures.
    await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_train AS SELECT * FROM ${source}`);
    try {
      return await read(db, request, 'loopwright_train');
    } finally {
      await db.run('DROP TABLE IF EXISTS loopwright_train');
    }
  } catch (error) {
    if (error instanceof CancelledError) throw error;
    // The facts of the dataset report the read error.
    return null;
  }
}

async function read(db: Database, request: TrainRequest, source: string): Promise<TrainFacts | null> {
  const columns = new Map((await columnsOf(db, source)).map((column) => [column.name, column]));
  if (!columns.has(request.target)) return null;
  const split = columns.has(splitColumn);
  const features = request.features
    .flatMap((name) => columns.get(name) ?? [])
    .filter(({ name }) => name !== request.target);
  const target = quoteIdentifier(request.target);
  const [{ n } = { n: 0 }] = await db.rows(`SELECT count(*) AS n FROM ${source}`);
  const classes =
    request.task === 'regression'
      ? []
      : (
          await db.rows(
            `SELECT ${target}::VARCHAR AS value, count(*) AS n FROM ${source} WHERE ${target} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100`,
          )
        ).map((row) => ({ value: String(row['value']), count: Number(row['n']) }));
  const training = `(SELECT ${[...features.map(({ name }) => quoteIdentifier(name)), target].join(', ')} FROM ${source}${split ? ` WHERE ${splitColumn} = 'train'` : ''})`;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE loopwright_sample AS SELECT * FROM ${training} USING SAMPLE reservoir(${sampleRows} ROWS) REPEATABLE (7)`,
  );
  const [sample] = await db.rows(
    `SELECT (SELECT count(*) FROM loopwright_sample) AS sampled, (SELECT count(*) FROM ${training}) AS n`,
  );
  const isPositive = isPositiveSql(
    columns.get(request.target),
    request.target,
    request.positive ?? classes.at(-1)?.value ?? '',
  );
  const associations: Association[] = [];
  for (const feature of features) {
    const ofValues = await associationOf(db, feature, request, isPositive);
    const ofMissing = await associationOfMissing(db, feature, request);
    associations.push(...[ofValues, ofMissing].filter((found) => found !== null));
  }
  await db.run('DROP TABLE IF EXISTS loopwright_sample');
  const copies = await equalColumns(db, training, features);
  return {
    rows: Number(n),
    associations,
    sampled: Number(sample?.['sampled']) < Number(sample?.['n']) ? Number(sample?.['sampled']) : null,
    copies: copies.map(({ name, equals }): [string, string] => [equals, name]),
    classes,
    parts: split ? await partsOf(db, source, request, isPositive, columns) : [],
    shared: split && features.length > 0 ? await sharedOf(db, source, features, request.target) : null,
  };
}

const isNumeric = (type: SourceColumn['type'] | undefined) => type === 'number' || type === 'integer';
const finite = (column: string) => ` AND isfinite(${column}::DOUBLE)`;

/** The condition for a positive row. Numbers are compared as numbers, as a model does: 1.0 is the positive 1. */
function isPositiveSql(target: SourceColumn | undefined, name: string, positive: string): string {
  const column = quoteIdentifier(name);
  const number = Number(positive);
  return isNumeric(target?.type) && positive !== '' && Number.isFinite(number)
    ? `${column}::DOUBLE = ${number}::DOUBLE`
    : `${column}::VARCHAR = ${quoteLiteral(positive)}`;
}

/** How well it predicts the target whether the feature has a value; null where all or none of the rows have one. */
async function associationOfMissing(
  db: Database,
  { name, type }: SourceColumn,
  { task, target: targetName }: TrainRequest,
): Promise<Association | null> {
  const [feature, target] = [quoteIdentifier(name), quoteIdentifier(targetName)];
  const missing = isNumeric(type) ? `(${feature} IS NULL OR NOT isfinite(${feature}::DOUBLE))` : `${feature} IS NULL`;
  const known = `FROM loopwright_sample WHERE ${target} IS NOT NULL${task === 'regression' ? finite(target) : ''}`;
  const [row] = await db.rows(
    task === 'regression'
      ? `SELECT count(*) AS n, corr((${missing})::INTEGER::DOUBLE, ${target}::DOUBLE) ^ 2 AS value, count(DISTINCT ${missing}) AS levels ${known}`
      : `SELECT sum(n) AS n, sum(best) / sum(n) AS value, count(*) AS levels FROM (SELECT sum(n) AS n, max(n) AS best FROM (SELECT ${missing} AS f, ${target} AS y, count(*) AS n ${known} GROUP BY 1, 2) GROUP BY f)`,
  );
  if (Number(row?.['levels']) < 2) return null;
  return reliableAssociation(
    row,
    name,
    'missing',
    task === 'regression' ? 0 : await shareOfLargest(db, target, known),
    false,
  );
}

async function shareOfLargest(db: Database, target: string, rows: string): Promise<number> {
  const [base] = await db.rows(
    `SELECT max(n) / sum(n) AS share FROM (SELECT count(*) AS n ${rows} GROUP BY ${target})`,
  );
  return Number(base?.['share'] ?? 0);
}

async function associationOf(
  db: Database,
  { name, type }: SourceColumn,
  request: TrainRequest,
  isPositive: string,
): Promise<Association | null> {
  const [feature, target] = [quoteIdentifier(name), quoteIdentifier(request.target)];
  const numeric = isNumeric(type);
  const filled = `FROM loopwright_sample WHERE ${feature} IS NOT NULL AND ${target} IS NOT NULL${numeric ? finite(feature) : ''}${request.task === 'regression' ? finite(target) : ''}`;
  if (request.task === 'regression') {
    const [row] = await db.rows(
      numeric
        ? `SELECT count(*) AS n, corr(${feature}::DOUBLE, ${target}::DOUBLE) ^ 2 AS value ${filled}`
        : // Share of the variance between the levels (eta squared).
          `SELECT sum(n) AS n, sum(n * (m - overall) ^ 2) / nullif(sum(n * v + n * (m - overall) ^ 2), 0) AS value, count(*) AS levels FROM (SELECT count(*) AS n, avg(y) AS m, var_pop(y) AS v, any_value(overall) AS overall FROM (SELECT ${feature} AS f, ${target}::DOUBLE AS y, avg(${target}::DOUBLE) OVER () AS overall ${filled}) GROUP BY f)`,
    );
    return reliableAssociation(row, name, 'r2', 0, !numeric && Number(row?.['levels']) > mostLevels);
  }
  if (numeric && request.task === 'binary') {
    const [row] =
      await db.rows(`SELECT count(*) AS n, (sum(CASE WHEN pos THEN r END) - count(*) FILTER (pos) * (count(*) FILTER (pos) + 1) / 2) / nullif(count(*) FILTER (pos) * count(*) FILTER (NOT pos), 0) AS value
      FROM (SELECT pos, rank() OVER (ORDER BY f) + (count(*) OVER (PARTITION BY f) - 1) / 2.0 AS r FROM (SELECT ${feature}::DOUBLE AS f, ${isPositive} AS pos ${filled}))`);
    const auc = row?.['value'];
    return reliableAssociation(
      typeof auc === 'number' ? { ...row, value: Math.max(auc, 1 - auc) } : row,
      name,
      'auc',
      0.5,
      false,
    );
  }
  const [row] = await db.rows(
    `SELECT sum(n) AS n, sum(best) / sum(n) AS value, count(*) AS levels FROM (SELECT sum(n) AS n, max(n) AS best FROM (SELECT ${feature} AS f, ${target} AS y, count(*) AS n ${filled} GROUP BY 1, 2) GROUP BY f)`,
  );
  return reliableAssociation(
    row,
    name,
    'purity',
    await shareOfLargest(db, target, filled),
    Number(row?.['levels']) > mostLevels,
  );
}

function reliableAssociation(
  row: Record<string, unknown> | undefined,
  feature: string,
  measure: Association['measure'],
  baseline: number,
  useless: boolean,
): Association | null {
  const value = row?.['value'];
  // With a handful of rows, any feature determines the target.
  return useless || typeof value !== 'number' || Number.isNaN(value) || Number(row?.['n']) < 50
    ? null
    : { feature, measure, value, baseline };
}

async function partsOf(
  db: Database,
  source: string,
  request: TrainRequest,
  isPositive: string,
  columns: ReadonlyMap<string, SourceColumn>,
): Promise<TrainFacts['parts']> {
  const time =
    request.timestamp !== null && columns.get(request.timestamp)?.type === 'datetime'
      ? `epoch_ms(${quoteIdentifier(request.timestamp)}::TIMESTAMP)::DOUBLE`
      : 'NULL';
  const rows = await db.rows(
    `SELECT ${splitColumn} AS part, count(*) AS n, count(*) FILTER (${isPositive}) AS positives, min(${time}) AS a, max(${time}) AS b FROM ${source} GROUP BY 1`,
  );
  return (['train', 'validation', 'test'] as const).flatMap((part) => {
    const row = rows.find((candidate) => candidate['part'] === part);
    const at = (key: string) => (typeof row?.[key] === 'number' ? row[key] : null);
    return row
      ? [
          {
            part,
            rows: Number(row['n']),
            positives: request.task === 'binary' ? Number(row['positives']) : null,
            minTime: at('a'),
            maxTime: at('b'),
          },
        ]
      : [];
  });
}

async function sharedOf(
  db: Database,
  source: string,
  features: readonly SourceColumn[],
  target: string,
): Promise<TrainFacts['shared']> {
  const part = (name: string) => `(SELECT * FROM ${source} WHERE ${splitColumn} = ${quoteLiteral(name)})`;
  const columns = [...features.map(({ name }) => name), target];
  const [row] = await db.rows(`SELECT count(*) AS n FROM ${part('test')}`);
  return {
    rows: await countSharedRows(db, part('test'), part('train'), columns),
    testRows: Number(row?.['n'] ?? 0),
  };
}
