import { named } from '../base/named.ts';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviewColumn, SourcePreview } from '../../protocol/sourcePreview.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { areKept } from '../data/snapshotFiles.ts';
import type { Peek } from '../data/sources/peek.ts';
import { peekSource } from '../data/sources/peekSource.ts';
import { describeSource } from '../data/sources/receive.ts';
import { redactor } from '../data/sources/redact.ts';
import type { SourceContext } from '../data/sources/source.ts';
import type { Watermark } from '../data/watermark.ts';
import { openMemory } from '../data/withDatabase.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { periodVariables, wholePeriod } from '../fingerprint/period.ts';
import { nodeAt } from '../project/located.ts';
import { projectFileName, type Project } from '../project/loadProject.ts';
import type { CollectSource } from '../project/schema/collectStage.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { kindOfSource } from '../project/schema/sourceKinds.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { findPython } from '../python/findPython.ts';
import { stateFolder, type Store } from '../store/store.ts';
import { newestSnapshot, type Snapshot } from '../tracking/snapshots.ts';
import { sourceKey } from './sourceKey.ts';
import { accumulates } from './accumulatedBase.ts';
import { redacted, secretsOf } from './sourceSecrets.ts';
import { judgePreview } from './judgePreview.ts';
import { programEnv } from './programEnv.ts';
import { datasetOf } from './stageContext.ts';
import { projectPath } from '../base/projectPath.ts';

export interface PreviewRequest {
  project: Project;
  /** Null for a file outside a project; `dataset` is null then. */
  config: ProjectConfig | null;
  /** Null before the first run. It is only read. */
  store: Store | null;
  stage: string | null;
  dataset: string | null;
  from: CollectSource;
  invalid?: 'fail' | 'quarantine' | 'warn' | undefined;
  /** Largest number of rows. */
  rows: number;
  /** Reads the source from its start, also when only new rows would be added. */
  all: boolean;
  /** The user agreed that the command of the source is run. */
  runs: boolean;
  signal: AbortSignal;
}

/**
 * Returns what a collect stage would bring now: its first rows, their types, what the schema says about them, its
 * freshness, and what would be added. Writes nothing into the project. Rejects with an error whose message has no
 * secrets and whose place is the source in the project, or with CancelledError.
 */
export async function previewSource(request: PreviewRequest): Promise<SourcePreview> {
  const { project, config, from, dataset } = request;
  const redact = redactor(secretsOf({ project }));
  const invalid = request.invalid ?? 'quarantine';
  const { schema, schemaPath, read } =
    dataset === null || config === null
      ? { schema: null, schemaPath: null, read: undefined }
      : datasetOf({ project, config }, dataset);
  const newest = request.store && dataset !== null ? newestSnapshot(request.store, dataset) : null;
  const since = request.all ? null : sinceOf(request, newest, invalid);
  const adds = accumulates(from);
  const position = adds && !request.all && hasRows(request, newest) ? (newest?.state?.position ?? null) : null;
  const inclusive = schema?.primaryKey !== undefined;
  let opened: Database | null = null;
  const database = async () => (opened ??= await openMemory());
  const start = performance.now();
  try {
    const peek = await peekSource(contextOf(request, { since, inclusive, schema, position, database }), from, {
      rows: request.rows,
      timestamp: timestampOf(schema),
      read,
      runs: request.runs,
    });
    const ms = Math.round(performance.now() - start);
    const judged = await judgePreview(await database(), peek, schema, invalid);
    return {
      stage: request.stage,
      dataset,
      kind: kindOfSource(from),
      source: redact(describeSource(from)),
      about: redact(peek.about),
      takenAt: Date.now(),
      ms,
      columns: columnsOf(peek, schema),
      rows: peek.rows.map((row) => row.map((value) => (value === null ? null : shortened(value)))),
      total: peek.total ?? null,
      lines: peek.lines ?? null,
      newest: peek.newest === undefined ? null : Date.parse(peek.newest),
      newestOf: peek.newestOf ?? null,
      lag: peek.lag ?? null,
      since: since && { column: since.column, value: since.value, inclusive },
      adds,
      has: newest?.rows ?? null,
      schema: schemaPath,
      invalid,
      ...judged,
      notes: (peek.notes ?? []).map(redact),
      command: 'command' in from && !request.runs ? redact(from.command) : null,
    };
  } catch (error) {
    throw placed(redacted(error, redact), request);
  } finally {
    (opened as Database | null)?.close();
  }
}

