import { binaryRows, classSizes, type BinaryRows } from '../binaryRows.ts';
import { combine, rankBins, spreadCodes, valueBins } from '../condense.ts';
import type { EvaluationOptions } from '../evaluationOptions.ts';
import { fallingScores, keepScored, type FallingScores } from '../fallingScores.ts';
import { hasParameter } from '../measures/measure.ts';
import { rowHits } from '../rowHits.ts';
import { oneSidedInterval } from '../oneSidedInterval.ts';
import { decidedBy, type Decided, type Predictions } from '../predictions.ts';
import { ascending } from '../ranking.ts';
import { rareClassInterval } from '../rareClassInterval.ts';
import type { TaskRows } from '../taskRows.ts';
import { union } from '../union.ts';
import { pick } from '../weights.ts';
import { equalRows, partsOfRows, type KeptRows } from './keptRows.ts';

/** Scores of one class, with a threshold or decisions. */
export function binaryTask(
  truth: Float64Array,
  predictions: Predictions,
  options: EvaluationOptions,
): TaskRows<BinaryRows> {
  const { values } = predictions;
  const sorted = truth.length > mostInOwnOrder ? fallingScores(truth, predictions) : null;
  const rows: KeptRows = sorted ? sortedRows(truth, predictions, sorted) : keepScored(truth, predictions);
  const scores = sorted?.scores ?? pick(values, rows.kept);
  const decided = decidedBy(predictions, options.threshold);
  const task = taskOf(
    rows,
    {
      labels: pick(truth, rows.kept),
      scores,
      decided: decided && {
        ...decided,
        values: decided.values === values ? scores : pick(decided.values, rows.kept),
      },
    },
    options,
  );
  return {
    ...task,
    hits: ({ shareOf }) =>
      decided &&
      rowHits(shareOf, truth, (i) => {
        const score = decided.values[i] ?? Number.NaN;
        return Number.isNaN(values[i] ?? Number.NaN) ? Number.NaN : Number(score >= decided.threshold);
      }),
  };
}

/** More rows are sorted by score first: in any other order the memory of most rows is far from that of the last one. */
const mostInOwnOrder = 100_000;

function sortedRows(truth: Float64Array, { weights }: Predictions, { kept }: FallingScores): KeptRows {
  return { rowsGiven: truth.length, kept, weights: weights && pick(weights, kept), isSorted: true };
}

interface KnownRows {
  labels: Float64Array;
  scores: Float64Array;
  decided: Decided | null;
}

function taskOf(kept: KeptRows, known: KnownRows, options: EvaluationOptions): TaskRows<BinaryRows> {
  const { labels, scores, decided } = known;
  const parameters = options.parameters ?? {};
  const areProbabilities = options.areProbabilities ?? true;
  const decidedAt = (i: number) =>
    decided ? Number((decided.values[i] ?? Number.NaN) >= decided.threshold) : Number.NaN;
  const rowsAt = binaryRows(known, { minPrecision: options.minPrecision, parameters });
  return {
    ...partsOfRows(kept),
    parameters,
    usuallyUndefinedWhen: 'the test rows hold only one class',
    formula: (measure) =>
      (measure.needs === 'threshold' && !decided) ||
      (measure.needs === 'probability' && !areProbabilities) ||
      !hasParameter(measure, parameters)
        ? undefined
        : measure.binary,
    rows: rowsAt,
    losses: ({ loss }) => {
      const of = loss?.binary;
      return of && labels.map((label, i) => of(label, scores[i] ?? Number.NaN, decidedAt(i), parameters));
    },
    interval: ({ interval, loss, needs }) => {
      const of = loss?.binary;
      if (!of) return interval?.binary;
      // Costs are those of decisions: few rows of a class do not show how many of it there are, nor how they are decided.
      if (needs === 'threshold')
        return (rows, confidence) =>
          rareClassInterval(rows, (label, i) => of(label, scores[i] ?? 0, decidedAt(i), parameters), confidence);
      return (rows, confidence) => {
        const lossOf = (label: number, i: number) => of(label, scores[i] ?? 0, Number.NaN, parameters);
        return union(rareClassInterval(rows, lossOf, confidence), oneSidedInterval(rows, lossOf, confidence));
      };
    },
    hits: () => null,
    behind: (rows, measure) => {
      const [positives, negatives] = classSizes(rows);
      const rarer = Math.min(positives.effective, negatives.effective);
      if (rarer === 0) return 0;
      const { confusion, squared } = rows;
      return {
        positives: positives.effective,
        negatives: negatives.effective,
        rarer,
        decided: equalRows(confusion.tp + confusion.fp, squared.tp + squared.fp),
        all: equalRows(positives.weight + negatives.weight, positives.squares + negatives.squares),
      }[measure.behind ?? 'all'];
    },
    condensing: {
      codes: (bins) => {
        const kinds = Int32Array.from(labels, (label, i) => 2 * Number(label === 1) + Number(decidedAt(i) === 1));
        const codes = combine(rankBins(scores, bins, ascending(rowsAt().ranking)), kinds);
        return kept.weights ? combine(codes, valueBins(kept.weights, weightBins)) : codes;
      },
      spread: (codes) => spreadCodes(codes, kept),
      condensed: (cells) => {
        const mean = (values: ArrayLike<number>) => cells.mean(values, kept.kept);
        const size = cells.counts.length;
        return taskOf(
          {
            rowsGiven: size,
            kept: Uint32Array.from({ length: size }, (_, i) => i),
            weights: kept.weights && mean(kept.weights),
          },
          {
            labels: mean(labels),
            scores: mean(scores),
            decided: decided && { values: mean(labels.map((_, i) => decidedAt(i))), threshold: 0.5 },
          },
          options,
        );
      },
    },
  };
}

/** Weights are told apart by about as many values. */
export const weightBins = 16;
