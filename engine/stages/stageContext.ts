import type { Project } from '../project/loadProject.ts';
import type { StageNode } from '../project/graph.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Database } from '../data/database.ts';
import type { FoundPython } from '../python/findPython.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import type { Lock } from '../fingerprint/lockFile.ts';
import type { Period } from '../fingerprint/period.ts';
import type { RecordedRun } from '../tracking/recordRun.ts';
import type { Store } from '../store/store.ts';

/** What a built-in stage works with. */
export interface StageContext {
  project: Project;
  config: ProjectConfig;
  node: StageNode;
  store: Store;
  run: RecordedRun;
  experiment: string;
  period: Period;
  seed: number;
  fingerprints: FileFingerprints;
  /** The stage was named with `--force`: what is remembered of earlier times does not count. */
  forced: boolean;
  /** The lock as it is now, to find the model of an earlier stage. */
  lock: () => Lock;
  /** Whether a validated model becomes a version: not that of a trial, of which the sweep chooses one. */
  registers: boolean;
  /** A DuckDB of its own, closed after the stage. */
  database: () => Promise<Database>;
  signal: AbortSignal;
  /**
   * The Python that the programs of the project use; null when there is none. Throws WorkError for one that is named
   * and not there.
   */
  python: () => FoundPython | null;
  /** A line for the log and the terminal; lines of standard error are kept by themselves as well. */
  log: (line: string, from?: 'stdout' | 'stderr') => void;
  /** Lines of a program that are not ended or may still change, as they stand now; not kept. */
  open: (rows: readonly string[], from: 'stdout' | 'stderr') => void;
  /** Where programs read from. */
  input: 'terminal' | 'none';
  /** Where the work stands: words, and a share from 0 to 1 when known. */
  progress: (text: string, share?: number) => void;
  /** Folder of the run's artifacts, absolute; made when first asked for. */
  artifacts: () => string;
}

export interface StageOutcome {
  /** One line for lists and code lenses. */
  summary: string;
  /** What was written, relative to the project. */
  outs: string[];
  /** Set when the stage finished and gates failed; the message is the reason. */
  refused?: string;
}

/** The dataset of a name, with its schema read. */
export function datasetOf(
  context: Pick<StageContext, 'project' | 'config'>,
  name: string,
): { path: string; schema: DatasetSchema | null; schemaPath: string | null } {
  const dataset = context.config.datasets?.[name];
  if (!dataset) throw new Error(`the dataset ${name} passed the checks and is gone`);
  return {
    path: dataset.path,
    schemaPath: dataset.schema ?? null,
    schema: dataset.schema ? (context.project.schemas.get(dataset.schema)?.value ?? null) : null,
  };
}

/** `204,113` */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}
