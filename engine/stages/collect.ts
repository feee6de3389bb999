import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { CancelledError, DataError, WorkError, checkCancelled } from '../base/errors.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { checkFiles } from '../data/checkFiles.ts';
import type { Database } from '../data/database.ts';
import { sourceFormat, sourceSql } from '../data/readSource.ts';
import { tableSql } from '../data/typedSource.ts';
import { describeReading, readingsOf } from '../data/reading/describeReading.ts';
import { areKept, keptPath, placeFiles } from '../data/snapshotFiles.ts';
import { describeSource, receive } from '../data/sources/receive.ts';
import { redactor } from '../data/sources/redact.ts';
import type { Received, SourceContext } from '../data/sources/source.ts';
import { validateTable, type ValidationResult } from '../data/validateTable.ts';
import { writeTable } from '../data/writeTable.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { CollectSource, CollectStage } from '../project/schema/collectStage.ts';
import { combinedHash } from '../fingerprint/fileFingerprints.ts';
import { newestSnapshot, type Snapshot, type SnapshotDetail, type SourceState } from '../tracking/snapshots.ts';
import { withoutBrokenJson } from './brokenJson.ts';
import { checkedLines } from './checkedLines.ts';
import { foreignTables } from './foreignTables.ts';
import { makeSnapshot } from './makeSnapshot.ts';
import { keyOf, mergeRows, newestOfKey } from './mergeRows.ts';
import { handleInvalid, refuseEmpty } from './quarantine.ts';
import { periodVariables } from '../fingerprint/period.ts';
import { outputPath, removeLeftovers } from './outputFile.ts';
import { programEnv } from './programEnv.ts';
import { rowsAsOf } from './rowsAsOf.ts';
import { checkTotal, withoutRowBounds } from './rowBounds.ts';
import { sourceKey } from './sourceKey.ts';
import { redacted, secretsOf } from './sourceSecrets.ts';
import { accumulatedBase, accumulates, forgetNote, noteWrite, type AccumulatedBase } from './accumulatedBase.ts';
import { count, datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';
import { tellColumns } from './tellColumns.ts';
import { projectPath } from '../base/projectPath.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

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
  let plan = await planOf(context, inputs, schema, outputPath(path));
  const received = await receive(sourceContext(context, plan), inputs.from);
  if (received.startsAgain) plan = { ...plan, base: null, accumulated: { files: null, position: null } };
  await checkFiles(received.files, context.signal);
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
    // Without the rows of before, the position of their source means nothing.
    position: plan.accumulated?.files == null && 'logs' in plan.from ? null : (plan.accumulated?.position ?? null),
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
    ? inPlace.map((file) => projectPath(context.project.root, file))
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
  const absolute = projectPath(context.project.root, plan.target);
  const beside = join(dirname(absolute), `.${basename(absolute)}.${randomBytes(4).toString('hex')}.tmp`);
  for (let attempt = 1; ; attempt++) {
    try {
      const written = await writeRows(context, plan, received, beside);
      if (received.unchanged?.() ?? true) {
        checkCancelled(context.signal);
        const { accumulated } = plan;
        if (accumulated && existsSync(beside))
          await noteWrite(context, { ...plan, accumulated }, beside, received.position ?? null);
        if (existsSync(beside)) replaceFileSync(beside, absolute);
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
    await checkFiles(received.files, context.signal);
  }
}

async function writeRows(context: StageContext, plan: Plan, received: Received, beside: string): Promise<Written> {
  const { files, lines, rows, read: given } = received;
  const db = await context.database();
  const { schema, invalid, base } = plan;
  const merges = plan.accumulated ? plan.accumulated.files !== null : base !== null;
  context.progress(`reading ${files.length} ${files.length === 1 ? 'file' : 'files'}`);
  if (lines) {
    const wanted = merges && schema ? withoutRowBounds(schema) : schema;
    const result = await checkedLines(context, db, lines, { schema: wanted, invalid, rows: rows ?? 0 });
    return writeChecked(context, plan, { result, sql: result.validSql, merges, beside, proof: lines.proof ?? null });
  }
  const format = sourceFormat(files[0] ?? '');
  const text = format === 'csv' && schema !== null;
  const how = { ...plan.read, ...given };
  let columns: string[];
  try {
    columns = await sourceColumns(db, files, format === 'csv', how);
  } catch (error) {
    const repaired = await withoutBrokenJson(context, received, plan, error);
    return await writeRows(context, plan, repaired, beside).finally(() => repaired.discard?.());
  }
  // Lines of other lengths are quarantined by a schema; without one they are padded.
  for (const line of describeReading(readingsOf(files, how), { ragged: schema === null })) context.log(line);
  const read =
    schema === null
      ? await tableSql(db, files, null, { read: how, strays: 'text', told: (columns) => tellColumns(context, columns) })
      : sourceSql(files, { allText: text, withFile: true, rejects: text, read: how });
  const key = keyOf(schema, columns);
  let source = rowsAsOf(read, schema, columns, plan.accumulated ? null : context.period.asOf);
  if (plan.watermark !== null && key.length > 0) {
    // Of two rows with one key and time an arbitrary one stays, and the source is read more than once.
    await db.run(
      `CREATE OR REPLACE TEMP TABLE loopwright_newest AS SELECT * FROM ${newestOfKey(source, key, plan.watermark)}`,
    );
    source = 'loopwright_newest';
  }
  checkCancelled(context.signal);
  if (schema === null)
    return writeChecked(context, plan, { result: null, sql: `SELECT * FROM ${source}`, merges, beside });
  context.progress('checking every row against the schema');
  const result = await validateTable(db, {
    keepsValid: true,
    source,
    schema: merges ? withoutRowBounds(schema) : schema,
    mode: text ? 'raw' : 'typed',
    rejects: text && context.period.asOf !== null ? 'of files with rows' : text,
    invalid,
    foreign: await foreignTables(context, db, schema),
  });
  return writeChecked(context, plan, { result, sql: result.validSql, merges, beside });
}

/** Writes the rows of `sql`, added to those of before with `merges`, and the rows that are invalid into quarantine. */
async function writeChecked(
  context: StageContext,
  plan: Plan,
  {
    result,
    sql,
    merges,
    beside,
    proof = null,
  }: {
    result: ValidationResult | null;
    sql: string;
    merges: boolean;
    beside: string;
    proof?: readonly string[] | null;
  },
): Promise<Written> {
  const db = await context.database();
  let quarantined = 0;
  let detail: SnapshotDetail = {};
  if (result) {
    ({ quarantined, detail } = await handleInvalid(context, db, plan.dataset, result, plan.invalid));
    if (!merges) refuseEmpty(context, plan.dataset, result, detail);
  }
  checkCancelled(context.signal);
  context.progress(`writing ${plan.target}`);
  const isEmpty = merges && result?.validRows === 0 && plan.schema === null;
  const merged = isEmpty
    ? { isNew: false, words: [nothingNewWords] }
    : merges
      ? await writeMerged(context, plan, sql, beside)
      : null;
  const joined = proof !== null && result?.unchanged !== undefined ? { files: proof, columns: result.unchanged } : null;
  if (merged === null) await writeTable(db, plan.target, sql, beside, joined);
  await result?.discard();
  // Rows at the boundary are read again each time; when none of them is invalid, the version keeps its count.
  return {
    quarantined: merged?.isNew === false && quarantined === 0 ? (plan.base?.quarantined ?? 0) : quarantined,
    detail,
    words: merged?.words ?? [],
  };
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
      await placeFiles(context.store.folder, { root: context.project.root, dataset: plan.target }, base.files);
    return { isNew: false, words: [nothingNewWords] };
  }
  if (plan.schema) await checkTotal(context, plan, plan.schema, merged.sql);
  await writeTable(db, plan.target, merged.sql, beside);
  return {
    isNew: true,
    words: [`${count(merged.added)} added`, ...(merged.replaced > 0 ? [`${count(merged.replaced)} replaced`] : [])],
  };
}

async function sourceColumns(db: Database, files: string[], allText: boolean, read: ReadSettings): Promise<string[]> {
  return (await columnsOf(db, sourceSql(files, { allText, read }))).map((column) => column.name);
}
