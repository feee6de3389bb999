import type { PlotSeries, PlotValue, RunPlot } from '../../protocol/runPlot.ts';
import type { DvcPlot, PlotField } from '../project/dvc/dvcPlots.ts';
import { plotData, type Datapoint } from './plotData.ts';

/**
 * The values of a plot as `dvc plots show` has them. `read` returns the text of a file. Throws an Error when a file
 * cannot be read, or does not hold a field.
 */
export function plotSeries(plot: DvcPlot, read: (file: string) => string): RunPlot {
  const known = new Map<string, Datapoint[]>();
  const rowsIn = (file: string): Datapoint[] => {
    const rows = known.get(file) ?? plotData(file, read(file), plot.header);
    known.set(file, rows);
    return rows;
  };
  const fileOf = ({ file }: PlotField) => file ?? plot.path ?? plot.id;
  const check = (field: PlotField) => {
    const [first] = rowsIn(fileOf(field));
    if (first && !Object.hasOwn(first, field.field))
      throw new Error(`\`${fileOf(field)}\` has no field \`${field.field}\`, but ${listed(Object.keys(first))}`);
  };
  const ys = plot.y ?? inferred(rowsIn(plot.path ?? plot.id));
  const xs = xsOf(plot, ys);
  for (const field of [...xs, ...ys]) check(field);
  const files = new Set(ys.map(fileOf));
  const fields = new Set(ys.map(({ field }) => field));
  const prefix = files.size > 1 ? commonFolder([...files]) : '';
  const series = ys.map((y, i): PlotSeries => {
    const rows = rowsIn(fileOf(y));
    const x = xs.length > 1 ? xs[i] : xs[0];
    const across = x && rowsIn(fileOf(x));
    if (across && across.length !== rows.length)
      throw new Error(
        `\`${x.field}\` of \`${fileOf(x)}\` has ${across.length} rows and \`${y.field}\` of \`${fileOf(y)}\` ${rows.length}`,
      );
    const short = fileOf(y).slice(prefix.length);
    return {
      name: files.size > 1 ? (fields.size > 1 ? `${short}::${y.field}` : short) : y.field,
      x: rows.map((_, row) => (x ? valueOf(across?.[row]?.[x.field]) : row)),
      y: rows.map((row) => valueOf(row[y.field])),
    };
  });
  const xFields = new Set(xs.map(({ field }) => field));
  return {
    format: 'loopwright-plot/1',
    id: plot.id,
    title: plot.title ?? plot.id,
    template: plot.template,
    xLabel: plot.xLabel ?? (xFields.size === 0 ? 'step' : (only(xFields) ?? 'x')),
    yLabel: plot.yLabel ?? only(fields) ?? 'y',
    series,
  };
}

/** One x for all, or one for each y. */
function xsOf({ x }: DvcPlot, ys: readonly PlotField[]): PlotField[] {
  if (x.length < 2) return x;
  if (x.length === ys.length) return x;
  // A field for each file of y, of which a file may have several fields.
  const byFile = ys.map((y) => x.find(({ file }) => file === y.file));
  if (byFile.every((field) => field !== undefined)) return byFile;
  throw new Error(`there are ${x.length} fields for x and ${ys.length} for y`);
}

/** The last field of the first row. */
function inferred([first]: readonly Datapoint[]): PlotField[] {
  const field = Object.keys(first ?? {}).at(-1);
  return field === undefined ? [] : [{ file: null, field }];
}

function only(names: ReadonlySet<string>): string | null {
  return names.size === 1 ? ([...names][0] ?? null) : null;
}

function valueOf(value: unknown): PlotValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const special = /^([-+]?)(nan|inf(?:inity)?)$/i.exec(text.trim());
  if (special) return /nan/i.test(text) ? 'NaN' : special[1] === '-' ? '-Infinity' : 'Infinity';
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : text;
}

function commonFolder(files: readonly string[]): string {
  const [first = '', ...others] = files.map((file) => file.split('/'));
  const steps = [...first].slice(0, -1);
  const length = steps.findIndex((step, i) => others.some((other) => other[i] !== step));
  const kept = length < 0 ? steps : steps.slice(0, length);
  return kept.length === 0 ? '' : `${kept.join('/')}/`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `\`${name}\``).join(', ');
}
