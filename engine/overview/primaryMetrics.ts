import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { declaredMetrics } from '../project/primaryMetric.ts';
import type { Project } from '../project/loadProject.ts';
import { newestMetrics } from '../tracking/newestMetrics.ts';
import { primaryAmong } from '../tracking/rankMetrics.ts';
import type { Store } from '../store/store.ts';

/**
 * The metrics that represent the runs of an experiment, or of all experiments with null, from the declarations and the
 * newest runs.
 */
export function primaryMetrics(
  project: Pick<Project, 'resolved' | 'schemas' | 'experiments'>,
  store: Pick<Store, 'sql'> | null,
  experiment: string | null,
): PrimaryMetric[] {
  return primaryAmong(declaredMetrics(project, experiment), store ? newestMetrics(store, experiment) : []);
}
