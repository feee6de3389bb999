import { isLowerBetter, metricWords } from '../../protocol/metricDirection.ts';
import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import { metricsNamed } from './shortMetric.ts';

/** A metric with the number of runs that logged it. */
export interface LoggedMetric {
  key: string;
  runs: number;
}

const splits = new Map(
  Object.entries({
    val: 0,
    valid: 0,
    validation: 0,
    dev: 1,
    eval: 1,
    evaluation: 1,
    cv: 1,
    oof: 1,
    holdout: 1,
    test: 2,
    testing: 2,
  }),
);
const trained = new Set(['train', 'training', 'learn', 'fit']);

/** Words in names of metrics about progress, speed, size and settings, not about the quality of a model. */
const besides = new Set(
  (
    'epoch epochs step steps iteration iterations iter lr learning runtime second seconds sec time times latency duration ms bytes flos flops sample samples example examples count counts rows quarantined ' +
    'grad gradient norm momentum decay memory gpu cpu disk network params parameters size num batch batches throughput fps speed preprocess inference postprocess positives negatives stopped restored patience'
  ).split(' '),
);

/** Kinds of quality, the most informative first. Matched with the words of a name, joined by `_`. */
const qualities: readonly RegExp[] = [
  /(^|_)(pr_?auc|auc_?pr|average_precision|auprc)(_|$)/,
  /auroc|auc/,
  /map_?(50_)?95|map_?50_95/,
  /(^|_)(map|map\d+|mean_average_precision)(_|$)/,
  /macro_f1|f1_macro|macro_avg_f1/,
  /(^|_)(f1|fbeta|f_beta|fscore|f_score|fmeasure)(_|$)|f1/,
  /balanced_acc/,
  /(^|_)(accuracy|acc|acc1|top1|acc_?top_?1|categorical_accuracy)(_|$)|accuracy/,
  /(^|_)(mcc|matthews|kappa|gini)(_|$)/,
  /(^|_)(m?iou|dice|jaccard)(_|$)/,
  /rmse|root_mean_squared_error/,
  /(^|_)mae(_|$)|mean_absolute_error/,
  /(^|_)mse(_|$)|mean_squared_error/,
  /mape|wape|mase|rmsle/,
  /(^|_)r2(_|$)|r_?squared|explained_variance/,
  /bleu|rouge|meteor|chrf|bertscore|exact_match|ndcg|(^|_)mrr(_|$)|psnr|ssim|(^|_)(wer|cer|fid)(_|$)|perplexity/,
  /reward|(^|_)(return|score)(_|$)/,
  /precision|recall|sensitivity|specificity/,
];
const losses = /loss|deviance|(^|_)(nll|error|err|merror|l1|l2|entropy)(_|$)/;

interface Placed extends LoggedMetric {
  tier: number;
  quality: number;
  split: number;
  index: number;
}

/**
 * Ranks the metrics that best distinguish runs of any tool: scores of validation or test rows that most runs have, then
 * scores without a split, held-out losses, training scores. System metrics, progress, times and sizes are excluded.
 */
export function rankMetrics(logged: readonly LoggedMetric[]): PrimaryMetric[] {
  const usable = logged.filter(({ key }) => !key.startsWith('system/'));
  const parts = usable.map((one) => ({ ...one, words: metricWords(one.key) }));
  // With `loss` beside `val_loss`, `accuracy` is that of the training rows.
  const loops =
    usable.some(({ key }) => key === 'loss') &&
    parts.some(({ words }) => words.some((word) => splits.has(word)) && words.some((word) => losses.test(word)));
  const placed = parts.filter(({ words }) => !words.some((word) => besides.has(word))).map((one) => place(one, loops));
  const most = Math.max(0, ...placed.map(({ runs }) => runs));
  const rare = ({ runs }: Placed): number => Number(runs * 2 < most);
  return placed
    .toSorted(
      (a, b) =>
        rare(a) - rare(b) ||
        a.tier - b.tier ||
        a.quality - b.quality ||
        a.split - b.split ||
        b.runs - a.runs ||
        b.index - a.index ||
        a.key.length - b.key.length ||
        (a.key < b.key ? -1 : 1),
    )
    .map(({ key }) => ({
      name: key,
      direction: isLowerBetter(key) ? 'minimize' : 'maximize',
      why: 'most runs logged it',
    }));
}

function place({ key, runs, words }: LoggedMetric & { words: string[] }, loops: boolean): Placed {
  const base = words.filter((word) => !splits.has(word) && !trained.has(word)).join('_');
  const found = qualities.findIndex((one) => one.test(base));
  const kind = losses.test(base) && (found < 0 || /loss/.test(base)) ? 'loss' : found >= 0 ? 'quality' : 'other';
  const split = Math.min(...words.map((word) => splits.get(word) ?? 3), /^metrics\//.test(key) ? 1 : 3);
  const isTrained =
    words.some((word) => trained.has(word)) ||
    (loops && split === 3 && kind === 'quality' && !/auc|macro|balanced/.test(base));
  const tiers =
    isTrained && split === 3
      ? { quality: 6, loss: 7, other: 8 }
      : split < 3
        ? { quality: 0, loss: 2, other: 3 }
        : { quality: 1, loss: 4, other: 5 };
  return {
    key,
    runs,
    tier: tiers[kind],
    quality: found < 0 ? qualities.length : found,
    split,
    index: Number(/\d+/.exec(words[1] ?? '')?.[0] ?? 0),
  };
}

/**
 * The metrics that represent runs with these metrics: the declared ones that a run logged, under the names of their
 * stages where they have such, then the best of the others.
 * Before the first run, the declared ones.
 */
export function primaryAmong(
  declared: readonly PrimaryMetric[],
  logged: readonly LoggedMetric[],
  most = 8,
): PrimaryMetric[] {
  const keys = new Set(logged.filter(({ runs }) => runs > 0).map(({ key }) => key));
  const own = declared
    .flatMap((one) => {
      const found = metricsNamed(keys, one.name);
      const why = found.length > 1 ? `${one.why}; several stages or files report \`${one.name}\`` : one.why;
      return found.map((name) => ({ ...one, name, why }));
    })
    .filter(({ name }, i, all) => all.findIndex((other) => other.name === name) === i);
  const others = rankMetrics(logged.filter(({ runs }) => runs > 0)).filter(
    ({ name }) => !own.some((one) => one.name === name),
  );
  const found = [...own, ...others];
  return (found.length > 0 ? found : declared).slice(0, most);
}
