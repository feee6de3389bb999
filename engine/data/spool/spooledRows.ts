import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import type { Database } from '../database.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import type { Received, SourceContext } from '../sources/source.ts';
import { writeParquet } from '../writeTable.ts';
import { closedEnding, openEnding, segmentsOf, spoolColumns, syncFolder } from './segments.ts';

/** The position of a collection in a spool, as the version keeps it. */
export interface SpoolPosition {
  /** Names of the segments whose lines the dataset has. They are removed next. */
  taken: string[];
  /** Name of the file with the ids that clients gave to recent events; null when they gave none. */
  ids: string | null;
}

export interface SpooledOptions {
  /** Absolute path of the spool. */
  folder: string;
  /** File that receives the rows. */
  path: string;
  /** Columns of each line beside the fields of the schema, with their types in SQL. */
  columns?: Record<string, string>;
  /** Columns of `columns` that are not part of a row. */
  hidden?: readonly string[];
  /** Every field is read as text: the lines were not checked by the schema. */
  areTexts?: boolean;
  /** Lines that are no rows: where the SQL is true. They go to a file beside the spool, which is told with the words. */
  refuse?: { when: string; words: string } | undefined;
  /** Counts the lines whose own time is before the window in which they arrived. */
  late?: { column: string; windowMs: number };
  /** True for a closed segment that stays for the next collection. */
  isOpen?: ((segment: string) => boolean) | undefined;
  /** Columns whose equal values make two lines the same one, when the schema has no primary key. */
  sameBy?: (columns: readonly string[]) => readonly string[];
}

/** Ids of events are known this long. A client that sends an event again later sends a new one. */
const idsForMs = 7 * 86_400_000;

/**
 * Reads the closed segments of a spool that no version has yet into one Parquet file. Of lines with the same primary
 * key the last one stays, of lines with the same id of a client the first one. `committed` removes the segments.
 */
export async function spooledRows(context: SourceContext, options: SpooledOptions): Promise<Received> {
  const { folder, path } = options;
  const before = readPosition(context.position);
  if (before.ids !== null && !existsSync(join(folder, before.ids))) before.ids = null;
  const closed = segmentsOf(folder, closedEnding);
  const taken = new Set(before.taken);
  const waiting = closed.filter((name) => !taken.has(name));
  const fresh = waiting.filter((name) => !(options.isOpen?.(name) ?? false));
  if (fresh.length < waiting.length)
    context.log('messages of the window that is not over stay for the next collection');
  const keep = before.taken.filter((name) => closed.includes(name));
  const files = fresh.map((name) => join(folder, name));
  if (files.length === 0) {
    const position: SpoolPosition = { taken: keep, ids: before.ids };
    return { files: [], version: null, rows: 0, position, committed: () => removeTaken(folder, position) };
  }
  const db = await context.database();
  context.progress(`reading ${files.length} ${files.length === 1 ? 'segment' : 'segments'} of events`);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE loopwright_spooled AS SELECT * FROM ${readLines(files, context.schema ?? null, options)}`,
  );
  await unquoteTexts(db);
  const columns = (await db.rows('DESCRIBE loopwright_spooled')).map((row) => String(row['column_name']));
  await refuseLines(context, db, options, fresh[0] ?? '');
  const ids = await writeIds(db, folder, before.ids);
  await writeParquet(db, distinctRows(context.schema ?? null, columns, folder, before.ids, options), path);
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM read_parquet(${quoteLiteral(path)})`))[0]?.['n'] ?? 0);
  const all = Number((await db.rows('SELECT count(*) AS n FROM loopwright_spooled'))[0]?.['n'] ?? 0);
  await tellLate(context, db, options);
  await db.run('DROP TABLE loopwright_spooled');
  if (all > rows)
    context.log(
      `${(all - rows).toLocaleString('en-US')} of ${all.toLocaleString('en-US')} arrived again and count once`,
    );
  const position: SpoolPosition = { taken: [...keep, ...fresh], ids };
  return {
    files: rows === 0 ? [] : [path],
    version: null,
    rows,
    position,
    committed: () => removeTaken(folder, position),
    discard: () => Promise.resolve(rmSync(path, { force: true })),
  };
}

