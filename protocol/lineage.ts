/** Where a version comes from and where it went: sources → snapshots → runs → version → deployments → predictions. */
export interface Lineage {
  /** The id of the version that it is about. */
  about: string;
  nodes: LineageNode[];
  /** In the direction in which data flows, by ids. */
  edges: { from: string; to: string }[];
}

/** Ids are unique in a graph. Times are epoch milliseconds. */
export type LineageNode =
  | { id: string; kind: 'source'; label: string }
  | {
      id: string;
      kind: 'snapshot';
      label: string;
      dataset: string;
      /** Null for data that a program logged without a version here. */
      snapshotId: string | null;
      hash: string;
      rows: number;
      createdAt: number | null;
    }
  | { id: string; kind: 'run'; label: string; runId: string; commit: string | null; startedAt: number }
  | { id: string; kind: 'version'; label: string; model: string; version: number; aliases: string[]; createdAt: number }
  | { id: string; kind: 'deployment'; label: string; deployment: string; isRunning: boolean; url: string | null }
  | {
      id: string;
      kind: 'predictions';
      label: string;
      deployment: string;
      role: string;
      count: number;
      firstAt: number | null;
      lastAt: number | null;
    };
