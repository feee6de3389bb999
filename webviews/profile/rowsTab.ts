import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { absent, count } from '../../words/numbers.ts';
import { errorBar, skeleton } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';
import { visible } from './text.ts';

export const pageRows = 100;

/** The rows as they are in the files. */
export function rowsTab(model: Model, actions: Actions): TemplateResult {
  const page = model.page.value;
  const error = errorBar(model.page.error, () => actions.retry('rows'));
  if (!page) return html`${error}${model.page.error === null ? skeleton(10) : nothing}`;
  if (page.rows.length === 0 && page.offset === 0)
    return html`${error}
      <div class="note"><p class="muted">The table has no rows.</p></div>`;
  const types = new Map(model.all.map(({ name, type }) => [name, type]));
  const right = page.columns.map((name) => ['number', 'integer'].includes(types.get(name) ?? ''));
  const total = model.profile.value?.rows ?? model.outline?.rows ?? null;
  return html`${error}
    <div class="toolbar">
      <button
        class="link"
        ?disabled=${page.offset === 0}
        @click=${() => actions.rowsFrom(Math.max(0, page.offset - pageRows))}
      >
        Earlier rows
      </button>
      <span class="muted" role="status"
        >Rows ${count(page.offset + 1)} to
        ${count(page.offset + page.rows.length)}${total === null ? '' : ` of ${count(total)}`}${page.columnCount > page.columns.length ? `, the first ${page.columns.length} of ${count(page.columnCount)} columns` : ''}</span
      >
      <button class="link" ?disabled=${!page.more} @click=${() => actions.rowsFrom(page.offset + pageRows)}>
        Later rows
      </button>
    </div>
    <div class="scroller" tabindex="0" role="region" aria-label="Rows">
      <table class="values">
        <thead>
          <tr>
            <th scope="col" class="number">#</th>
            ${page.columns.map((name, i) => html`<th scope="col" class=${right[i] ? 'number' : ''} title=${visible(name)}><bdi>${visible(name)}</bdi></th>`)}
          </tr>
        </thead>
        <tbody>
          ${page.rows.map(
            (row, i) =>
              html`<tr>
                <td class="number muted">${count(page.offset + i + 1)}</td>
                ${row.map((value, j) => (value === null ? html`<td class="muted ${right[j] ? 'number' : ''}" title="missing">${absent}</td>` : html`<td class=${right[j] ? 'number' : ''} title=${visible(value)}><bdi>${visible(value)}</bdi></td>`))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