/** What waits in a spool, without changing it: SQL of the lines, also of the open segment; null when nothing waits. */
export function waitingLines(
  { position, schema }: Pick<SourceContext, 'position' | 'schema'>,
  options: Pick<SpooledOptions, 'folder' | 'columns' | 'areTexts'>,
): string | null {
  const taken = new Set(readPosition(position).taken);
  const files = [closedEnding, openEnding]
    .flatMap((ending) => segmentsOf(options.folder, ending))
    .filter((name) => !taken.has(name))
    .map((name) => join(options.folder, name))
    .filter((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
  // The last line of the open segment may not be whole yet.
  return files.length === 0 ? null : readLines(files, schema ?? null, { ...options, ignoresTorn: true });
}

/** Returns SQL for the lines of segments, with the types that the schema declares. */
function readLines(
  files: readonly string[],
  schema: DatasetSchema | null,
  options: Pick<SpooledOptions, 'columns' | 'areTexts'> & { ignoresTorn?: boolean },
): string {
  const list = `[${files.map(quoteLiteral).join(', ')}]`;
  const shared = `format = 'newline_delimited', maximum_object_size = ${largestLine(files)}${options.ignoresTorn ? ', ignore_errors = true' : ''}`;
  const own = { [spoolColumns.number]: 'BIGINT', [spoolColumns.id]: 'VARCHAR', ...options.columns };
  if (!schema) return `read_json(${list}, ${shared}, union_by_name = true, sample_size = -1)`;
  const columns = [
    ...Object.entries(own),
    ...schema.fields
      .filter(({ name }) => !Object.hasOwn(own, name))
      .map((field) => [field.name, options.areTexts ? 'VARCHAR' : typeOf(field)] as const),
  ].map(([name, type]) => `${quoteIdentifier(name)}: ${quoteLiteral(type)}`);
  return `read_json(${list}, ${shared}, columns = {${columns.join(', ')}})`;
}

/** The type in which a field is read. Types that have a form of their own are read as text and checked by the schema. */
function typeOf({ type }: Field): string {
  if (type === 'number') return 'DOUBLE';
  if (type === 'integer' || type === 'year') return 'BIGINT';
  return type === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
}

function largestLine(files: readonly string[]): number {
  const largest = Math.max(...files.map((file) => statSync(file).size));
  return Math.min(Math.max(largest, 1 << 20), 256 << 20);
}

function distinctRows(
  schema: DatasetSchema | null,
  columns: readonly string[],
  folder: string,
  ids: string | null,
  { sameBy, hidden = [] }: SpooledOptions,
): string {
  const [number, id] = [quoteIdentifier(spoolColumns.number), quoteIdentifier(spoolColumns.id)];
  const known =
    ids === null
      ? ''
      : ` WHERE ${id} IS NULL OR ${id} NOT IN (SELECT id FROM read_json(${quoteLiteral(join(folder, ids))}, format = 'newline_delimited', columns = {id: 'VARCHAR', n: 'BIGINT'}))`;
  const once = `SELECT * FROM loopwright_spooled${known} QUALIFY ${id} IS NULL OR row_number() OVER (PARTITION BY ${id} ORDER BY ${number}) = 1`;
  const key = [schema?.primaryKey ?? []].flat();
  const same = key.length > 0 ? key : (sameBy?.(columns) ?? []);
  const names = same.map(quoteIdentifier);
  const missing = names.map((name) => `${name} IS NULL`).join(' OR ');
  const kept =
    names.length === 0
      ? ''
      : ` QUALIFY ${key.length > 0 ? `${missing} OR ` : ''}row_number() OVER (PARTITION BY ${names.join(', ')} ORDER BY ${number} DESC) = 1`;
  const left = [number, id, ...hidden.map(quoteIdentifier)].join(', ');
  return `SELECT * EXCLUDE (${left}) FROM (${once})${kept} ORDER BY ${number}`;
}

/** Writes the ids of the events read now with those of before, and returns the name of the file. */
async function writeIds(db: Database, folder: string, before: string | null): Promise<string | null> {
  const number = quoteIdentifier(spoolColumns.number);
  const id = quoteIdentifier(spoolColumns.id);
  const since = (Date.now() - idsForMs) * 1000;
  const old =
    before === null
      ? ''
      : ` UNION ALL SELECT id, n FROM read_json(${quoteLiteral(join(folder, before))}, format = 'newline_delimited', columns = {id: 'VARCHAR', n: 'BIGINT'})`;
  const all = `SELECT id, min(n) AS n FROM (SELECT ${id} AS id, ${number} AS n FROM loopwright_spooled WHERE ${id} IS NOT NULL${old}) WHERE n >= ${since} GROUP BY id`;
  const count = Number((await db.rows(`SELECT count(*) AS n FROM (${all})`))[0]?.['n'] ?? 0);
  if (count === 0) return null;
  const name = `ids-${randomBytes(6).toString('hex')}.json`;
  await db.run(`COPY (${all}) TO ${quoteLiteral(join(folder, name))} (FORMAT json)`);
  syncFolder(folder);
  return name;
}

/** A column with values of several types has the type JSON; its texts lose their quotes. */
async function unquoteTexts(db: Database): Promise<void> {
  for (const row of await db.rows('DESCRIBE loopwright_spooled')) {
    if (row['column_type'] !== 'JSON') continue;
    const name = quoteIdentifier(String(row['column_name']));
    await db.run(`ALTER TABLE loopwright_spooled ALTER ${name} TYPE VARCHAR USING ${name} ->> '$'`);
  }
}

/** Moves the lines that are no rows to a file of their own. */
async function refuseLines(
  context: SourceContext,
  db: Database,
  { folder, refuse }: SpooledOptions,
  first: string,
): Promise<void> {
  if (!refuse) return;
  const [found] = await db.rows(`SELECT count(*) AS n FROM loopwright_spooled WHERE ${refuse.when}`);
  const n = Number(found?.['n'] ?? 0);
  if (n === 0) return;
  // Named by the segment, so that a collection that is repeated writes the same file.
  const file = join(folder, `refused-${first.replace(/\.ndjson$/, '')}.json`);
  await db.run(`COPY (SELECT * FROM loopwright_spooled WHERE ${refuse.when}) TO ${quoteLiteral(file)} (FORMAT json)`);
  await db.run(`DELETE FROM loopwright_spooled WHERE ${refuse.when}`);
  context.log(`warning: ${n.toLocaleString('en-US')} ${refuse.words}; kept in ${relative(context.root, file)}`);
}

/** Tells how many lines have a time of their own before the window in which they arrived. They are in the dataset. */
async function tellLate(context: SourceContext, db: Database, { late }: SpooledOptions): Promise<void> {
  if (!late) return;
  const time = `TRY_CAST(CAST(${quoteIdentifier(late.column)} AS VARCHAR) AS TIMESTAMPTZ)`;
  const windowUs = late.windowMs * 1000;
  const start = `(${quoteIdentifier(spoolColumns.number)} // ${windowUs}) * ${windowUs}`;
  const [found] = await db.rows(`SELECT count(*) AS n FROM loopwright_spooled WHERE epoch_us(${time}) < ${start}`);
  const n = Number(found?.['n'] ?? 0);
  if (n > 0)
    context.log(
      `${n.toLocaleString('en-US')} messages were late: their time is before the window in which they arrived`,
    );
}

/** Removes the segments that a version has, and the files of ids of before. */
function removeTaken(folder: string, { taken, ids }: SpoolPosition): void {
  for (const name of taken) rmSync(join(folder, basename(name)), { force: true });
  for (const name of idFiles(folder)) if (name !== ids) rmSync(join(folder, name), { force: true });
}

function idFiles(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /^ids-[0-9a-f]{12}\.json$/.test(name)) : [];
}

function readPosition(position: unknown): SpoolPosition {
  const { taken = [], ids = null } = (position ?? {}) as Partial<SpoolPosition>;
  return { taken, ids };
}
