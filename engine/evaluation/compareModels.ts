import { deLong } from '../statistics/deLong.ts';
import { mcNemar } from '../statistics/mcNemar.ts';
import { decidedBy, type Predictions } from './predictions.ts';

/** Two models on the same rows. */
export interface ModelComparison {
  /** Rows with a true value and an answer of both. */
  n: number;
  /** Rows that only one of the models decides rightly, with McNemar's exact p; null without decisions. */
  decisions: { onlyOwn: number; onlyOther: number; p: number } | null;
  /** The areas under the ROC curve of a binary model, with DeLong's interval of their difference and p; else null. */
  rocAuc: { own: number; other: number; low: number; high: number; confidence: number; p: number } | null;
}

/** z of a two-sided 95 % interval. */
const z95 = 1.959963984540054;

/** Compares the answers of two models of one task to the same rows; null for a regression. */
export function compareModels(
  truth: Float64Array,
  own: Predictions,
  other: Predictions,
  thresholds: { own: number | null; other: number | null },
): ModelComparison | null {
  if (own.task !== other.task || (own.task !== 'binary' && own.task !== 'multiclass')) return null;
  const rows = [...truth.keys()].filter(
    (i) =>
      !Number.isNaN(truth[i] ?? Number.NaN) && isAnswer(own.values[i], own.task) && isAnswer(other.values[i], own.task),
  );
  const decidedOwn = decisionsOf(own, thresholds.own);
  const decidedOther = decisionsOf(other, thresholds.other);
  let decisions: ModelComparison['decisions'] = null;
  if (decidedOwn && decidedOther) {
    let [onlyOwn, onlyOther] = [0, 0];
    for (const i of rows) {
      const [a, b] = [decidedOwn(i) === truth[i], decidedOther(i) === truth[i]];
      if (a && !b) onlyOwn++;
      if (b && !a) onlyOther++;
    }
    decisions = { onlyOwn, onlyOther, p: mcNemar(onlyOwn, onlyOther) };
  }
  const pick = (values: Float64Array) => Float64Array.from(rows, (i) => values[i] ?? Number.NaN);
  const areas = own.task === 'binary' ? deLong(pick(truth), pick(own.values), pick(other.values)) : null;
  return {
    n: rows.length,
    decisions,
    rocAuc: areas && {
      own: areas.own,
      other: areas.other,
      low: Math.max(-1, areas.own - areas.other - z95 * areas.error),
      high: Math.min(1, areas.own - areas.other + z95 * areas.error),
      confidence: 0.95,
      p: areas.p,
    },
  };
}

function isAnswer(value: number | undefined, task: Predictions['task']): boolean {
  return value !== undefined && !Number.isNaN(value) && (task !== 'multiclass' || value >= 0);
}

function decisionsOf(predictions: Predictions, threshold: number | null): ((row: number) => number) | null {
  if (predictions.task === 'multiclass') return (row) => predictions.values[row] ?? Number.NaN;
  const decided = decidedBy(predictions, threshold);
  return decided && ((row) => Number((decided.values[row] ?? Number.NaN) >= decided.threshold));
}
