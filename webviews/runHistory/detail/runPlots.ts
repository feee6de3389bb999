import type { ArtifactContent, ConfusionMatrix } from '../../../protocol/runs.ts';
import type { PlotValue, RunPlot } from '../../../protocol/runPlot.ts';
import type { ChartLine } from '../../ui/charts/line.ts';
import { bytesOf } from '../../ui/series.ts';

/** How the values of a plot are drawn. */
export type PlotForm =
  | { kind: 'lines'; lines: ChartLine[]; points: number; leftOut: number }
  | { kind: 'bars'; words: 'x' | 'y'; names: string[]; series: { name: string; values: (number | null)[] }[] }
  | { kind: 'confusion'; matrix: ConfusionMatrix };

const known = new WeakMap<ArtifactContent, RunPlot | null>();

/** Reads a kept plot; null for a file that is none. */
export function runPlotOf(content: ArtifactContent): RunPlot | null {
  const found = known.get(content);
  if (found !== undefined) return found;
  let plot: RunPlot | null = null;
  try {
    const read = JSON.parse(new TextDecoder().decode(bytesOf(content.base64 ?? ''))) as RunPlot;
    if (read.format === 'loopwright-plot/1' && Array.isArray(read.series)) plot = read;
  } catch {
    // It is shown among the files.
  }
  known.set(content, plot);
  return plot;
}

/**
 * The form of a plot: a matrix for the templates `confusion…`, bars where one side has words, lines or points otherwise.
 */
export function plotForm(plot: RunPlot): PlotForm {
  if (plot.template?.startsWith('confusion')) return { kind: 'confusion', matrix: matrixOf(plot) };
  if (plot.series.some(({ x }) => hasWords(x))) return bars(plot, 'x', 'y');
  if (plot.series.some(({ y }) => hasWords(y))) return bars(plot, 'y', 'x');
  const isApart = plot.template?.startsWith('scatter') ?? false;
  const lines = plot.series.map(({ name, x, y }, place) =>
    lineOf(name, x.map(numberOf), y.map(numberOf), place, isApart),
  );
  const points = plot.series.reduce((sum, { y }) => sum + y.length, 0);
  const leftOut = plot.series.reduce(
    (sum, { x, y }) => sum + y.filter((value, i) => !Number.isFinite(numberOf(value) + numberOf(x[i]))).length,
    0,
  );
  return { kind: 'lines', lines, points, leftOut };
}

function matrixOf({ series }: RunPlot): ConfusionMatrix {
  const pairs = series.flatMap(({ x, y }) => x.map((truth, i) => [String(truth), String(y[i] ?? '')] as const));
  const labels = [...new Set(pairs.flat())].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const places = new Map(labels.map((label, i) => [label, i]));
  const counts = labels.map(() => labels.map(() => 0));
  for (const [truth, guess] of pairs) {
    const row = counts[places.get(truth) ?? 0];
    const column = places.get(guess) ?? 0;
    if (row) row[column] = (row[column] ?? 0) + 1;
  }
  return { labels, counts };
}

function bars({ series, template }: RunPlot, words: 'x' | 'y', numbers: 'x' | 'y'): PlotForm {
  const names = [...new Set(series.flatMap((one) => one[words].map((name) => String(name ?? ''))))];
  const found = series.map((one) => {
    const values = new Map(one[words].map((name, i) => [String(name ?? ''), numberOf(one[numbers][i])]));
    return { name: one.name, values: names.map((name) => finite(values.get(name))) };
  });
  if (!template?.endsWith('sorted')) return { kind: 'bars', words, names, series: found };
  const [first] = found;
  const order = names
    .map((_, i) => i)
    .toSorted((a, b) => (first?.values[b] ?? -Infinity) - (first?.values[a] ?? -Infinity));
  return {
    kind: 'bars',
    words,
    names: order.map((i) => names[i] ?? ''),
    series: found.map((one) => ({ ...one, values: order.map((i) => one.values[i] ?? null) })),
  };
}

/** Ascending in x. With `isApart`, a gap after each point leaves only the points. */
function lineOf(name: string, x: readonly number[], y: readonly number[], place: number, isApart: boolean): ChartLine {
  const order = x
    .map((_, i) => i)
    .filter((i) => Number.isFinite(x[i]))
    .toSorted((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b);
  const xs = order.flatMap((i) => (isApart ? [x[i] ?? 0, x[i] ?? 0] : [x[i] ?? 0]));
  const ys = order.flatMap((i) => (isApart ? [y[i] ?? Number.NaN, Number.NaN] : [y[i] ?? Number.NaN]));
  const infinities = ys.flatMap((value, i) => (Math.abs(value) === Infinity ? [xs[i] ?? 0, Math.sign(value)] : []));
  return {
    id: String(place),
    name,
    place,
    line: { xs: Float64Array.from(xs), ys: Float64Array.from(ys), smooth: null, infinities },
  };
}

function hasWords(values: readonly PlotValue[]): boolean {
  return values.some((value) => typeof value === 'string' && Number.isNaN(Number(value)) && value !== 'NaN');
}

function numberOf(value: PlotValue | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
