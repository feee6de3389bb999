import type { CardNumbers } from '../project/modelCard/liveNumbers.ts';
import type { ModelVersion } from './modelVersions.ts';

/** The numbers of a version that the prose of its card may name. */
export function cardNumbers({
  model,
  version,
  report,
}: Pick<ModelVersion, 'model' | 'version' | 'report'>): CardNumbers {
  const { performance, data, threshold } = report;
  return { model, version, performance, rows: data.rows, threshold };
}
