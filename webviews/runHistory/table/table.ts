import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { css } from '../../ui/css.ts';
import { groupRow, runRow, waitingRow } from './cells.ts';
import type { Shape } from './cells.ts';
import { pinnedCount, widthsOf, writeColumnSheet } from '../columns/columnSheet.ts';
import type { Actions, Model } from '../model.ts';
import { columnSlice } from '../../ui/table/slices.ts';
import { runTable } from './runTable.ts';
import type { Port } from '../../ui/table/slices.ts';
import { tableHead } from './tableHead.ts';

/**
 * The grid. Only rows and columns near the visible part are in the page. Each row is positioned by itself and reused
 * when it scrolls out, so that a frame lays out and paints only the few new rows. The elements are therefore blocks
 * with table roles.
 */
export function table(model: Model, actions: Actions, port: Port): TemplateResult {
  const pinned = pinnedCount(model.columns, model.layout);
  const widths = widthsOf(model.columns, model.layout, model.group !== null);
  writeColumnSheet(widths, pinned);
  const rows = runTable.slice(port, model.length);
  const columns = columnSlice(port, widths.slice(pinned), sum(widths.slice(0, pinned)));
  const shape: Shape = {
    pinned,
    columns,
    before: sum(widths.slice(pinned, pinned + columns.from)),
    after: sum(widths.slice(pinned + columns.to)),
  };
  const shown = Array.from({ length: rows.to - rows.from }, (_, i) => rows.from + i);
  const turns = Math.max(1, shown.length);
  const place = (index: number): number => index % turns;
  const inPlaces = shown.toSorted((a, b) => place(a) - place(b));
  return html`<div class="scroller" tabindex="-1" @scroll=${() => actions.scrolled()}>
    <table
      class="runs"
      role=${model.group === null ? 'grid' : 'treegrid'}
      aria-label="Runs"
      aria-rowcount=${model.length + 1}
      aria-colcount=${model.columns.length + 2}
      aria-multiselectable="true"
      tabindex="0"
      aria-activedescendant=${model.active >= rows.from && model.active < rows.to ? `row-${model.active}` : nothing}
      @keydown=${(event: KeyboardEvent) => actions.keys(event)}
    >
      ${tableHead(model, actions, pinned)}
      <tbody role="rowgroup" ${css({ height: `${model.length * runTable.rowHeight}px` })}>
        ${repeat(inPlaces, place, (index) => row(index, model, actions, shape))}
      </tbody>
    </table>
  </div>`;
}

function row(index: number, model: Model, actions: Actions, shape: Shape): unknown {
  const found = model.row(index);
  if (found.kind === 'run') {
    const { run } = found;
    const { columns, pinned } = shape;
    // A scroll frame renders the new rows and skips the unchanged ones.
    const seen = [
      run,
      index,
      index === model.active,
      model.isSelected(run.runId),
      run.runId === model.open,
      model.stamp,
      pinned,
      columns.from,
      columns.to,
    ];
    return guard(seen, () => runRow(run, index, model, actions, shape));
  }
  return found.kind === 'group'
    ? groupRow(found.group, found.open, index, model, actions, shape)
    : waitingRow(index, model);
}

function sum(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + width, 0);
}
