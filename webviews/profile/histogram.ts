import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { ColumnProfile, Histogram } from '../../protocol/dataProfile.ts';
import { count } from '../../words/numbers.ts';
import { edgeLabels, grid, height, left, placesOf, roundAbove, top, toY, viewBox, width } from './axes.ts';
import type { ColumnRow } from './columnRows.ts';
import type { Actions, Model } from './model.ts';
import { share, valueOf, visible } from './text.ts';

/** The large histogram of rows by value, with axes; the bin at the pointer is described below it. */
export function largeHistogram(
  row: ColumnRow,
  column: ColumnProfile,
  model: Pick<Model, 'whole' | 'pointed'>,
  actions: Actions,
): TemplateResult {
  const { numbers } = column;
  if (!numbers) return html`<p class="muted">Every value is missing.</p>`;
  const { edges, counts }: Histogram = numbers.core && !model.whole ? numbers.core : numbers.histogram;
  const most = roundAbove(Math.max(...counts));
  const places = placesOf(edges, counts.length);
  const span = (edges.at(-1) ?? 0) - (edges[0] ?? 0);
  const filled = Math.max(1, column.rows - column.missing);
  const words = (index: number): string =>
    `${valueOf(column.type, edges[index], span)} to ${valueOf(column.type, edges[index + 1], span)}: ${count(counts[index])} rows, ${share((counts[index] ?? 0) / filled)}`;
  const inside = counts.reduce((sum, n) => sum + n, 0);
  return html`<figure class="plot">
    <svg
      viewBox=${viewBox}
      role="img"
      aria-label="Histogram of ${row.name}, highest bin ${count(Math.max(...counts))} rows"
      @pointerleave=${() => actions.point(null)}
    >
      ${grid(most, short, 'rows', `${row.name.length > 40 ? 'value' : visible(row.name)}${row.unit === null ? '' : `, ${row.unit}`}`)}
      ${places.map(
        ([from, to], index) => svg`<g class="bin" @pointerenter=${() => actions.point(words(index))}>
        <rect class="hit" x=${from} width=${Math.max(0, to - from)} y=${top} height=${height}></rect>
        ${(counts[index] ?? 0) > 0 ? svg`<rect class="now" x=${from + 0.5} width=${Math.max(1, to - from - 1)} y=${Math.min(toY(counts[index] ?? 0, most), top + height - 1.5)} height=${Math.max(1.5, top + height - toY(counts[index] ?? 0, most))}></rect>` : nothing}
      </g>`,
      )}
      <line class="axis" x1=${left} x2=${left + width} y1=${top + height} y2=${top + height}></line>
      ${edgeLabels(column.type, edges, places)}
    </svg>
    <figcaption aria-live="off">
      ${model.pointed ?? html`<span class="muted">${numbers.core && !model.whole ? `1st to 99th percentile, ${share(inside / filled)} of the values` : 'All finite values'}</span>`}
      ${numbers.core ? html`<label><input type="checkbox" .checked=${model.whole} @change=${(event: Event) => actions.whole(event.target instanceof HTMLInputElement && event.target.checked)} /> whole range</label>` : nothing}
    </figcaption>
    ${hiddenTable(
      'Rows by value',
      ['Value', 'Rows'],
      counts.map((n, index) => [
        `${valueOf(column.type, edges[index], span)} to ${valueOf(column.type, edges[index + 1], span)}`,
        count(n),
      ]),
    )}
  </figure>`;
}

/** The values of a drawing as text for screen readers. */
export function hiddenTable(title: string, heads: string[], rows: string[][]): TemplateResult {
  return html`<table class="visually-hidden">
    <caption>
      ${title}
    </caption>
    <thead>
      <tr>
        ${heads.map((head) => html`<th scope="col">${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** `1.2K`: axis labels have little space. */
export function short(value: number): string {
  return value < 10_000 ? count(value) : compact.format(value);
}
