import { svg } from 'lit';
import type { TemplateResult } from 'lit';
import { number } from '../../words/numbers.ts';
import { shortened, valueOf, visible } from './text.ts';

export const width = 480;
export const height = 170;
export const left = 58;
export const top = 10;
export const viewBox = `0 0 ${left + width + 12} ${top + height + 38}`;

export function toY(value: number, most: number): number {
  return top + height - (most > 0 ? (value / most) * height : 0);
}

/** A round number at or above the largest value, so that grid lines have round labels. */
export function roundAbove(most: number): number {
  if (!(most > 0) || !Number.isFinite(most)) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return Number((([1, 2, 3, 4, 5, 6, 8, 10].find((step) => step * power >= most) ?? 10) * power).toPrecision(6));
}

/** The grid with its labels, and the titles of both axes. */
export function grid(most: number, text: (value: number) => string, down: string, across: string): TemplateResult {
  return svg`
    ${[0, 0.5, 1].map((part) => svg`<line class="guide" x1=${left} x2=${left + width} y1=${toY(part * most, most)} y2=${toY(part * most, most)}></line><text class="muted" x=${left - 6} y=${toY(part * most, most) + 4} text-anchor="end">${text(part * most)}</text>`)}
    <text class="muted" x="12" y=${top + height / 2} text-anchor="middle" transform="rotate(-90 12 ${top + height / 2})">${down}</text>
    <text class="muted" x=${left + width / 2} y=${top + height + 33} text-anchor="middle">${across}</text>`;
}

/**
 * Bins have their true widths when the widths are similar enough to read; bins by quantile, and texts, get equal
 * widths.
 */
export function placesOf(edges: readonly number[], bins: number): [number, number][] {
  const widths = edges.slice(1).map((edge, index) => edge - (edges[index] ?? edge));
  const least = Math.min(...widths);
  const even =
    edges.length === bins + 1 && least > 0 && Math.max(...widths) / least < 4 && edges.every(Number.isFinite);
  const first = edges[0] ?? 0;
  const span = (edges.at(-1) ?? 1) - first;
  const at = (index: number): number =>
    left + (even ? ((edges[index] ?? 0) - first) / span : index / Math.max(1, bins)) * width;
  return Array.from({ length: bins }, (_, index) => [at(index), at(index + 1)]);
}

/** Labels of the edges, as many as fit. */
export function edgeLabels(
  type: string,
  edges: readonly number[],
  places: readonly [number, number][],
): TemplateResult {
  const span = (edges.at(-1) ?? 0) - (edges[0] ?? 0);
  const xs = [...places.map(([from]) => from), places.at(-1)?.[1] ?? left];
  const every = Math.max(1, Math.ceil((xs.length - 1) / (type === 'datetime' ? 4 : 5)));
  const chosen = xs.flatMap((x, index) =>
    index % every === 0 && (index === 0 || xs.length - 1 - index >= every / 2 || index === xs.length - 1)
      ? [{ x, index }]
      : [],
  );
  if (chosen.at(-1)?.index !== xs.length - 1) chosen.push({ x: xs.at(-1) ?? left, index: xs.length - 1 });
  return svg`${chosen.map(({ x, index }, i) => svg`<text class="muted" x=${x} y=${top + height + 15} text-anchor=${i === 0 ? 'start' : i === chosen.length - 1 ? 'end' : 'middle'}>${tickOf(type, edges[index], span)}</text>`)}`;
}

function tickOf(type: string, value: number | undefined, span: number): string {
  return type === 'datetime' ? valueOf(type, value, span) : number(value, 3);
}

/** Labels below the centres of the bars, truncated to the available width. */
export function nameLabels(labels: readonly string[], places: readonly [number, number][]): TemplateResult {
  const room = Math.max(2, Math.floor(width / Math.max(1, places.length) / 6.4));
  return svg`${places.map(([from, to], index) => svg`<text class="muted" x=${(from + to) / 2} y=${top + height + 15} text-anchor="middle">${shortened(visible(labels[index] ?? ''), room)}</text>`)}`;
}
