import { HeatmapChart, LineChart, ScatterChart } from 'echarts/charts';
import { AriaComponent, DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsCoreOption, EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { onThemeChange } from '../theme.ts';

use([HeatmapChart, LineChart, ScatterChart, AriaComponent, DataZoomComponent, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

/** One ECharts drawing: made when it first has a size, made anew when the theme changes. */
export class EChart {
  readonly element = document.createElement('div');
  readonly #clicked: (event: { seriesId?: string; value: unknown }) => void;
  readonly #zoomed: (start: number, end: number) => void;
  #option: (() => EChartsCoreOption) | null = null;
  #height = 0;
  #chart: EChartsType | null = null;

  constructor(handlers: { clicked(event: { seriesId?: string; value: unknown }): void; zoomed(start: number, end: number): void }) {
    this.#clicked = handlers.clicked;
    this.#zoomed = handlers.zoomed;
    onThemeChange(() => this.#again());
    new ResizeObserver(() => this.#resized()).observe(this.element);
  }

  show(option: () => EChartsCoreOption, height: number): void {
    this.#option = option;
    this.#height = height;
    this.element.style.height = `${height}px`;
    this.#resized();
    this.#chart?.setOption(option(), { notMerge: true });
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
    chart.on('click', (event) => this.#clicked({ ...(event.seriesId === undefined ? {} : { seriesId: event.seriesId }), value: event.value }));
    chart.on('datazoom', () => {
      const { dataZoom } = chart.getOption() as { dataZoom?: { startValue: number; endValue: number }[] };
      const [zoom] = dataZoom ?? [];
      if (zoom) this.#zoomed(zoom.startValue, zoom.endValue);
    });
    chart.setOption(this.#option(), { notMerge: true });
    this.#chart = chart;
  }
}
