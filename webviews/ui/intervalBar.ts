import { nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { metric } from './format.ts';
import { withinBounds } from './metricBounds.ts';

export interface Interval {
  name: string;
  value: number;
  low: number | null;
  high: number | null;
  min: number | null;
  max: number | null;
  outcome: 'passed' | 'failed' | 'undecidable';
}

const width = 180;
const height = 22;
const edge = 8;

/** A value with its interval and bound on one axis; the side beyond the bound is shaded. */
export function intervalBar(one: Interval): TemplateResult {
  const bounds = [one.min, one.max].filter((bound) => bound !== null);
  const [from, to] = rangeOf(one.name, [one.value, one.low ?? one.value, one.high ?? one.value, ...bounds]);
  const x = (value: number): number => edge + ((value - from) / (to - from)) * (width - 2 * edge);
  const middle = height / 2;
  const low = one.low ?? one.value;
  const high = one.high ?? one.value;
  const said = `${metric(one.name, one.value)}${one.low === null && one.high === null ? '' : `, interval ${metric(one.name, low)} to ${metric(one.name, high)}`}${one.min === null ? '' : `, at least ${metric(one.name, one.min)}`}${one.max === null ? '' : `, at most ${metric(one.name, one.max)}`}`;
  return html`<svg
    class="interval ${one.outcome}"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label=${said}
  >
    <title>${said}</title>
    ${one.min === null ? nothing : svg`<rect class="forbidden" x="0" y="2" width=${Math.max(0, x(one.min))} height=${height - 4}></rect>`}
    ${one.max === null ? nothing : svg`<rect class="forbidden" x=${x(one.max)} y="2" width=${Math.max(0, width - x(one.max))} height=${height - 4}></rect>`}
    ${bounds.map((bound) => svg`<line class="bound" x1=${x(bound)} x2=${x(bound)} y1="1" y2=${height - 1}></line>`)}
    <line class="whisker" x1=${x(low)} x2=${x(high)} y1=${middle} y2=${middle}></line>
    ${one.low === null ? nothing : svg`<line class="whisker" x1=${x(low)} x2=${x(low)} y1=${middle - 4} y2=${middle + 4}></line>`}
    ${one.high === null ? nothing : svg`<line class="whisker" x1=${x(high)} x2=${x(high)} y1=${middle - 4} y2=${middle + 4}></line>`}
    <circle class="point" cx=${x(one.value)} cy=${middle} r="4"></circle>
  </svg>`;
}

/** A range around the values of a metric with a margin, never empty, and not beyond the bounds of the metric. */
export function rangeOf(name: string, values: number[]): [number, number] {
  const least = Math.min(...values);
  const most = Math.max(...values);
  const air = most > least ? (most - least) * 0.25 : Math.abs(most) * 0.1 || 1;
  return withinBounds(name, [least - air, most + air], [least, most]);
}
