type Range = [number, number];

const shares =
  /(^|_)(auc|accuracy|acc|precision|recall|f1|fbeta|iou|dice|jaccard|brier|ece|rate|share|sensitivity|specificity|average_precision|map|ndcg|ratio)(_|$)/i;
const fromZero = /(^|_)(loss|rmse|mae|mse|mape|perplexity|latency|ms|seconds|bytes|wer|deviance|duration)(_|$)/i;

/** The bounds of a metric by its standard name; values outside them, such as accuracy in percent, widen the bounds. */
function endsOf(name: string, values: Range): [number | null, number | null] {
  const base = name.replace(/[[(\s].*$/, '');
  // A difference from another version can be negative.
  if (base.includes('@') || values[0] < 0) return [null, null];
  if (/_difference$/.test(base) || shares.test(base)) return values[1] <= 1 ? [0, 1] : [0, null];
  return fromZero.test(base) ? [0, null] : [null, null];
}

/**
 * The range of an axis without the part that the metric cannot reach: the margin around 0.99 does not extend to 1.05.
 */
export function withinBounds(name: string, axis: Range, values: Range): Range {
  const [low, high] = endsOf(name, values);
  return [low === null ? axis[0] : Math.max(low, axis[0]), high === null ? axis[1] : Math.min(high, axis[1])];
}
