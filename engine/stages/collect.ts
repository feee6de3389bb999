import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CancelledError, DataError, ProjectError, WorkError, checkCancelled, messageOf } from '../base/errors.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { checkWholeGzip } from '../data/wholeGzip.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import { describeReading, readingsOf } from '../data/reading/describeReading.ts';
import { areKept, keptPath, placeFiles } from '../data/snapshotFiles.ts';
import { describeSource, receive, sourceIdentity } from '../data/sources/receive.ts';
import { queryText } from '../data/sources/queryText.ts';
import { redactor } from '../data/sources/redact.ts';
import type { Received, SourceContext } from '../data/sources/source.ts';
import { rowProblems } from '../data/tableProblems.ts';
import { validateTable } from '../data/validateTable.ts';
import { writeCsv, writeParquet } from '../data/writeTable.ts';
import { isGlob } from '../base/glob.ts';
import { envIn } from '../project/interpolate.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { CollectSource, CollectStage } from '../project/schema/collectStage.ts';
import { combinedHash } from '../fingerprint/fileFingerprints.ts';
import { newestSnapshot, type Snapshot, type SnapshotDetail, type SourceState } from '../tracking/snapshots.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { foreignTables } from './foreignTables.ts';
import { makeSnapshot } from './makeSnapshot.ts';
import { keyOf, mergeRows, newestOfKey } from './mergeRows.ts';
import { handleInvalid, refuseEmpty } from './quarantine.ts';
import { periodVariables } from '../fingerprint/period.ts';
import { programEnv } from './programEnv.ts';
import { accumulatedBase, accumulates, forgetNote, noteWrite, type AccumulatedBase } from './accumulatedBase.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';

/**
 * Collects the rows of a source into a dataset: rows that fit the schema are written with its types, the others are
 * quarantined. Then it makes a snapshot.
 */
export async function collect(context: StageContext, stage: CollectStage): Promise<StageOutcome> {
  const redact = redactor(secretsOf(context));
  const told: StageContext = {
    ...context,
    log: (line) => context.log(redact(line)),
    progress: (text, share) => context.progress(redact(text), share),
  };
  try {
    return await collectRows(told, stage, redact);
  } catch (error) {
    throw redacted(error, redact);
  }
}

interface Plan {
  dataset: string;
  schema: DatasetSchema | null;
  /** How text files are read, where the dataset or its schema says so. */
  read: ReadSettings | undefined;
  from: CollectSource;
  invalid: 'fail' | 'quarantine' | 'warn';
  /** The file that is written, relative to the project. */
  target: string;
  /** Where the last collection from this source ended; null starts from the beginning. */
  state: SourceState | null;
  /** The previous version, when new rows are added to it. */
  base: Snapshot | null;
  /** The rows that the rows of a source that gives each once are added to; null for other sources. */
  accumulated: AccumulatedBase | null;
  watermark: string | null;
  key: string;
}

async function collectRows(
  context: StageContext,
  { with: inputs }: CollectStage,
  redact: (text: string) => string,
): Promise<StageOutcome> {
  const { schema, path } = datasetOf(context, inputs.dataset);
  const plan = await planOf(context, inputs, schema, outputPath(path));
  const received = await receive(sourceContext(context, plan), inputs.from);
  await checkWholeGzip(received.files, context.signal);
  const outs = [
    plan.target,
    ...('output' in inputs.from && inputs.from.output !== undefined ? [inputs.from.output] : []),
  ];
  try {
    if (nothingNew(context, plan, received)) return toldNothingNew(context, plan, outs);
    const written =
      plan.accumulated && received.rows === 0
        ? nothingAdded(plan, plan.accumulated)
        : await writeWhole(context, plan, received);
    removeLeftovers(context.project.root, path, plan.target);
    const snapshot = await makeSnapshot(context, await context.database(), {
      dataset: plan.dataset,
      paths: [plan.target],
      quarantined: written.quarantined,
      runId: context.run.runId,
      detail: written.detail,
      source: redact(describeSource(inputs.from)),
      state: stateAfter(context, plan, received),
    });
    if (plan.accumulated) forgetNote(context, plan);
    received.committed?.();
    context.run.input(plan.dataset, snapshot.id);
    context.run.metrics({
      [`rows.${plan.dataset}`]: snapshot.rows,
      [`quarantined.${plan.dataset}`]: written.quarantined,
    });
    return {
      summary: [
        `${count(snapshot.rows)} rows`,
        ...written.words,
        ...(written.quarantined > 0 ? [`${count(written.quarantined)} quarantined`] : []),
      ].join(' · '),
      outs,
    };
  } finally {
    await received.discard?.();
  }
}

