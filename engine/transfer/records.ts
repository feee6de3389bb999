import type { RunStatus } from '../../protocol/lifeCycle.ts';

/** What an importer could not take, or took only in part. */
export interface TransferProblem {
  /** The file or thing it is about. */
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
  /** Epoch milliseconds; null when the source does not tell. */
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
  /** All points, a part at a time, in the order of the source; the same point may come twice. */
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

/** Where artifacts lie: a folder that can be copied, or an address that this machine cannot read as files. */
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
  /** When it was deleted; null when not or not known. */
  deletedAt: number | null;
  userId: string;
  params: Map<string, string>;
  tags: Map<string, string>;
  metrics: SourceMetric[];
  datasets: SourceDataset[];
  models: { id: string; direction: 'input' | 'output'; step: number }[];
  artifacts: ArtifactPlace;
}

/** A run that can be read. */
export interface RunHandle {
  id: string;
  /** Text that changes when the run changes in the source, found without reading all of it. */
  signature: string;
  /** Throws DataError when it cannot be read. */
  read(): SourceRun | Promise<SourceRun>;
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

/** Another tool's record of runs, opened for reading. Nothing in it is changed. */
export interface TransferSource {
  kind: ImportKind;
  /** Names this source among those imported before: its kind and place. */
  key: string;
  experiments: SourceExperiment[];
  runs: RunHandle[];
  models(): Iterable<SourceModel>;
  registered(): Iterable<SourceRegistered>;
  close(): void;
}

/** Ids that MLflow made are like no other, wherever the source lies. */
export function isUniversal(id: string): boolean {
  return /^(m-)?[0-9a-f]{32}$/.test(id);
}
