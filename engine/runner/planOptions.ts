import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import type { Lock } from '../fingerprint/lockFile.ts';
import type { Period } from '../fingerprint/period.ts';
import type { Graph } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';

/** By stage: the state of its many inputs, and whether they were found to be those of the lock in it. */
export type InputStates = ReadonlyMap<string, { state: string; wereSame: boolean }>;

/** The parts that a plan is made from. */
export interface PlanOptions {
  project: Project;
  config: ProjectConfig;
  graph: Graph;
  /** Null before the first run. */
  store: Store | null;
  lock: Lock;
  fingerprints: FileFingerprints;
  experiment: string;
  period?: Period;
  names?: readonly string[];
  /** The state of the many inputs of stages, and whether they were found unchanged in it; from `inputStates`. */
  inputs?: InputStates;
}