async function planOf(
  context: StageContext,
  inputs: CollectStage['with'],
  schema: DatasetSchema | null,
  target: string,
): Promise<Plan> {
  const { from, dataset } = inputs;
  const invalid = inputs.invalid ?? 'quarantine';
  const watermark = 'watermark' in from ? (from.watermark ?? null) : null;
  const key = sourceKey(context, from, dataset, invalid);
  const newest = newestSnapshot(context.store, dataset);
  const { read } = datasetOf(context, dataset);
  const shared = { dataset, schema, read, from, invalid, target, key };
  if (accumulates(from)) {
    const accumulated = await accumulatedBase(context, { dataset, target });
    return { ...shared, watermark: null, state: newest?.state ?? null, base: newest, accumulated };
  }
  // As of a past time everything is read: the stored state is of another time.
  const state = !context.forced && context.period.asOf === null && newest?.state?.key === key ? newest.state : null;
  const base = state?.watermark && newest && baseFiles(context, newest) !== null ? newest : null;
  const goesOn = watermark === null || base !== null;
  return { ...shared, watermark, state: goesOn ? state : null, base, accumulated: null };
}

function sourceContext(context: StageContext, plan: Plan): SourceContext {
  // The window and the regime concern what is prepared, not what is collected.
  const variables = periodVariables({ ...context.period, window: null, regime: null });
  return {
    root: context.project.root,
    folder: join(context.store.folder, 'downloads'),
    env: context.project.env,
    programEnv: () => programEnv(context, { PYTHONUNBUFFERED: '1', ...variables }, context.project.env),
    signal: context.signal,
    progress: context.progress,
    log: context.log,
    database: context.database,
    expand: (path) => context.fingerprints.expand(path),
    anew: context.forced,
    since: plan.base ? (plan.state?.watermark ?? null) : null,
    inclusive: plan.schema?.primaryKey !== undefined,
    schema: plan.schema,
    position: plan.accumulated?.position ?? null,
    onSpawn: (pid) => context.run.child(context.node.name, pid),
  };
}

/**
 * The files of a version: those in place when they are unchanged, else the copies that were kept; null when there are
 * neither.
 */
function baseFiles(context: StageContext, version: Snapshot): string[] | null {
  if (version.files.length === 0) return null;
  if (areKept(context.store.folder, version.files))
    return version.files.map((file) => keptPath(context.store.folder, file));
  const inPlace = version.files.map(({ path }) => path);
  return combinedHash(context.fingerprints.of(inPlace)) === version.hash
    ? inPlace.map((file) => join(context.project.root, file))
    : null;
}

function nothingNew(context: StageContext, plan: Plan, received: Received): boolean {
  if (plan.accumulated) return false;
  const newest = plan.state ? newestSnapshot(context.store, plan.dataset) : null;
  if (!newest || combinedHash(context.fingerprints.of([plan.target])) !== newest.hash) return false;
  return plan.watermark === null
    ? received.version !== null && received.version === plan.state?.version
    : received.rows === 0;
}

function toldNothingNew(context: StageContext, plan: Plan, outs: string[]): StageOutcome {
  const newest = newestSnapshot(context.store, plan.dataset);
  if (newest) context.run.input(plan.dataset, newest.id);
  context.log('the source has nothing new');
  return { summary: `${count(newest?.rows ?? 0)} rows · ${nothingNewWords}`, outs };
}

function stateAfter(context: StageContext, plan: Plan, received: Received): SourceState | null {
  if (plan.accumulated) return { key: plan.key, position: received.position ?? null };
  if (context.period.asOf !== null || 'files' in plan.from) return null;
  return {
    key: plan.key,
    version: received.version,
    watermark: plan.watermark === null ? undefined : (received.watermark ?? null),
  };
}

const nothingNewWords = 'nothing new';

/** The result when a source that gives each row once has none. Throws WorkError when it never had one. */
function nothingAdded({ dataset, base }: Plan, { files }: AccumulatedBase): Written {
  if (files !== null)
    return { quarantined: base?.quarantined ?? 0, detail: base?.detail ?? {}, words: [nothingNewWords] };
  throw new WorkError(
    `Nothing has arrived for \`${dataset}\` yet. \`loopwright collect --listen\` takes what is sent to it.`,
    { place: { file: 'loopwright.yaml' } },
  );
}

interface Written {
  quarantined: number;
  detail: SnapshotDetail;
  /** Text of the summary besides the number of rows. */
  words: string[];
}

/**
 * Writes a file beside the target and renames it once all rows are read. When a source file changes meanwhile, all of
 * it is read once more.
 */
