import { entryOf, toValue, type Located } from '../located.ts';

/** A field of a file; a file of null is that of the plot itself. */
export interface PlotField {
  file: string | null;
  field: string;
}

/** A plot of a dvc.yaml, of a stage or of the whole file. */
export interface DvcPlot {
  /** As DVC names it: its path, or a name of its own. */
  id: string;
  /** File or folder of its values, relative to the project; null when `y` names the files. */
  path: string | null;
  /** The stage that writes it; null for one of the whole dvc.yaml. */
  stage: string | null;
  /** Empty for the number of the row. */
  x: PlotField[];
  /** Null for the last field of the file. */
  y: PlotField[] | null;
  template: string | null;
  title: string | null;
  xLabel: string | null;
  yLabel: string | null;
  /** False when the first row of a CSV is data. */
  header: boolean;
}

/** Reads the items of `plots`. `resolve` makes a path relative to the project. */
export function readPlots(
  node: Located | undefined,
  stage: string | null,
  resolve: (path: string) => string,
): DvcPlot[] {
  return (node?.kind === 'seq' ? node.items : []).flatMap((item): DvcPlot[] => {
    if (item.kind === 'scalar') return [readPlot(String(item.value), undefined, stage, resolve)];
    if (item.kind !== 'map') return [];
    return item.entries.map(({ key, value }) => readPlot(key, value, stage, resolve));
  });
}

function readPlot(
  key: string,
  options: Located | undefined,
  stage: string | null,
  resolve: (path: string) => string,
): DvcPlot {
  const textOf = (name: string): string | null => {
    const value = toValue(entryOf(options, name)?.value);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  const y = entryOf(options, 'y')?.value;
  const x = entryOf(options, 'x')?.value;
  const isNamed = y?.kind === 'map';
  const yFields = fieldsOf(y, resolve);
  // One field of x holds for each file of y.
  const files = isNamed && x?.kind !== 'map' ? [...new Set(yFields.map(({ file }) => file))] : [null];
  return {
    id: isNamed ? key : resolve(key),
    path: isNamed ? null : resolve(key),
    stage,
    x: x?.kind === 'map' ? fieldsOf(x, resolve) : files.flatMap((file) => fieldsOf(x, resolve, file)),
    y: yFields.length === 0 ? null : yFields,
    template: textOf('template'),
    title: textOf('title'),
    xLabel: textOf('x_label'),
    yLabel: textOf('y_label'),
    header: toValue(entryOf(options, 'header')?.value) !== false,
  };
}

/** `tpr`, `[loss, acc]`, `{ a.csv: tpr, b.csv: [x, y] }` */
function fieldsOf(
  node: Located | undefined,
  resolve: (path: string) => string,
  file: string | null = null,
): PlotField[] {
  if (!node) return [];
  if (node.kind === 'map') return node.entries.flatMap(({ key, value }) => fieldsOf(value, resolve, resolve(key)));
  if (node.kind === 'seq') return node.items.flatMap((item) => fieldsOf(item, resolve, file));
  return node.value === null ? [] : [{ file, field: String(node.value) }];
}

/** The files and folders that the values of a plot come from. */
export function plotSources({ path, x, y }: DvcPlot): string[] {
  const named = [...(y ?? []), ...x].flatMap(({ file }) => file ?? []);
  return [...new Set([...(path === null ? [] : [path]), ...named])];
}
