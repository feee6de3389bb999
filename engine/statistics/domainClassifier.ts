import { numericBaseline } from './baselineBins.ts';
import { mannWhitney } from './mannWhitney.ts';
import { momentsOf } from './moments.ts';
import { numberPair } from './pairs.ts';
import { seededRandom } from './random.ts';
import { fitLogistic, type SparseRow } from './sparseLogistic.ts';

/** A feature of all rows, the reference's first. Missing is NaN or null. */
export type DomainFeature =
  { kind: 'number'; values: ArrayLike<number> } | { kind: 'category'; values: readonly (string | null)[] };

export interface DomainResult {
  /**
   * How often a current row gets a higher score than a reference row, of a model that did not see them: 0.5 is no
   * difference.
   */
  rocAuc: number;
  /**
   * Twice the smaller of two one-sided Mann-Whitney tests: a model of each half of the rows, on the other half. The
   * scores of the five folds depend on each other, so a test of all of them would find differences in noise.
   */
  pValue: number;
  folds: number;
  seed: number;
}

/** Categories that get a feature of their own; the rarer ones share one. */
const most = 50;

/**
 * Separates reference rows from current ones by logistic regression on standardised numbers, their deciles and one-hot
 * categories, scored by five-fold cross-validation with seeded folds. Null with fewer than 10 rows on a side. The label
 * of a row is 0 for reference, 1 for current.
 */
export function domainClassifier(
  features: readonly DomainFeature[],
  labels: ArrayLike<number>,
  seed = 1,
): DomainResult | null {
  const folds = 5;
  const rows = labels.length;
  const current = Array.from(labels).reduce((sum, label) => sum + label, 0);
  if (current < 10 || rows - current < 10) return null;
  const { encoded, width } = encode(features, rows);
  const scored = (parts: number, from: number): { scores: Float64Array; part: Uint8Array } => {
    const part = foldOf(labels, parts, from);
    const scores = new Float64Array(rows);
    for (let k = 0; k < parts; k++) {
      const train = Array.from({ length: rows }, (_, i) => i).filter((i) => part[i] !== k);
      const model = fitLogistic(
        train.map((i) => encoded[i] ?? { indices: [], values: [] }),
        train.map((i) => labels[i] ?? 0),
        { features: width, seed: from + k },
      );
      for (let i = 0; i < rows; i++) if (part[i] === k) scores[i] = model(encoded[i] ?? { indices: [], values: [] });
    }
    return { scores, part };
  };
  const result = aucOfScores(scored(folds, seed).scores, labels);
  const { scores, part } = scored(2, seed + folds);
  const halves = [0, 1].map((half) => {
    const held = Array.from({ length: rows }, (_, i) => i).filter((i) => part[i] === half);
    return aucOfScores(
      held.map((i) => scores[i] ?? 0),
      held.map((i) => labels[i] ?? 0),
    );
  });
  const pValue = Math.min(1, 2 * Math.min(...halves.map((half) => half?.pValue ?? 1)));
  return result && { rocAuc: result.rocAuc, pValue, folds, seed };
}

/** ROC AUC of scores for label 1 with its one-sided p-value. Null with one label only. */
export function aucOfScores(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): { rocAuc: number; pValue: number } | null {
  const side = (wanted: number) => Array.from(scores).filter((_, i) => labels[i] === wanted);
  const test = mannWhitney(numberPair(side(1), side(0)), 'greater');
  return test && { rocAuc: test.effect, pValue: test.pValue };
}

/** Folds of equal size within each label, in a seeded order. */
function foldOf(labels: ArrayLike<number>, folds: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const fold = new Uint8Array(labels.length);
  for (const label of [0, 1]) {
    const rows = Array.from({ length: labels.length }, (_, i) => i).filter((i) => labels[i] === label);
    random.shuffle(rows);
    for (const [k, row] of rows.entries()) fold[row] = k % folds;
  }
  return fold;
}

function encode(features: readonly DomainFeature[], rows: number): { encoded: SparseRow[]; width: number } {
  const encoded = Array.from({ length: rows }, () => ({ indices: [] as number[], values: [] as number[] }));
  const put = (row: number, index: number, value: number) => {
    encoded[row]?.indices.push(index);
    encoded[row]?.values.push(value);
  };
  let width = 0;
  for (const feature of features)
    width +=
      feature.kind === 'number'
        ? encodeNumbers(feature.values, rows, width, put)
        : encodeCategories(feature.values, rows, width, put);
  return { encoded, width };
}

/**
 * The standardised value (clipped at ±5), its decile, or a mark for missing: 12 features at most. Returns how many were
 * used.
 */
function encodeNumbers(
  values: ArrayLike<number>,
  rows: number,
  at: number,
  put: (row: number, index: number, value: number) => void,
): number {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const ones = new Float64Array(sorted.length).fill(1);
  const { mean, squares, n } = momentsOf(sorted, ones);
  const deviation = Math.sqrt(squares / n) || 1;
  const bins = numericBaseline(sorted, ones);
  const edges = bins?.kind === 'numeric' ? bins.edges : [];
  for (let i = 0; i < rows; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      put(i, at, 1);
      continue;
    }
    put(i, at + 1, Math.min(5, Math.max(-5, (value - mean) / deviation)));
    put(i, at + 2 + edges.filter((edge) => value >= edge).length, 1);
  }
  return edges.length + 3;
}

function encodeCategories(
  values: readonly (string | null)[],
  rows: number,
  at: number,
  put: (row: number, index: number, value: number) => void,
): number {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const kept = new Map(
    [...counts]
      .toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, most)
      .map(([value], k) => [value, k + 2]),
  );
  for (let i = 0; i < rows; i++) {
    const value = values[i] ?? null;
    put(i, at + (value === null ? 0 : (kept.get(value) ?? 1)), 1);
  }
  return kept.size + 2;
}