async function writeWhole(context: StageContext, plan: Plan, received: Received): Promise<Written> {
  const absolute = join(context.project.root, plan.target);
  const beside = join(dirname(absolute), `.${basename(absolute)}.${randomBytes(4).toString('hex')}.tmp`);
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await writeRows(context, plan, received, beside);
      if (received.unchanged?.() ?? true) {
        checkCancelled(context.signal);
        if (plan.accumulated && existsSync(beside)) await noteWrite(context, plan, beside, received.position ?? null);
        if (existsSync(beside)) renameSync(beside, absolute);
        return written;
      }
    } catch (error) {
      if (error instanceof CancelledError || (received.unchanged?.() ?? true)) throw error;
    } finally {
      rmSync(beside, { force: true });
    }
    if (attempt === 2)
      throw new DataError(
        `The files of \`${plan.dataset}\` changed twice while they were read: ${describeSource(plan.from)}. Run again when the program that writes them has finished. A program that writes a temporary file and renames it avoids this.`,
      );
    context.log('warning: a file changed while it was read; reading it once more');
    received = await receive(sourceContext(context, plan), plan.from);
    await checkWholeGzip(received.files, context.signal);
  }
}

async function writeRows(
  context: StageContext,
  plan: Plan,
  { files, read: given }: Received,
  beside: string,
): Promise<Written> {
  const db = await context.database();
  const { schema, invalid, base } = plan;
  const merges = plan.accumulated ? plan.accumulated.files !== null : base !== null;
  context.progress(`reading ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  const text = sourceFormat(files[0] ?? '') === 'csv' && schema !== null;
  const how = { ...plan.read, ...given };
  const columns = await sourceColumns(db, files, text, how);
  for (const line of describeReading(readingsOf(files, how), { ragged: false })) context.log(line);
  const read = sourceSql(files, { allText: text, withFile: true, rejects: text, read: how });
  const key = keyOf(schema, columns);
  let source = asOf(read, schema, columns, plan.accumulated ? null : context.period.asOf);
  if (plan.watermark !== null && key.length > 0) {
    // Of two rows with one key and time an arbitrary one stays, and the source is read more than once.
    await db.run(
      `CREATE OR REPLACE TEMP TABLE loopwright_newest AS SELECT * FROM ${newestOfKey(source, key, plan.watermark)}`,
    );
    source = 'loopwright_newest';
  }
  checkCancelled(context.signal);
  let sql = `SELECT * EXCLUDE (_file) FROM ${source}`;
  let quarantined = 0;
  let detail: SnapshotDetail = {};
  let discard = async () => {};
  if (schema) {
    context.progress('checking every row against the schema');
    const mode = text ? 'raw' : 'typed';
    const result = await validateTable(db, {
      source,
      schema: merges ? withoutRowBounds(schema) : schema,
      mode,
      rejects: text && context.period.asOf !== null ? 'of files with rows' : text,
      invalid,
      foreign: await foreignTables(context, db, schema),
    });
    discard = result.discard;
    ({ quarantined, detail } = await handleInvalid(context, db, plan.dataset, result, invalid));
    if (base === null) refuseEmpty(context, plan.dataset, result, detail);
    sql = result.validSql;
  }
  checkCancelled(context.signal);
  context.progress(`writing ${plan.target}`);
  const merged = merges ? await writeMerged(context, plan, sql, beside) : null;
  if (merged === null) await write(db, plan.target, sql, beside);
  await discard();
  // Rows at the boundary are read again each time; when none of them is invalid, the version keeps its count.
  return {
    quarantined: merged?.isNew === false && quarantined === 0 ? (base?.quarantined ?? 0) : quarantined,
    detail,
    words: merged?.words ?? [],
  };
}

async function write(db: Database, target: string, sql: string, path: string): Promise<void> {
  await (/\.parquet$/i.test(target) ? writeParquet(db, sql, path) : writeCsv(db, sql, path));
}

/** Writes the previous version merged with the new rows; `isNew` is false when they change nothing. */
async function writeMerged(
  context: StageContext,
  plan: Plan,
  sql: string,
  beside: string,
): Promise<{ isNew: boolean; words: string[] }> {
  const db = await context.database();
  const { base } = plan;
  const files = plan.accumulated ? plan.accumulated.files : base && baseFiles(context, base);
  if (files === null)
    throw new WorkError(
      `The version of \`${plan.dataset}\` that new rows are added to is missing. Run \`loopwright run ${context.node.name} --force\` to pull everything again.`,
    );
  await db.run(`CREATE OR REPLACE TEMP TABLE loopwright_fresh AS ${sql}`);
  const key = keyOf(
    plan.schema,
    (await columnsOf(db, 'loopwright_fresh')).map(({ name }) => name),
  );
  const merged = await mergeRows(db, files, 'loopwright_fresh', key);
  if (merged.sql === null) {
    if (base && !plan.accumulated && combinedHash(context.fingerprints.of([plan.target])) !== base.hash)
      await placeFiles(context.store.folder, context.project.root, base.files);
    return { isNew: false, words: [nothingNewWords] };
  }
  if (plan.schema) await checkTotal(context, plan, plan.schema, merged.sql);
  await write(db, plan.target, merged.sql, beside);
  return {
    isNew: true,
    words: [`${count(merged.added)} added`, ...(merged.replaced > 0 ? [`${count(merged.replaced)} replaced`] : [])],
  };
}

