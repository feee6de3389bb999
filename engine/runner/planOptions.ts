import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import type { InputState } from '../fingerprint/sameInputs.ts';
import type { Lock } from '../fingerprint/lockFile.ts';
import type { Period } from '../fingerprint/period.ts';
import type { Graph } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { Store } from '../store/store.ts';

/** By stage: what is known of its many inputs. */
export type InputStates = ReadonlyMap<string, InputState>;

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
  /** What is known of the many inputs of stages, from `inputStates`. */
  inputs?: InputStates;
}
