import type { RunPoint } from '../../../protocol/runs.ts';
import { isLowerBetter } from '../../ui/metricDirection.ts';
import type { Field } from './fields.ts';

export interface ScatterPlan {
  runs: readonly RunPoint[];
  x: Field;
  y: Field;
  color: Field | null;
  logX: boolean;
  logY: boolean;
}

/** The runs with both values: the points, in this order. */
export function scatterRuns({ runs, x, y }: Pick<ScatterPlan, 'runs' | 'x' | 'y'>): RunPoint[] {
  return runs.filter((run) => x.value(run) !== null && y.value(run) !== null);
}

/** The run with the best y, when y is a metric with a known direction. */
export function bestPoint(runs: readonly RunPoint[], y: Field): RunPoint | null {
  if (y.kind !== 'metric') return null;
  const whole = runs.filter((run) => run.status !== 'failed' && typeof y.value(run) === 'number');
  const lower = isLowerBetter(y.title);
  const value = (run: RunPoint): number => Number(y.value(run));
  if (new Set(whole.map(value)).size < 2) return null;
  return whole.reduce((best, run) => ((lower ? value(run) < value(best) : value(run) > value(best)) ? run : best));
}
