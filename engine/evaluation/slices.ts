import { prepareMetrics, subset, type EvaluationOptions } from './evaluate.ts';
import { fewestRows } from './fewestRows.ts';
import type { Groups } from './groups.ts';
import { estimate, resample, type Estimate } from './intervals.ts';
import type { Predictions } from './predictions.ts';

/** The metrics of the rows that have one value of a column. */
export interface SliceResult {
  column: string;
  value: string;
  /** Rows with a true value and a prediction. */
  n: number;
  /** Rows of the positive class; null when the model is not binary. */
  positives: number | null;
  /** Without those that fewer than 10 rows are behind. */
  metrics: Record<string, Estimate>;
}

const mostSlices = 12;
const shown: Record<Predictions['task'], string[]> = {
  binary: ['pr_auc', 'recall', 'precision'],
  multiclass: ['accuracy', 'macro_f1'],
  regression: ['rmse', 'mae'],
};

/** The metrics of each value of a column, most rows first; values beyond the twelfth are left out. */
export function evaluateSlices(input: {
  column: string;
  groups: Groups;
  truth: Float64Array;
  predictions: Predictions;
  options: EvaluationOptions;
  seed: number;
}): SliceResult[] {
  const { column, groups, truth, predictions, options, seed } = input;
  const slices = [...rowsByGroup(groups)].toSorted(([, a], [, b]) => b.length - a.length).slice(0, mostSlices);
  return slices.map(([value, rows]) => {
    const part = subset(truth, predictions, rows);
    const prepared = prepareMetrics(part.truth, part.predictions, options);
    const resampled = resample({ n: rows.length, seed, resamples: 200 }, prepared.statistics);
    const values = prepared.values();
    const metrics: SliceResult['metrics'] = {};
    for (const name of shown[predictions.task]) {
      const found = values[name];
      if (found !== null && found !== undefined && prepared.rowsBehind(name) >= fewestRows)
        metrics[name] = estimate(found, prepared.n, prepared.intervalOf(name, resampled, 0.95));
    }
    return {
      column,
      value,
      n: prepared.n,
      positives:
        predictions.task === 'binary' ? part.truth.reduce((sum, label) => sum + (label === 1 ? 1 : 0), 0) : null,
      metrics,
    };
  });
}

/** Row numbers by value, in the order of the first row of each. */
function rowsByGroup({ names, codes }: Groups): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (const [i, code] of codes.entries()) {
    const value = names[code] ?? '(missing)';
    const known = rows.get(value);
    if (known) known.push(i);
    else rows.set(value, [i]);
  }
  return rows;
}
