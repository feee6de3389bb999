import type { Table } from '../../data/table.ts';
import { binaryTarget, classTarget, numberTarget } from '../../models/features.ts';
import type { PredictorMeta } from '../../models/predictor.ts';

/** Column of how many labels are true of a row. */
export const trueLabels = '_labels_true';

/**
 * The true values as numbers: 0 or 1, the number of the class, the value or relevance, or how many labels are true. NaN where missing or of no known class.
 */
export function truthOf(meta: PredictorMeta, table: Table): Float64Array {
  const { task, target, positive, classes } = meta;
  if (task === 'binary') return binaryTarget(table, target, positive ?? true);
  if (task === 'multilabel') return numberTarget(table, trueLabels);
  if (task === 'regression' || task === 'ranking') return numberTarget(table, target);
  const numbers = new Map(classes.map((name, i) => [name, i]));
  return Float64Array.from(classTarget(table, target), (value) =>
    value === null ? Number.NaN : (numbers.get(value) ?? Number.NaN),
  );
}