function contextOf(
  { project, config, signal }: PreviewRequest,
  more: Pick<SourceContext, 'since' | 'inclusive' | 'schema' | 'position' | 'database'>,
): SourceContext {
  const folder = join(project.root, stateFolder);
  const variables = { PYTHONUNBUFFERED: '1', ...periodVariables(wholePeriod) };
  const python = () => findPython({ root: project.root, python: config?.python });
  // Without a store, hashes are not kept.
  const fingerprints = new FileFingerprints(project.root, null);
  return {
    root: project.root,
    folder: join(folder, 'downloads'),
    env: project.env,
    programEnv: () => programEnv({ project, store: { folder }, python }, variables, project.env),
    signal,
    progress: () => {},
    log: () => {},
    expand: (path) => fingerprints.expand(path),
    anew: false,
    ...more,
  };
}

/** Returns the watermark after which `collect` would go on; null when it would read everything. */
function sinceOf(
  { project, config, store, from, dataset }: PreviewRequest,
  newest: Snapshot | null,
  invalid: string,
): Watermark | null {
  const watermark = newest?.state?.watermark;
  if (!store || !newest || !watermark || dataset === null || config === null) return null;
  const fingerprints = new FileFingerprints(project.root, null);
  if (newest.state?.key !== sourceKey({ project, config, fingerprints }, from, dataset, invalid)) return null;
  return hasRows({ project, store }, newest) ? watermark : null;
}

/** True when the rows of a version are there, so that new ones can be added to them. */
function hasRows({ project, store }: Pick<PreviewRequest, 'project' | 'store'>, version: Snapshot | null): boolean {
  if (!version || version.files.length === 0) return false;
  const inPlace = version.files.every(({ path, bytes }) => {
    const file = projectPath(project.root, path);
    return existsSync(file) && statSync(file).size === bytes;
  });
  return inPlace || (store !== null && areKept(store.folder, version.files));
}

function columnsOf(peek: Peek, schema: DatasetSchema | null): PreviewColumn[] {
  return peek.columns.map(({ name, type }) => ({
    name,
    type,
    declared: schema === null ? null : (named(schema.fields, name)?.type ?? null),
  }));
}

/** Longest value that is shown. */
const longest = 1000;

function shortened(value: string): string {
  return value.length > longest ? `${value.slice(0, longest)}…` : value;
}

/** Adds the place of the source, or of the line of its query, to an error without one. */
function placed(error: unknown, { project, stage, from }: PreviewRequest): unknown {
  if (!(error instanceof WorkError) || stage === null) return error;
  if (error.place?.file !== undefined && error.place.file !== projectFileName) return error;
  const line = Number(/\(line (\d+) of the query\)/.exec(error.message)?.[1] ?? Number.NaN);
  const { parsed, path } = project.file;
  const source = ['stages', stage, 'with', 'from'];
  const node =
    (error.message.startsWith('The query') ? nodeAt(parsed.root ?? undefined, [...source, 'query']) : undefined) ??
    nodeAt(parsed.root ?? undefined, [...source, kindOfSource(from)]);
  if (!node) return error;
  const at = parsed.lines.at(node.range.start);
  const isBlock = /^[|>]/.test(parsed.text.slice(node.range.start));
  const place = isBlock && !Number.isNaN(line) ? { line: at.line + line, column: 1 } : at;
  return new WorkError(messageOf(error), { place: { file: path, ...place } });
}
