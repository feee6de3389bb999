import { durationMs } from '../base/duration.ts';
import type { Database } from '../data/database.ts';
import type { Project } from '../project/loadProject.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import type { Store } from '../store/store.ts';
import type { WindowRows } from './windowRows.ts';

/** A stretch of time, start inclusive, end exclusive; epoch milliseconds. */
export interface Span {
  start: number;
  end: number;
}

/** Where the predictions of a monitor come from. */
export interface PredictionSource {
  /** Starts of the windows to judge, oldest first: ended, and not judged with all that is known of them. */
  openWindows(every: number): Promise<number[]>;
  /** The version whose reference the rows of a span are compared with; null when the span has no rows. */
  versionOf(span: Span): ModelVersion | null;
  /** The rows that the version answered, in its features; with `all`, also those that other versions answered. */
  read(span: Span, version: ModelVersion, which?: 'own' | 'all'): Promise<WindowRows>;
}

export interface SourceRequest {
  project: Pick<Project, 'root' | 'schemas'>;
  config: ProjectConfig;
  store: Store;
  /** Name of the monitor. */
  monitor: string;
  declared: MonitorConfig;
  /** Rows and labels that arrived by now are known. Epoch milliseconds. */
  now: number;
  database: () => Promise<Database>;
  /** True for the predictions of the deployment's shadow. Default false. */
  shadow?: boolean | undefined;
}

/** Time that the labels of a window have to arrive, milliseconds. */
export function labelDelay({ labels }: MonitorConfig): number {
  return labels?.delay === undefined ? 0 : durationMs(labels.delay);
}
