const lowerIsBetter = /(^|_)(loss|error|rmse|mae|mse|mape|brier|ece|logloss|deviance|latency|ms|seconds|bytes|difference|missing|perplexity|wer)(_|$)|latency|_ms\b/i;

/** Which way a metric gets better, told by its name as the field writes it. */
export function isLowerBetter(name: string): boolean {
  return lowerIsBetter.test(name.replace(/[@[].*$/, ''));
}
