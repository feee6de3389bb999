import type { CardPlots, PlotPoint } from '../../protocol/cardPlots.ts';
import { argsort } from '../statistics/argsort.ts';
import { quantile } from '../statistics/quantile.ts';
import { fBetaOf } from './fBeta.ts';
import { decidedBy, type Predictions } from './predictions.ts';
import { rank } from './ranking.ts';
import { keepRows } from './tasks/keptRows.ts';
import { pick } from './weights.ts';

/** Points of a curve: more are not seen at the size of a card. */
const mostPoints = 160;
const residualBins = 20;

/** The plots of test rows, by their weights; null where there is nothing to draw. */
export function plotsOf(
  truth: Float64Array,
  predictions: Predictions,
  { threshold, areProbabilities }: { threshold: number | null; areProbabilities: boolean },
): CardPlots | null {
  if (predictions.task === 'regression') return residualPlots(truth, predictions);
  return predictions.task === 'binary' ? curves(truth, predictions, threshold, areProbabilities) : null;
}

function knownRows(truth: Float64Array, { values, weights }: Predictions) {
  const rows = keepRows(
    truth.length,
    weights,
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && !Number.isNaN(values[i] ?? Number.NaN),
  );
  return { truth: pick(truth, rows.kept), values: pick(values, rows.kept), weights: rows.weights };
}

/** The curves over all thresholds; null with one class only. */
function curves(
  truth: Float64Array,
  predictions: Predictions,
  threshold: number | null,
  areProbabilities: boolean,
): CardPlots | null {
  const { truth: labels, values: scores, weights } = knownRows(truth, predictions);
  let [positives, negatives] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) positives += weights?.[i] ?? 1;
    else negatives += weights?.[i] ?? 1;
  }
  if (positives === 0 || negatives === 0) return null;
  const { order, groupEnds } = rank(labels, scores);
  const all = positives + negatives;
  const roc: PlotPoint[] = [{ x: 0, y: 0 }];
  const pr: PlotPoint[] = [];
  const gain: PlotPoint[] = [{ x: 0, y: 0 }];
  const thresholds: CardPlots['thresholds'] & object = [];
  let [tp, fp, start, drawn] = [0, 0, 0, -1];
  for (const [group, end] of groupEnds.entries()) {
    for (let k = start; k < end; k++) {
      const row = order[k] ?? 0;
      if (labels[row] === 1) tp += weights?.[row] ?? 1;
      else fp += weights?.[row] ?? 1;
    }
    start = end;
    // A point where any of the curves has moved by a step of the drawing.
    const at = Math.floor((tp / positives) * mostPoints) + Math.floor((fp / negatives) * mostPoints);
    if (at === drawn && group < groupEnds.length - 1 && group > 0) continue;
    drawn = at;
    const [recall, precision] = [tp / positives, tp / (tp + fp)];
    roc.push({ x: fp / negatives, y: recall });
    pr.push({ x: recall, y: precision });
    gain.push({ x: (tp + fp) / all, y: recall });
    thresholds.push({
      threshold: scores[order[end - 1] ?? 0] ?? 0,
      precision,
      recall,
      f1: fBetaOf({ tp, fp, fn: positives - tp, tn: negatives - fp }, 1) ?? 0,
    });
  }
  const isOfScores = decidedBy(predictions, threshold) !== null && predictions.decisions === undefined;
  return {
    share: positives / all,
    roc,
    pr,
    gain,
    thresholds: isOfScores ? thresholds : undefined,
    chosen: isOfScores && threshold !== null ? threshold : undefined,
    areProbabilities,
  };
}

/** Quantiles of the errors by predicted value, in bins of equal count, and a histogram of all errors. */
function residualPlots(truth: Float64Array, predictions: Predictions): CardPlots | null {
  const { truth: known, values } = knownRows(truth, predictions);
  const n = known.length;
  if (n === 0) return null;
  const errors = known.map((y, i) => y - (values[i] ?? 0));
  const order = argsort(values);
  const bins = Math.min(residualBins, n);
  const residuals = Array.from({ length: bins }, (_, b) => {
    const rows = order.subarray(Math.floor((b * n) / bins), Math.floor(((b + 1) * n) / bins));
    const sorted = pick(errors, rows).sort();
    return {
      predicted: rows.reduce((sum, row) => sum + (values[row] ?? 0), 0) / rows.length,
      low: quantile(sorted, 0.05),
      median: quantile(sorted, 0.5),
      high: quantile(sorted, 0.95),
      n: rows.length,
    };
  });
  return { residuals };
}
