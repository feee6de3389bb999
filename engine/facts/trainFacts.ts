import { CancelledError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { equalColumns } from '../data/equalColumns.ts';
import { countSharedRows } from '../data/equalRows.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { sourceFormat } from '../data/readSource.ts';
import { tableSql } from '../data/typedSource.ts';
import { splitColumn } from '../project/splitColumn.ts';
import { associationsOf, isNumeric } from './associations.ts';
import type { FileStamp, TrainFacts } from './facts.ts';
import type { TrainRequest } from './requests.ts';
import { projectPath } from '../base/projectPath.ts';

/** Maximum number of training rows on which associations are measured. The sample is always the same. */
const sampleRows = 100_000;
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
  const associations = await associationsOf(db, 'loopwright_sample', features, request, isPositive);
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

/** The condition for a positive row. Numbers are compared as numbers, as a model does: 1.0 is the positive 1. */
function isPositiveSql(target: SourceColumn | undefined, name: string, positive: string): string {
  const column = quoteIdentifier(name);
  const number = Number(positive);
  return isNumeric(target?.type) && positive !== '' && Number.isFinite(number)
    ? `${column}::DOUBLE = ${number}::DOUBLE`
    : `${column}::VARCHAR = ${quoteLiteral(positive)}`;
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
