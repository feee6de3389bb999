import { html, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { DriftDetail } from '../../protocol/drift.ts';
import { columnName } from '../ui/format.ts';
import { count, number, percent } from '../../words/numbers.ts';

const width = 520;
const height = 190;
const left = 62;
const bottom = 40;
const top = 8;

/** The reference distribution as an outline and the current one filled, over the same bins and axes. */
export function distribution(detail: DriftDetail): TemplateResult {
  const bins = Math.max(detail.reference.length, detail.current.length);
  const most = Math.max(...detail.reference, ...detail.current, 0.01) * 1.08;
  const places = placesOf(detail, bins);
  const y = (share: number): number => top + height - (share / most) * height;
  const shares = (values: number[], index: number): number => values[index] ?? 0;
  const outline = places
    .map(
      ([from, to], index) =>
        `L${from},${y(shares(detail.reference, index))} L${to},${y(shares(detail.reference, index))}`,
    )
    .join(' ');
  const start = places[0]?.[0] ?? left;
  const end = places.at(-1)?.[1] ?? left;
  return html`<figure class="distribution">
    <svg
      viewBox="0 0 ${left + width + 10} ${top + height + bottom}"
      role="img"
      aria-label="${columnName(detail.column)}: share of rows per bin, reference and current"
    >
      ${[0, 0.5, 1].map((part) => svg`<line class="guide" x1=${left} x2=${left + width} y1=${y(part * most)} y2=${y(part * most)}></line><text class="muted" x=${left - 6} y=${y(part * most) + 4} text-anchor="end">${percent(part * most)}</text>`)}
      ${places.map(([from, to], index) => svg`<rect class="now" x=${from + 0.5} width=${Math.max(1, to - from - 1)} y=${y(shares(detail.current, index))} height=${top + height - y(shares(detail.current, index))}><title>${nameOf(detail, index)}: now ${percent(shares(detail.current, index))}, then ${percent(shares(detail.reference, index))}</title></rect>`)}
      <path class="then" d="M${start},${top + height} ${outline} L${end},${top + height}"></path>
      ${labels(detail, places).map(([x, text, anchor]) => svg`<text class="muted" x=${x} y=${top + height + 15} text-anchor=${anchor}>${text}</text>`)}
      <text class="muted" x=${left + width / 2} y=${top + height + 33} text-anchor="middle">
        ${columnName(detail.column)}
      </text>
      <text class="muted" transform="translate(12 ${top + height / 2}) rotate(-90)" text-anchor="middle">
        share of rows
      </text>
    </svg>
    <figcaption>
      <span class="key"><i class="swatch then"></i> then: reference, n ${count(detail.nReference)}</span
      ><span class="key"><i class="swatch now"></i> now: this window, n ${count(detail.nCurrent)}</span>
    </figcaption>
  </figure>`;
}

/** Bins have their true widths when the widths are similar enough to read; bins by quantile get equal widths. */
function placesOf(detail: DriftDetail, bins: number): [number, number][] {
  const { edges } = detail;
  const widths = edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge));
  const least = Math.min(...widths);
  const even =
    detail.type === 'numeric' &&
    edges.length === bins + 1 &&
    least > 0 &&
    Math.max(...widths) / least < 4 &&
    edges.every(Number.isFinite);
  const first = edges[0] ?? 0;
  const span = (edges.at(-1) ?? 1) - first;
  return Array.from({ length: bins }, (_, index): [number, number] => {
    if (!even) return [left + (index / bins) * width, left + ((index + 1) / bins) * width];
    return [
      left + (((edges[index] ?? 0) - first) / span) * width,
      left + (((edges[index + 1] ?? 0) - first) / span) * width,
    ];
  });
}

function nameOf(detail: DriftDetail, index: number): string {
  if (detail.type === 'categorical') return detail.labels[index] ?? 'other';
  return `${number(detail.edges[index], 3)} to ${number(detail.edges[index + 1], 3)}`;
}

function labels(detail: DriftDetail, places: [number, number][]): [number, string, string][] {
  if (detail.type === 'categorical') {
    const room = Math.max(3, Math.floor(width / Math.max(1, places.length) / 6.2));
    return places.map(([from, to], index) => {
      const text = detail.labels[index] ?? '';
      return [(from + to) / 2, text.length > room ? `${text.slice(0, room - 1)}…` : text, 'middle'];
    });
  }
  const every = Math.max(1, Math.ceil(places.length / 7));
  const ends = places
    .map(([from], index): [number, string, string] => [from, number(detail.edges[index], 3), 'middle'])
    .filter((_, index) => index % every === 0);
  const last = places.at(-1);
  if (last && places.length % every === 0) ends.push([last[1], number(detail.edges[places.length], 3), 'end']);
  return ends;
}
