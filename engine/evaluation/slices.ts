import type { SliceRow } from '../../protocol/modelCard.ts';
import { evaluator, subset, type EvaluationOptions } from './evaluate.ts';
import type { Groups } from './groups.ts';
import { bootstrapIntervals } from './intervals.ts';
import type { Predictions } from './predictions.ts';

const mostSlices = 12;
const shown: Record<Predictions['task'], string[]> = {
  binary: ['pr_auc', 'recall', 'precision'],
  multiclass: ['accuracy', 'macro_f1'],
  regression: ['rmse', 'mae'],
};

/** The metrics of each value of a column, most rows first; values beyond the twelfth are left out. */
export function sliceRows(input: {
  column: string;
  groups: Groups;
  truth: Float64Array;
  predictions: Predictions;
  options: EvaluationOptions;
  seed: number;
}): SliceRow[] {
  const { column, groups, truth, predictions, options, seed } = input;
  const slices = [...rowsByGroup(groups)].toSorted(([, a], [, b]) => b.length - a.length).slice(0, mostSlices);
  return slices.map(([value, rows]) => {
    const part = subset(truth, predictions, rows);
    const metrics = evaluator(part.truth, part.predictions, options);
    const intervals = bootstrapIntervals({ n: rows.length, confidence: 0.95, seed, resamples: 100 }, metrics);
    const values = metrics();
    return {
      column,
      value,
      n: rows.length,
      positives:
        predictions.task === 'binary' ? part.truth.reduce((sum, label) => sum + (label === 1 ? 1 : 0), 0) : null,
      metrics: Object.fromEntries(
        shown[predictions.task].flatMap((name) => {
          const found = values[name];
          return found === null || found === undefined
            ? []
            : [
                [
                  name,
                  {
                    value: found,
                    low: intervals[name]?.low ?? null,
                    high: intervals[name]?.high ?? null,
                    confidence: intervals[name] ? 0.95 : null,
                    n: rows.length,
                  },
                ],
              ];
        }),
      ),
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
