import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { count, number } from './format.ts';
import { rangeOf } from './intervalBar.ts';

export interface Dot {
  label: string;
  n: number;
  value: number | null;
  low: number | null;
  high: number | null;
}

const labelWidth = 150;
const plotWidth = 300;
const numberWidth = 130;
const rowHeight = 22;
const top = 18;

/** One dot a group with its interval and size; the line across is the value over all rows. */
export function dotPlot(title: string, dots: Dot[], overall: number | null): TemplateResult {
  const values = dots.flatMap((dot) => [dot.value, dot.low, dot.high]).filter((value) => value !== null);
  if (overall !== null) values.push(overall);
  if (values.length === 0) return html`<p class="muted">No group had enough rows to measure ${title}.</p>`;
  const [from, to] = rangeOf(values);
  const x = (value: number): number => labelWidth + ((value - from) / (to - from)) * plotWidth;
  const height = top + dots.length * rowHeight + 18;
  const width = labelWidth + plotWidth + numberWidth;
  return html`<svg class="dots" viewBox="0 0 ${width} ${height}" width=${width} height=${height} role="img" aria-label="${title} by group">
    <text x=${width - 62} y="11" text-anchor="end" class="muted">${title}</text><text x=${width} y="11" text-anchor="end" class="muted">n</text>
    ${overall === null ? nothing : svg`<line class="overall" x1=${x(overall)} x2=${x(overall)} y1=${top - 2} y2=${height - 16}></line><text class="muted" x=${x(overall)} y="11" text-anchor="middle">all ${number(overall, 3)}</text>`}
    ${dots.map((dot, index) => row(dot, top + index * rowHeight + rowHeight / 2, x, width))}
    ${[from, (from + to) / 2, to].map((tick, index) => svg`<text class="muted" x=${x(tick)} y=${height - 3} text-anchor=${['start', 'middle', 'end'][index] ?? 'middle'}>${number(tick, 2)}</text>`)}
  </svg>`;
}

function row(dot: Dot, y: number, x: (value: number) => number, width: number): TemplateResult {
  const said = dot.value === null ? `${dot.label}: too few rows` : `${dot.label}: ${number(dot.value)}${dot.low === null || dot.high === null ? '' : ` (${number(dot.low)} to ${number(dot.high)})`}, n ${count(dot.n)}`;
  return svg`<g><title>${said}</title>
    <line class="guide" x1=${labelWidth} x2=${labelWidth + plotWidth} y1=${y} y2=${y}></line>
    <text x=${labelWidth - 8} y=${y + 4} text-anchor="end">${short(dot.label)}</text>
    ${dot.value === null ? svg`<text class="muted" x=${labelWidth + 6} y=${y + 4}>too few rows</text>` : nothing}
    ${dot.low === null || dot.high === null ? nothing : svg`<line class="whisker" x1=${x(dot.low)} x2=${x(dot.high)} y1=${y} y2=${y}></line>`}
    ${dot.value === null ? nothing : svg`<circle class="dot" cx=${x(dot.value)} cy=${y} r="4.5"></circle>`}
    <text x=${width - 62} y=${y + 4} text-anchor="end">${dot.value === null ? '' : dot.value.toFixed(3)}</text><text x=${width} y=${y + 4} text-anchor="end">${count(dot.n)}</text>
  </g>`;
}

function short(label: string): string {
  return label.length > 22 ? `${label.slice(0, 21)}…` : label;
}
