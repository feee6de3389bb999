/** Words in the name of a metric of which less is better, as the field writes them. */
const lowerWords = new Set(
  (
    'loss losses error errors err rmse mse mae mape smape wape mase rmsle msle medae logloss mlogloss merror brier ece mce deviance perplexity ppl wer cer ter eer fid kid ' +
    'nll bpb bpc crps pinball entropy crossentropy divergence kl distance emd latency ms seconds runtime time bytes memory difference missing hamming hinge fpr fnr fdr lpips residual ' +
    'cost regret l1 l2'
  ).split(' '),
);

/**
 * The words of a name as it is written, then those that capitals part: `val/boxLoss` → val, boxloss, val, box, loss.
 */
export function metricWords(name: string): string[] {
  const parts = name
    .replace(/@(champion|challenger)$/, '')
    .replace(/\[.*$/, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  const written = parts.map((part) => part.toLowerCase());
  const parted = parts.flatMap((part) =>
    part
      .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .toLowerCase()
      .split(' '),
  );
  return parted.length === written.length ? written : [...written, ...parted];
}

/**
 * Whether less of a metric is better, told by its name. `neg_mean_squared_error` and its like are turned round already.
 */
export function isLowerBetter(name: string): boolean {
  const words = metricWords(name);
  const lower =
    words.some((word) => lowerWords.has(word) || /loss$/.test(word)) ||
    (words.includes('false') && words.some((word) => /^(positive|negative)s?$/.test(word)));
  return lower && words[0] !== 'neg' && !words.includes('neg');
}
