import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { DataError, checkCancelled } from '../errors.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { sourceSql } from '../data/readSource.ts';
import { validateTable } from '../data/validateTable.ts';
import { writeCsv, writeParquet } from '../data/writeTable.ts';
import { isGlob } from '../project/glob.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { CollectStage } from '../project/schema/projectSchema.ts';
import { timestampOf } from './datasetView.ts';
import { download } from './download.ts';
import { makeSnapshot } from './makeSnapshot.ts';
import { foreignTables } from './foreignTables.ts';
import { handleInvalid } from './quarantine.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';

/** Brings files or a download into a dataset: rows that fit the schema are written typed, the others are set aside; then a snapshot is made. */
export async function collect(context: StageContext, { with: inputs }: CollectStage): Promise<StageOutcome> {
  const dataset = datasetOf(context, inputs.dataset);
  const files = await sourceFiles(context, inputs.from);
  const db = await context.database();
  const target = outputPath(dataset.path);
  context.progress(`reading ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  const text = /\.(csv|tsv|txt)(\.gz)?$/i.test(files[0] ?? '') && dataset.schema !== null;
  const source = asOf(sourceSql(files, { allText: text, withFile: true, rejects: text }), dataset.schema, await sourceColumns(db, files, text), context.period.asOf);
  checkCancelled(context.signal);
  let sql = `SELECT * EXCLUDE (_file) FROM ${source}`;
  let quarantined = 0;
  let detail = {};
  let rows: number | null = null;
  if (dataset.schema) {
    context.progress('checking every row against the schema');
    const result = await validateTable(db, { source, schema: dataset.schema, mode: text ? 'raw' : 'typed', rejects: text, invalid: inputs.invalid ?? 'quarantine', foreign: await foreignTables(context, db, dataset.schema) });
    ({ quarantined, detail } = await handleInvalid(context, db, inputs.dataset, result, inputs.invalid ?? 'quarantine'));
    sql = result.validSql;
    rows = result.validRows;
  }
  checkCancelled(context.signal);
  const absolute = join(context.project.root, target);
  context.progress(`writing ${target}`);
  await (/\.parquet$/i.test(target) ? writeParquet(db, sql, absolute) : writeCsv(db, sql, absolute));
  removeOlder(context.project.root, dataset.path, target);
  const snapshot = await makeSnapshot(context, db, {
    dataset: inputs.dataset, paths: [target], quarantined, runId: context.run.runId, detail,
    source: 'url' in inputs.from ? inputs.from.url : [inputs.from.files].flat().join(', '),
  });
  rows ??= snapshot.rows;
  context.run.input(inputs.dataset, snapshot.id);
  context.run.metrics({ [`rows.${inputs.dataset}`]: rows, [`quarantined.${inputs.dataset}`]: quarantined });
  return { summary: `${count(rows)} rows${quarantined > 0 ? ` · ${count(quarantined)} quarantined` : ''}`, outs: [target] };
}

async function sourceFiles(context: StageContext, from: CollectStage['with']['from']): Promise<string[]> {
  const { root } = context.project;
  if ('files' in from) {
    const files = [...new Set([from.files].flat().flatMap((pattern) => context.marks.expand(pattern)))];
    if (files.length === 0) throw new DataError(`No file matches ${[from.files].flat().map((pattern) => `\`${pattern}\``).join(' or ')}. Put the data there, or mend the path in loopwright.yaml.`);
    return files.map((file) => join(root, file));
  }
  const name = basename(new URL(from.url).pathname) || 'download.csv';
  const path = join(context.store.folder, 'downloads', createHash('sha256').update(from.url).digest('hex').slice(0, 16), name);
  mkdirSync(dirname(path), { recursive: true });
  await download({ url: from.url, path, sha256: from.sha256 ?? null, signal: context.signal, progress: (text, share) => context.progress(text, share), log: context.log });
  return [path];
}

/** One Parquet file per dataset: a glob such as `data/x/*.parquet` receives `data/x/collected.parquet`. */
function outputPath(path: string): string {
  return isGlob(path) ? path.replace(/\*\*\/?/g, '').replaceAll('*', 'collected').replace(/[?[\]{}]/g, '') : path;
}

function removeOlder(root: string, path: string, kept: string): void {
  if (!isGlob(path)) return;
  const folder = dirname(join(root, kept));
  // Leftovers of a write that was killed; finished files of other names are the user's.
  for (const name of readdirSync(folder)) if (name.startsWith(`.${basename(kept)}.`) && name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
}

async function sourceColumns(db: Database, files: string[], allText: boolean): Promise<string[]> {
  return (await columnsOf(db, sourceSql(files, { allText }))).map((column) => column.name);
}

/** The source cut at a time. A row whose own time cannot be read came with its file, so it counts from the file's first time on. */
function asOf(source: string, schema: DatasetSchema | null, columns: string[], time: number | null): string {
  const column = timestampOf(schema);
  if (time === null || column === null || !columns.includes(column)) return source;
  const at = `TRY_CAST(${quoteIdentifier(column)} AS TIMESTAMP)`;
  const first = `min(${at}) OVER (PARTITION BY _file)`;
  return `(SELECT * EXCLUDE (_at) FROM (SELECT *, coalesce(${at}, ${first}) AS _at FROM ${source}) WHERE _at <= TRY_CAST(${quoteLiteral(new Date(time).toISOString())} AS TIMESTAMP))`;
}

