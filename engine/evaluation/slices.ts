import { studentInterval } from '../statistics/studentInterval.ts';
import { rankRows } from './binarySlices/rankedRows.ts';
import { sumGroups, type GroupSums } from './binarySlices/sumGroups.ts';
import { summedMetric } from './binarySlices/summedMetric.ts';
import { prepareMetrics, subset, type EvaluationOptions, type PreparedMetrics } from './evaluate.ts';
import { fewestRows } from './fewestRows.ts';
import { groupingColumns, groupingName, type Grouping } from './grouping.ts';
import type { Groups } from './groups.ts';
import { estimate, resample, type Estimate, type Interval, type Resampled } from './intervals.ts';
import { meanLoss } from './meanLoss.ts';
import type { Predictions } from './predictions.ts';
import { rowLosses } from './rowLosses.ts';
import { rowsByGroup } from './rowsByGroup.ts';

/** The metrics of the rows that have one value of a column, or one pair of values of two. */
export interface SliceResult {
  /** Name of the grouping: `country`, or `country, device`. */
  column: string;
  /** `DE`, or `DE, mobile`. */
  value: string;
  /** Rows with a true value and a prediction. */
  n: number;
  /** Rows of the positive class; null when the model is not binary. */
  positives: number | null;
  /** Without those that fewer than 10 rows are behind. */
  metrics: Record<string, Estimate>;
  /** Slices that the grouping has, of which the largest are here; missing in reports of earlier versions. */
  of?: number | undefined;
}

/** Rows of a model, cut into slices. */
export interface SlicedRows {
  truth: Float64Array;
  predictions: Predictions;
  options: EvaluationOptions;
  seed: number;
}

/** One slice: the number of its group, its name in gates, such as `country=DE`, its value, and its rows. */
export interface Slice {
  code: number;
  label: string;
  value: string;
  rows: Uint32Array;
}

const mostSlices = 24;
/** Of larger slices the intervals are those of counts and of normal means, which resamples would only repeat. */
const mostRowsDrawn = 20_000;
const shown: Record<Predictions['task'], string[]> = {
  binary: ['pr_auc', 'roc_auc', 'recall', 'precision', 'accuracy', 'log_loss'],
  multiclass: ['accuracy', 'macro_f1', 'log_loss'],
  multilabel: ['micro_f1', 'macro_f1', 'samples_jaccard', 'subset_accuracy', 'hamming_loss'],
  regression: ['rmse', 'mae'],
  ranking: ['ndcg_at_k', 'map', 'mrr', 'recall_at_k', 'hit_rate_at_k'],
};

/** The slices of a grouping, most rows first. */
export function slicesOf(grouping: Grouping, groups: Groups): Slice[] {
  const columns = groupingColumns(grouping);
  return rowsByGroup(groups).map(({ code, rows }) => {
    const value = groups.names[code] ?? '(missing)';
    const parts = groups.parts?.[code] ?? columns.map(() => value);
    return { code, label: columns.map((column, c) => `${column}=${parts[c] ?? value}`).join(', '), value, rows };
  });
}

/** A grouping with the groups of its rows. */
export interface GroupedRows {
  grouping: Grouping;
  groups: Groups;
}

/** The metrics of each slice of some groupings, most rows first; slices beyond the 24th of a grouping are left out. */
export function evaluateSlices(groupings: readonly GroupedRows[], sliced: SlicedRows): SliceResult[] {
  const sums = groupSums(
    sliced,
    groupings.map(({ groups }) => groups),
  );
  return groupings.flatMap(({ grouping, groups }, a) => {
    const slices = slicesOf(grouping, groups);
    return slices.slice(0, mostSlices).map(({ code, value, rows }) => {
      const own = sums[a]?.[code + 1];
      const measured = own ? binarySlice(rows, own, sliced) : otherSlice(rows, sliced);
      return { column: groupingName(grouping), value, ...measured, of: slices.length };
    });
  });
}

