import type { ModelRef } from '../../protocol/models.ts';
import type { Project } from '../project/loadProject.ts';
import type { StageNode } from '../project/graph.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { readOfDataset, schemaOfDataset } from '../project/schemaOfDataset.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Database } from '../data/database.ts';
import type { FoundPython } from '../python/findPython.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import type { Lock } from '../fingerprint/lockFile.ts';
import type { Period } from '../fingerprint/period.ts';
import type { MetricNames } from '../tracking/metricNames.ts';
import type { RecordedRun } from '../tracking/recordRun.ts';
import type { Store } from '../store/store.ts';

/** Everything that a built-in stage works with. */
export interface StageContext {
  project: Project;
  config: ProjectConfig;
  node: StageNode;
  store: Store;
  run: RecordedRun;
  /** The names under which the metrics of the run's stages are stored. */
  metricNames: MetricNames;
  experiment: string;
  period: Period;
  seed: number;
  fingerprints: FileFingerprints;
  /** The stage was run with `--force`: stored state of earlier runs is ignored. */
  forced: boolean;
  /** The current lock, to find the model of an earlier stage. */
  lock: () => Lock;
  /** The model that a validation outside the project's stages evaluates; null for the model of its stage. */
  subject: ValidatedSubject | null;
  /** Whether a validated model becomes a version. That of a trial does not: the sweep chooses one trial. */
  registers: boolean;
  /** Whether a validated model that passed its gates is fitted again on all rows, to be served. */
  refits: boolean;
  /** A DuckDB of its own, closed after the stage. */
  database: () => Promise<Database>;
  signal: AbortSignal;
  /**
   * The Python that the programs of the project use; null when there is none. Throws WorkError when the project names
   * one that does not exist.
   */
  python: () => FoundPython | null;
  /** Writes a line to the log and the terminal; lines of standard error are also stored on their own. */
  log: (line: string, from?: 'stdout' | 'stderr') => void;
  /** Shows the lines of a program that may still change, as they are now; they are not stored. */
  open: (rows: readonly string[], from: 'stdout' | 'stderr') => void;
  /** Where programs read their input from. */
  input: 'terminal' | 'none';
  /** Reports progress: a text, and a share from 0 to 1 when known. */
  progress: (text: string, share?: number) => void;
  /** Absolute path of the folder of the run's artifacts; the first call creates it. */
  artifacts: () => string;
}

/** A model from elsewhere: its files, and the version that the validation belongs to. */
export interface ValidatedSubject {
  /** Name of the model in the registry. */
  name: string;
  /** Absolute path of its files. */
  path: string;
  /** The columns that it reads, in its order, when its files do not name them; null when not given. */
  features: readonly string[] | null;
  /** The classes in the order of the numbers that it was trained on in their place; null when not given. */
  classes: readonly string[] | null;
  /** The run that trained it; null when not known. */
  runId: string | null;
  /** The registered version that is validated; null when the validation registers one. */
  version: number | null;
}

export interface StageOutcome {
  /** One line for lists and code lenses. */
  summary: string;
  /** False when the summary reports only that the stage ended. */
  measured?: boolean;
  /** Written files and folders, relative to the project. */
  outs: string[];
  /** The message that lists the failed gates, when the stage finished and gates failed. */
  refused?: string | undefined;
  /** The version that the stage registered. */
  registered?: ModelRef | undefined;
}

/** A dataset by its name, with its schema. */
export function datasetOf(
  context: Pick<StageContext, 'project' | 'config'>,
  name: string,
): { path: string; schema: DatasetSchema | null; schemaPath: string | null; read: ReadSettings | undefined } {
  const dataset = context.config.datasets?.[name];
  if (!dataset) throw new Error(`the dataset ${name} passed the checks and is gone`);
  return {
    path: dataset.path,
    schemaPath: dataset.schema ?? null,
    schema: schemaOfDataset(context.project, context.config, name),
    read: readOfDataset(context.project, context.config, name),
  };
}

/** `204,113` */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}
