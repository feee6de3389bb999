import { html, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { ComparedColumn, SharedDistribution } from '../../protocol/dataProfile.ts';
import { count } from '../../words/numbers.ts';
import { edgeLabels, grid, height, left, nameLabels, placesOf, roundAbove, top, toY, viewBox, width } from './axes.ts';
import type { ColumnRow } from './columnRows.ts';
import { hiddenTable } from './histogram.ts';
import type { Actions, Model } from './model.ts';
import { share, valueOf, visible } from './text.ts';

/** Both distributions over the same bins and axes: the reference as an outline, the current one filled. */
export function comparedPlot(
  row: ColumnRow,
  column: ComparedColumn,
  distribution: SharedDistribution,
  model: Pick<Model, 'pointed'>,
  actions: Actions,
): TemplateResult {
  const { edges, labels, reference, current } = distribution;
  const bins = Math.max(reference.length, current.length);
  const texts = edges.length === 0;
  const places = placesOf(edges, bins);
  const most = roundAbove(Math.max(...reference, ...current, 0.001));
  const y = (value: number | undefined): number => toY(value ?? 0, most);
  const span = (edges.at(-1) ?? 0) - (edges[0] ?? 0);
  const name = (index: number): string =>
    texts
      ? visible(labels[index] ?? '')
      : `${valueOf(row.type, edges[index], span)} to ${valueOf(row.type, edges[index + 1], span)}`;
  const words = (index: number): string =>
    `${name(index)}: then ${share(reference[index] ?? 0)}, now ${share(current[index] ?? 0)}`;
  const outline = places
    .map(([from, to], index) => `L${from},${y(reference[index])} L${to},${y(reference[index])}`)
    .join(' ');
  return html`<figure class="plot">
    <svg
      viewBox=${viewBox}
      role="img"
      aria-label="${row.name}: share of values per bin, reference and current"
      @pointerleave=${() => actions.point(null)}
    >
      ${grid(most, (value) => share(value), 'share of the values', `${row.name.length > 40 ? 'value' : visible(row.name)}${row.unit === null ? '' : `, ${row.unit}`}`)}
      ${places.map(
        ([from, to], index) => svg`<g class="bin" @pointerenter=${() => actions.point(words(index))}>
        <rect class="hit" x=${from} width=${Math.max(0, to - from)} y=${top} height=${height}></rect>
        <rect class="now" x=${from + (texts ? 3 : 0.5)} width=${Math.max(1, to - from - (texts ? 6 : 1))} y=${y(current[index])} height=${top + height - y(current[index])}></rect>
        ${texts ? svg`<rect class="then" x=${from + 1.5} width=${Math.max(1, to - from - 3)} y=${y(reference[index])} height=${top + height - y(reference[index])}></rect>` : ''}</g>`,
      )}
      ${texts ? '' : svg`<path class="then" d="M${places[0]?.[0] ?? left},${top + height} ${outline} L${places.at(-1)?.[1] ?? left},${top + height}"></path>`}
      <line class="axis" x1=${left} x2=${left + width} y1=${top + height} y2=${top + height}></line>
      ${texts ? nameLabels(labels, places) : edgeLabels(row.type, edges, places)}
    </svg>
    <figcaption>
      ${model.pointed ?? html`<span class="key"><i class="swatch then"></i> then, n ${count(column.nReference)}</span><span class="key"><i class="swatch now"></i> now, n ${count(column.nCurrent)}</span>`}
    </figcaption>
    ${hiddenTable(
      'Share of the values',
      ['Value', 'Then', 'Now'],
      places.map((_, index) => [name(index), share(reference[index] ?? 0), share(current[index] ?? 0)]),
    )}
  </figure>`;
}
