import uPlot from 'uplot';
import type { MetricSeries } from '../../../protocol/runs.ts';
import { number } from '../format.ts';
import { chartColors, onThemeChange } from '../theme.ts';

interface Drawn {
  series: MetricSeries[];
  names: Map<string, string>;
  log: boolean;
}

const height = 240;

/** Metric curves over steps, every point, with a legend; drag to zoom, double click to go back. */
export class Curves {
  readonly element = document.createElement('div');
  #drawn: Drawn | null = null;
  #plot: uPlot | null = null;

  constructor() {
    this.element.className = 'curves';
    onThemeChange(() => this.#draw());
    new ResizeObserver(() => this.#plot?.setSize({ width: this.#width(), height })).observe(this.element);
  }

  show(series: MetricSeries[], names: Map<string, string>, log: boolean): void {
    const before = this.#drawn;
    this.#drawn = { series, names, log };
    const same = before !== null && before.log === log && before.series.length === series.length && before.series.every((one, index) => one.runId === series[index]?.runId && one.key === series[index]?.key);
    // New points of the same curves keep the zoom and the legend's choice.
    if (same && this.#plot) this.#plot.setData(tableOf(series, log), this.#plot.scales['x']?.max === undefined);
    else this.#draw();
  }

  clear(): void {
    this.#drawn = null;
    this.#plot?.destroy();
    this.#plot = null;
  }

  #width(): number {
    return Math.max(260, this.element.clientWidth);
  }

  #draw(): void {
    this.#plot?.destroy();
    this.#plot = null;
    if (!this.#drawn) return;
    const { series, names, log } = this.#drawn;
    const colors = chartColors();
    const axis = { stroke: colors.muted, grid: { stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1 }, font: `11px ${colors.font}` };
    const dashes = [[], [6, 4], [2, 3], [8, 3, 2, 3]];
    this.#plot = new uPlot({
      width: this.#width(),
      height,
      cursor: { drag: { x: true, y: false }, points: { size: 6 } },
      scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
      axes: [{ ...axis, label: 'step', labelSize: 18, labelFont: `11px ${colors.font}`, size: 34 }, { ...axis, size: 56, values: (_plot, ticks) => ticks.map((tick) => (tick === null ? '' : number(tick, 3))) }],
      series: [
        { label: 'step' },
        ...series.map((one, index) => ({
          label: names.get(one.runId) ?? one.runId.slice(0, 8),
          stroke: colors.series[index % colors.series.length] ?? colors.foreground,
          // After the palette's colours are used once, dashes tell the curves apart.
          dash: dashes[Math.floor(index / colors.series.length) % dashes.length] ?? [],
          width: 1.75,
          spanGaps: true,
          points: { show: one.points.length < 40, size: 4 },
          value: (_plot: uPlot, value: number | null) => number(value),
        })),
      ],
    }, tableOf(series, log), this.element);
  }
}

/** uPlot wants one x for all: the union of the steps, with gaps where a run has none. */
function tableOf(series: MetricSeries[], log: boolean): uPlot.AlignedData {
  const steps = [...new Set(series.flatMap((one) => one.points.map((point) => point.step)))].toSorted((a, b) => a - b);
  const columns = series.map((one) => {
    const byStep = new Map(one.points.map((point) => [point.step, point.value]));
    return steps.map((step) => {
      const value = byStep.get(step);
      return value === undefined || !Number.isFinite(value) || (log && value <= 0) ? null : value;
    });
  });
  return [steps, ...columns];
}
