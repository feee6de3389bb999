import type { RunPlot } from '../../../protocol/runPlot.ts';
import { CurveChart } from '../../ui/charts/curves.ts';
import { styleAt } from '../../ui/charts/lineStyle.ts';
import { chartColors } from '../../ui/theme.ts';
import type { PlotForm } from './runPlots.ts';

/** The drawn charts of one run, kept between paints. */
export class PlotCharts {
  readonly #charts = new Map<string, { chart: CurveChart; drawn: RunPlot | null; zoom: [number, number] | null }>();

  /** The element of a chart, with the values of a plot. */
  draw(path: string, plot: RunPlot, { lines }: Extract<PlotForm, { kind: 'lines' }>): HTMLElement {
    let held = this.#charts.get(path);
    if (!held) {
      const made = {
        chart: null as unknown as CurveChart,
        drawn: null as RunPlot | null,
        zoom: null as [number, number] | null,
      };
      made.chart = new CurveChart({
        zoomed: (zoom) => {
          made.zoom = zoom;
          made.chart.show(lines, optionsOf(plot, zoom));
        },
        hovered: () => {},
        style: (place) => styleAt(place, chartColors().series),
      });
      this.#charts.set(path, (held = made));
    }
    if (held.drawn !== plot) {
      held.drawn = plot;
      held.chart.show(lines, optionsOf(plot, held.zoom));
    }
    return held.chart.element;
  }

  clear(): void {
    for (const { chart } of this.#charts.values()) chart.clear();
    this.#charts.clear();
  }
}

function optionsOf({ xLabel, yLabel }: RunPlot, zoom: [number, number] | null) {
  return { xLabel, yLabel, kind: 'number' as const, logX: false, logY: false, zoom, focus: null };
}