/** The required number of rows is that of the whole dataset, not of the new rows. */
async function checkTotal(context: StageContext, plan: Plan, schema: DatasetSchema, sql: string): Promise<void> {
  const db = await context.database();
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM (${sql})`))[0]?.['n'] ?? 0);
  for (const problem of rowProblems(schema, rows)) {
    if (problem.severity === 'error' && plan.invalid !== 'warn')
      throw new DataError(`The data of \`${plan.dataset}\` does not fit its schema: ${problem.message}.`);
    context.log(`${problem.severity}: ${plan.dataset}: ${problem.message}`);
  }
}

function withoutRowBounds(schema: DatasetSchema): DatasetSchema {
  if (schema.loopwright?.rows === undefined) return schema;
  const { rows: _rows, ...rest } = schema.loopwright;
  return { ...schema, loopwright: rest };
}

/** The key of a source: what is read, from where, and the schema that checks it. A new password does not change it. */
export function sourceKey(
  context: Pick<StageContext, 'project' | 'config' | 'fingerprints'>,
  from: CollectSource,
  dataset: string,
  invalid: string,
): string {
  const query = 'query' in from ? queryText(context.project.root, from.query).sql : '';
  const { schemaPath, read } = datasetOf(context, dataset);
  const schema = schemaPath === null ? '' : combinedHash(context.fingerprints.of([schemaPath]));
  return createHash('sha256')
    .update(JSON.stringify([sourceIdentity(from), query, schema, invalid, ...(read === undefined ? [] : [read])]))
    .digest('hex');
}

/** The values of the environment that the project names, and those that its sources use by themselves. */
export function secretsOf({ project }: Pick<StageContext, 'project'>): Record<string, string | undefined> {
  const names = [
    ...envIn(project.file.parsed.text),
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'PGPASSWORD',
    'MYSQL_PWD',
  ];
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(project.env, name) ? project.env[name] : undefined]),
  );
}

/** The same error without secrets in its message. Its cause may contain more, so it is left out. */
export function redacted(error: unknown, redact: (text: string) => string): unknown {
  if (error instanceof CancelledError) return error;
  const message = redact(messageOf(error));
  if (error instanceof ProjectError) return new ProjectError(message, error.problems);
  const options = error instanceof WorkError && error.place ? { place: error.place } : {};
  if (error instanceof DataError) return new DataError(message, options);
  if (error instanceof WorkError) return new WorkError(message, options);
  return message === messageOf(error) ? error : new Error(message);
}

/** One Parquet file per dataset: a glob such as `data/x/*.parquet` receives `data/x/collected.parquet`. */
function outputPath(path: string): string {
  return isGlob(path)
    ? path
        .replace(/\*\*\/?/g, '')
        .replaceAll('*', 'collected')
        .replace(/[?[\]{}]/g, '')
    : path;
}

/** Removes the leftovers of a killed write; finished files of other names belong to the user. */
function removeLeftovers(root: string, path: string, target: string): void {
  const folder = dirname(join(root, isGlob(path) ? target : path));
  for (const name of readdirSync(folder))
    if (name.startsWith(`.${basename(target)}.`) && name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
}

async function sourceColumns(db: Database, files: string[], allText: boolean, read: ReadSettings): Promise<string[]> {
  return (await columnsOf(db, sourceSql(files, { allText, read }))).map((column) => column.name);
}

/**
 * The rows of the source up to a time. A row whose own time cannot be read counts from the first time in its file on.
 */
function asOf(source: string, schema: DatasetSchema | null, columns: string[], time: number | null): string {
  const column = timestampOf(schema);
  if (time === null || column === null || !columns.includes(column)) return source;
  const at = `TRY_CAST(${quoteIdentifier(column)} AS TIMESTAMP)`;
  const first = `min(${at}) OVER (PARTITION BY _file)`;
  return `(SELECT * EXCLUDE (_at) FROM (SELECT *, coalesce(${at}, ${first}) AS _at FROM ${source}) WHERE _at <= TRY_CAST(${quoteLiteral(new Date(time).toISOString())} AS TIMESTAMP))`;
}