type SliceMetrics = Pick<SliceResult, 'n' | 'positives' | 'metrics'>;

/** A slice of a binary model: from sums, and from resamples what these do not tell. */
function binarySlice(rows: Uint32Array, sums: GroupSums, sliced: SlicedRows): SliceMetrics {
  const found = shown.binary.flatMap((name) => {
    const metric = summedMetric(name, sums);
    if (!metric || metric.value === null || metric.behind < fewestRows) return [];
    return [{ name, value: metric.value, interval: metric.intervalAt(0.95) }];
  });
  const open = found.flatMap(({ name, interval }) => (interval === undefined ? [name] : []));
  const drawn = open.length === 0 ? null : resampledSlice(rows, sliced, open);
  const metrics = found.map(({ name, value, interval }) => [
    name,
    estimate(value, sums.n, interval ?? drawn?.(name) ?? null),
  ]);
  return { n: sums.n, positives: sums.positives.rows, metrics: Object.fromEntries(metrics) };
}

function otherSlice(rows: Uint32Array, sliced: SlicedRows): SliceMetrics {
  const names = shown[sliced.predictions.task];
  const only = { ...sliced, options: { ...sliced.options, only: names } };
  const { prepared, truth, predictions } = prepareSlice(rows, only);
  const isLarge = rows.length > mostRowsDrawn;
  const resampled: Resampled = isLarge
    ? new Map()
    : resample({ ...prepared.draws, seed: sliced.seed, resamples: 200 }, prepared.statistics);
  const values = prepared.values();
  const metrics: SliceResult['metrics'] = {};
  for (const name of names) {
    const found = values[name];
    if (found !== null && found !== undefined && prepared.rowsBehind(name) >= fewestRows)
      metrics[name] = estimate(
        found,
        prepared.n,
        prepared.intervalOf(name, resampled, 0.95) ??
          (isLarge ? largeInterval(name, { ...sliced, truth, predictions }) : null),
      );
  }
  return { n: prepared.n, positives: null, metrics };
}

/** The 95 % intervals of some metrics of a slice, by resamples of its rows or of cells of alike ones. */
function resampledSlice(
  rows: Uint32Array,
  sliced: SlicedRows,
  only: readonly string[],
): (name: string) => Interval | null {
  const { prepared } = prepareSlice(rows, { ...sliced, options: { ...sliced.options, only } });
  const resampled = resample({ ...prepared.draws, seed: sliced.seed, resamples: 200 }, prepared.statistics);
  return (name) => prepared.intervalOf(name, resampled, 0.95);
}

/** The sums of the groups of a binary model, see `sumGroups`; empty of any other. */
function groupSums({ truth, predictions, options }: SlicedRows, groupings: readonly Groups[]): GroupSums[][] {
  return predictions.task === 'binary' ? sumGroups(rankRows(truth, predictions, options), groupings) : [];
}

/** The 95 % interval of a mean loss of very many rows, whose mean is normal. */
function largeInterval(name: string, { truth, predictions, options }: SlicedRows): Interval | null {
  const found = rowLosses(truth, predictions, options);
  if (!found || !['log_loss', 'rmse', 'mae'].includes(name)) return null;
  const mean = meanLoss(name === 'mae' ? found.losses.map(Math.sqrt) : found.losses)();
  if (!mean || mean.error === null) return null;
  const { low, high } = studentInterval(mean.mean, mean.error, truth.length - 1);
  const end = (value: number) => (name === 'rmse' ? Math.sqrt(Math.max(0, value)) : Math.max(0, value));
  return { low: end(low), high: end(high) };
}

/** The metrics of some rows. */
export function prepareSlice(
  rows: Uint32Array,
  { truth, predictions, options }: SlicedRows,
): { prepared: PreparedMetrics; truth: Float64Array; predictions: Predictions } {
  const part = subset(truth, predictions, rows);
  return { prepared: prepareMetrics(part.truth, part.predictions, options), ...part };
}
