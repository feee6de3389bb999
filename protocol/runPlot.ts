/** A chart that a program drew into files, as an artifact of its run. Values are those of `dvc plots show`. */
export interface RunPlot {
  format: 'loopwright-plot/1';
  /** As DVC names it: the path of its file, or a name of its own. */
  id: string;
  title: string;
  /** The template of DVC, such as `linear`, `scatter` or `confusion`; null for none. */
  template: string | null;
  xLabel: string;
  yLabel: string;
  series: PlotSeries[];
}

export interface PlotSeries {
  name: string;
  /** Texts are categories; `NaN`, `Infinity` and `-Infinity` are the numbers. Both lists have the same length. */
  x: PlotValue[];
  y: PlotValue[];
}

export type PlotValue = number | string | null;

/** The folder of plots among the artifacts of a run, and how the name of a chart ends. */
export const plotFolder = 'plots';
export const plotEnding = '.plot.json';
