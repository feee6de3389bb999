import { seededRandom } from './random.ts';

/** A row by its non-zero features. */
export interface SparseRow {
  indices: ArrayLike<number>;
  values: ArrayLike<number>;
}

export interface LogisticOptions {
  features: number;
  seed: number;
  /** Default 10. */
  epochs?: number;
}

/**
 * Logistic regression with an intercept by AdaGrad (Duchi et al. 2011) over rows in a seeded order; classes count
 * equally whatever their sizes. Returns the score (log odds) of a row.
 */
export function fitLogistic(
  rows: readonly SparseRow[],
  labels: ArrayLike<number>,
  options: LogisticOptions,
): (row: SparseRow) => number {
  const weights = new Float64Array(options.features + 1);
  const squares = new Float64Array(options.features + 1).fill(1e-8);
  const random = seededRandom(options.seed);
  const order = Array.from(rows.keys());
  const positives = order.reduce((sum, i) => sum + (labels[i] ?? 0), 0);
  const importance = [
    rows.length / (2 * Math.max(1, rows.length - positives)),
    rows.length / (2 * Math.max(1, positives)),
  ];
  const score = ({ indices, values }: SparseRow) => {
    let sum = weights[options.features] ?? 0;
    for (let k = 0; k < indices.length; k++) sum += (weights[indices[k] ?? 0] ?? 0) * (values[k] ?? 0);
    return sum;
  };
  const move = (feature: number, gradient: number) => {
    const square = (squares[feature] ?? 0) + gradient * gradient;
    squares[feature] = square;
    weights[feature] = (weights[feature] ?? 0) - (0.1 * gradient) / Math.sqrt(square);
  };
  for (let epoch = 0; epoch < (options.epochs ?? 10); epoch++) {
    random.shuffle(order);
    for (const i of order) {
      const row = rows[i];
      if (!row) continue;
      const label = labels[i] ?? 0;
      const error = (1 / (1 + Math.exp(-score(row))) - label) * (importance[label] ?? 1);
      for (let k = 0; k < row.indices.length; k++) {
        const feature = row.indices[k] ?? 0;
        move(feature, error * (row.values[k] ?? 0) + 1e-5 * (weights[feature] ?? 0));
      }
      move(options.features, error);
    }
  }
  return score;
}
