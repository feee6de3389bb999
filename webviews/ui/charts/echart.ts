import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { onThemeChange } from '../theme.ts';
import { onResize } from './onResize.ts';

// The common parts of all drawings; each kind of chart is registered where it is used.
use([AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export interface EChartHandlers {
  clicked(event: { seriesId?: string; value: unknown; dataIndex?: number }): void;
  zoomed(start: number, end: number): void;
  /** Ranges of the axes of parallel coordinates were selected; an empty list means the whole axis. */
  areaSelected?(axis: string, intervals: [number, number][]): void;
}

/** One ECharts drawing: created when its element first has a size, and created again when the theme changes. */
export class EChart {
  readonly element = document.createElement('div');
  readonly #handlers: EChartHandlers;
  #option: (() => EChartsCoreOption) | null = null;
  #after: (chart: EChartsType) => void = () => {};
  #height = 0;
  #chart: EChartsType | null = null;

  constructor(handlers: EChartHandlers) {
    this.#handlers = handlers;
    onThemeChange(() => this.#again());
    onResize(this.element, () => this.#resized());
  }

  /** `after` restores state that an option does not contain, such as selected ranges of axes. */
  show(option: () => EChartsCoreOption, height: number, after: (chart: EChartsType) => void = () => {}): void {
    this.#option = option;
    this.#after = after;
    this.#height = height;
    this.element.style.height = `${height}px`;
    this.#resized();
    if (!this.#chart) return;
    this.#chart.setOption(option(), { notMerge: true });
    after(this.#chart);
  }

  #resized(): void {
    if (this.element.clientWidth === 0 || !this.#option) return;
    if (this.#chart) return this.#chart.resize({ height: this.#height });
    this.#again();
  }

  #again(): void {
    if (!this.#option || this.element.clientWidth === 0) return;
    this.#chart?.dispose();
    const chart = init(this.element, null, { renderer: 'canvas', height: this.#height });
    const { clicked, zoomed, areaSelected } = this.#handlers;
    chart.on('click', (event) =>
      clicked({
        ...(event.seriesId === undefined ? {} : { seriesId: event.seriesId }),
        value: event.value,
        dataIndex: event.dataIndex,
      }),
    );
    chart.on('datazoom', () => {
      const { dataZoom } = chart.getOption() as { dataZoom?: { startValue: number; endValue: number }[] };
      const [zoom] = dataZoom ?? [];
      if (zoom) zoomed(zoom.startValue, zoom.endValue);
    });
    chart.on('axisareaselected', (event) => {
      const { parallelAxisId, intervals } = event as unknown as {
        parallelAxisId?: string;
        intervals?: [number, number][];
      };
      if (parallelAxisId !== undefined)
        areaSelected?.(
          parallelAxisId,
          (intervals ?? []).map(([from, to]) => [Math.min(from, to), Math.max(from, to)]),
        );
    });
    chart.setOption(this.#option(), { notMerge: true });
    this.#after(chart);
    this.#chart = chart;
  }
}
