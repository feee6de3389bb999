import { html, nothing, render, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { xText } from '../../ui/charts/axisText.ts';
import type { CurveChart } from '../../ui/charts/curves.ts';
import type { ChartLine } from '../../ui/charts/line.ts';
import { nearest } from '../../ui/charts/line.ts';
import type { LineStyle } from '../../ui/charts/lineStyle.ts';
import { metric } from '../../ui/format.ts';
import { swatch } from './swatch.ts';

/** The point of one line nearest to the cursor. */
export interface Reading {
  line: ChartLine;
  x: number;
  /** As logged; with smoothing, the average is shown beside it. */
  value: number;
  smooth: number | null;
}

const listed = 10;

/** The dots on the curves at the cursor, and a box with the runs there, nearest to the pointer first. */
export class Hover {
  readonly element = document.createElement('div');
  readonly #chart: CurveChart;
  readonly #key: string;
  lines: readonly ChartLine[] = [];

  constructor(chart: CurveChart, key: string) {
    this.#chart = chart;
    this.#key = key;
    this.element.className = 'hover';
  }

  /** `pointer` is null in charts that follow; its height is null when the keyboard moves the cursor. */
  show(x: number | null, pointer: { y: number | null } | null): void {
    const { shown } = this.#chart;
    if (x === null || !shown) {
      render(nothing, this.element);
      return;
    }
    const { frame, options } = shown;
    const readings = readingsAt(this.lines, x);
    const dots = readings.flatMap(({ line, x: at, value, smooth }) => {
      const left = this.#chart.leftOf(at);
      const top = frame.top + this.#chart.heightOf(smooth ?? value);
      const inside = left >= frame.left && left <= frame.left + frame.width && Number.isFinite(top);
      return inside ? [svg`<circle cx=${left} cy=${top} r="3.5" fill=${this.#style(line.place).color}></circle>`] : [];
    });
    const box = pointer
      ? this.#box(
          readings,
          pointer.y,
          xText(options.kind, options.xLabel, readings[0]?.x ?? x),
          x > (frame.xMin + frame.xMax) / 2,
        )
      : nothing;
    render(html`<svg class="dots" aria-hidden="true">${dots}</svg>${box}`, this.element);
  }

  #style(place: number): LineStyle {
    return this.#chart.style(place);
  }

  #box(readings: Reading[], y: number | null, where: string, right: boolean): TemplateResult {
    const ordered = y === null ? readings : readings.toSorted((a, b) => this.#far(a, y) - this.#far(b, y));
    const rest = ordered.length - listed;
    return html`<div class="readout ${right ? 'at-left' : ''}" aria-hidden="true">
      <div class="muted">${where}</div>
      ${ordered.slice(0, listed).map((one) => html`<div class="reading">${swatch(this.#style(one.line.place))}<span>${one.line.name}</span><b>${valueText(this.#key, one)}</b></div>`)}
      ${rest > 0 ? html`<div class="muted">${rest} more beside the charts</div>` : nothing}
    </div>`;
  }

  #far({ value, smooth }: Reading, y: number): number {
    const height = this.#chart.heightOf(smooth ?? value);
    return Number.isFinite(height) ? Math.abs(height - y) : Infinity;
  }
}

/** The point of each line nearest to an x. */
export function readingsAt(lines: readonly ChartLine[], x: number): Reading[] {
  return lines.flatMap((line) => {
    const index = nearest(line.line.xs, x);
    if (index < 0) return [];
    return [
      {
        line,
        x: line.line.xs[index] ?? x,
        value: line.line.ys[index] ?? Number.NaN,
        smooth: line.line.smooth?.[index] ?? null,
      },
    ];
  });
}

export function valueText(key: string, { value, smooth }: Pick<Reading, 'value' | 'smooth'>): string {
  const raw = plainValue(key, value);
  return smooth === null || !Number.isFinite(smooth) ? raw : `${metric(key, smooth)} (${raw})`;
}

/** A value as text, including those that JSON cannot represent. */
export function plainValue(key: string, value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? metric(key, value) : value > 0 ? '∞' : '−∞';
}
