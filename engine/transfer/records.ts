import type { RunStatus } from '../../protocol/lifeCycle.ts';

/** An object that an importer could not import, or only in part. */
export interface TransferProblem {
  /** The file or object concerned. */
  file: string;
  message: string;
}

export type Tell = (file: string, message: string) => void;

export type ImportKind = 'mlruns' | 'mlflow.db' | 'tensorboard' | 'server';

export interface SourceExperiment {
  /** Its id in the source. */
  id: string;
  name: string;
  deleted: boolean;
  /** Epoch milliseconds; null when the source does not have it. */
  createdAt: number | null;
  updatedAt: number | null;
  tags: Map<string, string>;
}

export interface SourcePoint {
  value: number;
  step: number;
  /** Epoch milliseconds. */
  at: number;
}

export interface SourceMetric {
  key: string;
  /** All points in parts, in the order of the source; duplicates are possible. */
  points(): Iterable<SourcePoint[]>;
}

export interface SourceDataset {
  name: string;
  digest: string;
  sourceType: string;
  source: string;
  schema: string | null;
  profile: string | null;
  /** Tags of the use, such as `mlflow.data.context`. */
  tags: { key: string; value: string }[];
}

/** Location of artifacts: a folder to copy, or an address that is not readable as files. */
export interface ArtifactPlace {
  folder: string | null;
  uri: string | null;
}

export interface SourceRun {
  id: string;
  experimentId: string;
  name: string;
  status: RunStatus;
  startedAt: number;
  endedAt: number | null;
  deleted: boolean;
  /** Time of the deletion; null when not deleted or unknown. */
  deletedAt: number | null;
  userId: string;
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: SourceMetric[];
  datasets: SourceDataset[];
  models: { id: string; direction: 'input' | 'output'; step: number }[];
  artifacts: ArtifactPlace;
}

/** A readable run. */
export interface RunHandle {
  id: string;
  /** A text that changes when the run changes in the source, computed without reading all of it. */
  signature: string;
  /** Throws DataError when it cannot be read. */
  read(signal?: AbortSignal): SourceRun | Promise<SourceRun>;
}

export interface SourceModel {
  id: string;
  experimentId: string;
  name: string;
  createdAt: number;
  updatedAt: number;
  /** As in the protocol, such as `LOGGED_MODEL_READY`. */
  status: string;
  statusMessage: string | null;
  modelType: string | null;
  sourceRunId: string | null;
  deleted: boolean;
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: (SourcePoint & { key: string; runId: string; datasetName: string; datasetDigest: string })[];
  artifacts: ArtifactPlace;
}

export interface SourceVersion {
  version: number;
  createdAt: number;
  updatedAt: number;
  description: string;
  userId: string;
  stage: string;
  source: string | null;
  runId: string;
  runLink: string | null;
  status: string;
  statusMessage: string | null;
  modelId: string | null;
  tags: Map<string, string>;
}

export interface SourceRegistered {
  name: string;
  createdAt: number;
  updatedAt: number;
  description: string;
  tags: Map<string, string>;
  /** Alias → version. */
  aliases: Map<string, number>;
  versions: SourceVersion[];
}

/** An open source of runs of another tool. It is never changed. */
export interface TransferSource {
  kind: ImportKind;
  /** Identifies this source among earlier imports: its kind and location. */
  key: string;
  experiments: SourceExperiment[];
  runs: RunHandle[];
  models(): Iterable<SourceModel>;
  registered(): Iterable<SourceRegistered>;
  close(): void;
}

/** Ids of MLflow are unique across sources. */
export function isUniversal(id: string): boolean {
  return /^(m-)?[0-9a-f]{32}$/.test(id);
}
