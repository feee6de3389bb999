import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { metric } from './format.ts';
import { count, number, plural } from '../../words/numbers.ts';
import { rangeOf } from './intervalBar.ts';

export interface Dot {
  label: string;
  n: number;
  /** Number of rows of the positive class; null where there is none. */
  positives: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
}

const labelWidth = 150;
const plotWidth = 300;
const numberWidth = 130;
const positivesWidth = 66;
const rowHeight = 22;
const top = 18;
const axisHeight = 34;

const fewPositives = 30;

/** With so few positives, a single one changes the value visibly. */
export function isFew(dot: Pick<Dot, 'positives'>): boolean {
  return dot.positives !== null && dot.positives < fewPositives;
}

/**
 * One dot per group with its interval and size; the line across is the value over all rows, or another that `named`
 * names.
 */
export function dotPlot(title: string, dots: Dot[], overall: number | null, named = 'all'): TemplateResult {
  const values = dots.flatMap((dot) => [dot.value, dot.low, dot.high]).filter((value) => value !== null);
  if (overall !== null) values.push(overall);
  if (values.length === 0) return html`<p class="muted">No group had enough rows to measure ${title}.</p>`;
  const [from, to] = rangeOf(title, values);
  const x = (value: number): number => labelWidth + ((value - from) / (to - from)) * plotWidth;
  const height = top + dots.length * rowHeight + axisHeight;
  const hasPositives = dots.some((dot) => dot.positives !== null);
  const width = labelWidth + plotWidth + numberWidth + (hasPositives ? positivesWidth : 0);
  const nEnd = hasPositives ? width - positivesWidth : width;
  return html`<svg
    class="dots"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label="${title} by group"
  >
    <text x=${nEnd - 62} y="11" text-anchor="end" class="muted">value</text>
    <text x=${nEnd} y="11" text-anchor="end" class="muted">n</text>
    ${hasPositives ? svg`<text x=${width} y="11" text-anchor="end" class="muted">positives</text>` : nothing}
    ${overall === null ? nothing : svg`<line class="overall" x1=${x(overall)} x2=${x(overall)} y1=${top - 2} y2=${height - axisHeight + 2}></line><text class="muted" x=${x(overall)} y="11" text-anchor="middle">${`${named} ${number(overall, 3)}`.trim()}</text>`}
    ${dots.map((dot, index) => row(title, dot, top + index * rowHeight + rowHeight / 2, x, nEnd, width))}
    ${[from, (from + to) / 2, to].map((tick, index) => svg`<text class="muted" x=${x(tick)} y=${height - axisHeight + 15} text-anchor=${['start', 'middle', 'end'][index] ?? 'middle'}>${number(tick, 2)}</text>`)}
    <text class="muted" x=${labelWidth + plotWidth / 2} y=${height - 3} text-anchor="middle">${title}</text>
  </svg>`;
}

function row(
  name: string,
  dot: Dot,
  y: number,
  x: (value: number) => number,
  nEnd: number,
  width: number,
): TemplateResult {
  const said =
    dot.value === null
      ? `${dot.label}: too few rows, n ${count(dot.n)}`
      : `${dot.label}: ${number(dot.value)}${dot.low === null || dot.high === null ? '' : ` (${number(dot.low)} to ${number(dot.high)})`}, n ${count(dot.n)}${dot.positives === null ? '' : `, ${plural(dot.positives, 'positive')}`}`;
  return svg`<g><title>${said}</title>
    <line class="guide" x1=${labelWidth} x2=${labelWidth + plotWidth} y1=${y} y2=${y}></line>
    <text x=${labelWidth - 8} y=${y + 4} text-anchor="end">${short(dot.label)}</text>
    ${dot.value === null ? svg`<text class="muted" x=${labelWidth + 6} y=${y + 4}>too few rows</text>` : nothing}
    ${dot.low === null || dot.high === null ? nothing : svg`<line class="whisker" x1=${x(dot.low)} x2=${x(dot.high)} y1=${y} y2=${y}></line>`}
    ${dot.value === null ? nothing : svg`<circle class="dot" cx=${x(dot.value)} cy=${y} r="4.5"></circle>`}
    <text x=${nEnd - 62} y=${y + 4} text-anchor="end">${dot.value === null ? '' : metric(name, dot.value)}</text><text x=${nEnd} y=${y + 4} text-anchor="end">${count(dot.n)}</text>
    ${dot.positives === null ? nothing : svg`<text x=${width} y=${y + 4} text-anchor="end" class=${isFew(dot) ? 'few' : ''}>${count(dot.positives)}${isFew(dot) ? ' ⚠' : ''}</text>`}
  </g>`;
}

function short(label: string): string {
  return label.length > 22 ? `${label.slice(0, 21)}…` : label;
}
