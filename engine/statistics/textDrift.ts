import { aucOfScores } from './domainClassifier.ts';
import { quantile } from './quantile.ts';
import { seededRandom } from './random.ts';
import { fitLogistic, type SparseRow } from './sparseLogistic.ts';

export interface TextDriftResult {
  /** ROC AUC of current against reference texts, on the half that the model did not see. */
  rocAuc: number;
  /** The AUC that random scores reach with the wanted probability on that half. */
  randomPercentile: number;
  pValue: number;
  seed: number;
}

const buckets = 1 << 18;

/**
 * Text content drift: a logistic model of hashed words, learned on one half and scored on the other. The rule is
 * evidently's (its model is another: TF-IDF with stochastic gradient descent). `level` is the share of random scores
 * that stay below `randomPercentile`. Null when the halves lack a side.
 */
export function textDrift(
  reference: readonly string[],
  current: readonly string[],
  level = 0.95,
  seed = 42,
): TextDriftResult | null {
  const texts = [...reference, ...current];
  const labels = texts.map((_, i) => (i < reference.length ? 0 : 1));
  const order = Array.from(texts.keys());
  seededRandom(seed).shuffle(order);
  const held = Math.ceil(order.length / 2);
  const [test, train] = [order.slice(0, held), order.slice(held)];
  const both = (rows: readonly number[]) => rows.some((i) => labels[i] === 0) && rows.some((i) => labels[i] === 1);
  if (!both(test) || !both(train)) return null;
  const frequency = documentFrequency(train.map((i) => texts[i] ?? ''));
  const encode = (i: number) => encodeText(texts[i] ?? '', frequency);
  const model = fitLogistic(
    train.map(encode),
    train.map((i) => labels[i] ?? 0),
    { features: buckets, seed, epochs: 20 },
  );
  const truth = test.map((i) => labels[i] ?? 0);
  const auc = aucOfScores(
    test.map((i) => model(encode(i))),
    truth,
  );
  return auc && { ...auc, randomPercentile: randomPercentile(truth, level, seed), seed };
}

/**
 * The quantile of the AUC of random scores for these labels, over 500 draws: ranks dealt at random, which gives the
 * Mann-Whitney statistic at once.
 */
function randomPercentile(labels: readonly number[], level: number, seed: number): number {
  const random = seededRandom(seed + 1);
  const dealt = [...labels];
  const positives = dealt.reduce((sum, label) => sum + label, 0);
  const draws = Float64Array.from({ length: 500 }, () => {
    random.shuffle(dealt);
    const ranks = dealt.reduce((sum, label, i) => sum + label * (i + 1), 0);
    return (ranks - (positives * (positives + 1)) / 2) / (positives * (dealt.length - positives));
  }).sort();
  return quantile(draws, level);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
}

/** In how many texts each bucket occurs, with their number. */
function documentFrequency(texts: readonly string[]): { counts: Uint32Array; texts: number } {
  const counts = new Uint32Array(buckets);
  for (const text of texts)
    for (const bucket of new Set(wordsOf(text).map(hash))) counts[bucket] = (counts[bucket] ?? 0) + 1;
  return { counts, texts: texts.length };
}

/** Words by hashed bucket, weighted by TF-IDF (sublinear, as scikit-learn's `sublinear_tf`) and scaled to length 1. */
function encodeText(text: string, frequency: { counts: Uint32Array; texts: number }): SparseRow {
  const counts = new Map<number, number>();
  for (const word of wordsOf(text)) {
    const bucket = hash(word);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const indices = [...counts.keys()];
  const values = indices.map(
    (bucket) =>
      (1 + Math.log(counts.get(bucket) ?? 1)) *
      (Math.log((1 + frequency.texts) / (1 + (frequency.counts[bucket] ?? 0))) + 1),
  );
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
  return { indices, values: values.map((value) => value / length) };
}

/** FNV-1a, 32 bits, folded to a bucket. */
function hash(word: string): number {
  let state = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) state = Math.imul(state ^ word.charCodeAt(i), 0x01000193);
  return ((state >>> 0) ^ (state >>> 18)) & (buckets - 1);
}
