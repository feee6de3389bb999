import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { css } from '../ui/css.ts';
import { groupRow, runRow, waitingRow } from './cells.ts';
import { pinnedCount, widthsOf, writeColumnSheet } from './columnSheet.ts';
import type { Does, Model } from './model.ts';
import { columnSlice, rowHeight, rowSlice } from './slices.ts';
import type { Port, Slice } from './slices.ts';
import { tableHead } from './tableHead.ts';

/** The grid. Only the rows and columns near what is in sight stand in the page; the rest is empty height and width. */
export function table(model: Model, does: Does, port: Port): TemplateResult {
  const pinned = pinnedCount(model.columns, model.layout);
  const widths = widthsOf(model.columns, model.layout, model.group !== null);
  writeColumnSheet(widths, pinned);
  const rows = rowSlice(port, model.length);
  const columns = columnSlice(port, widths.slice(pinned), widths.slice(0, pinned).reduce((sum, width) => sum + width, 0));
  const span = model.columns.length + 3;
  const shown = Array.from({ length: rows.to - rows.from }, (_, i) => rows.from + i);
  return html`<div class="scroller" tabindex="-1" @scroll=${() => does.scrolled()}>
    <table class="runs" role=${model.group === null ? 'grid' : 'treegrid'} aria-label="Runs" aria-rowcount=${model.length + 1} aria-multiselectable="true" tabindex="0"
      aria-activedescendant=${model.active >= rows.from && model.active < rows.to ? `row-${model.active}` : nothing} @keydown=${(event: KeyboardEvent) => does.keys(event)}>
      <colgroup><col class="tick"><col class="star">${model.columns.map((_, at) => html`<col class="c${at}">`)}<col></colgroup>
      ${tableHead(model, does, pinned)}
      <tbody>
        ${space(rows.from, span)}
        ${repeat(shown, (index) => index % Math.max(1, shown.length), (index) => row(index, model, does, pinned, columns))}
        ${space(model.length - rows.to, span)}
      </tbody>
    </table>
  </div>`;
}

function row(index: number, model: Model, does: Does, pinned: number, columns: Slice): TemplateResult {
  const found = model.row(index);
  if (found.kind === 'run') return runRow(found.run, index, model, does, pinned, columns);
  return found.kind === 'group' ? groupRow(found.group, found.open, index, model, does, pinned, columns) : waitingRow(index, model);
}

function space(rows: number, span: number): TemplateResult | typeof nothing {
  return rows <= 0 ? nothing : html`<tr class="space" aria-hidden="true"><td colspan=${span} ${css({ height: `${rows * rowHeight}px` })}></td></tr>`;
}
