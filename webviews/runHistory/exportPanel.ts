import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { plural } from '../ui/format.ts';
import type { Does, Model } from './model.ts';
import { choice } from './popup.ts';

/** The table as a file: which runs, which columns, which format. The engine writes it, whatever the number of rows. */
export function exportPanel(model: Model, does: Does): TemplateResult {
  const total = plural(model.total ?? 0, 'run');
  const chosen = plural(model.selected.length, 'selected run');
  return html` <p class="muted">${total}, ${plural(model.columns.length, 'shown column')}</p>
    ${choice('CSV', 'for spreadsheets and scripts', null, () => does.export('csv', 'shown', 'matching'))}
    ${choice('Parquet', 'typed columns, for data frames', null, () => does.export('parquet', 'shown', 'matching'))}
    <p class="muted">${total}, every column</p>
    ${choice('CSV', '', null, () => does.export('csv', 'all', 'matching'))}
    ${choice('Parquet', '', null, () => does.export('parquet', 'all', 'matching'))}
    ${
      model.selected.length === 0
        ? nothing
        : html`<p class="muted">${chosen}, every column</p>
            ${choice('CSV', '', null, () => does.export('csv', 'all', 'selected'))}
            ${choice('Parquet', '', null, () => does.export('parquet', 'all', 'selected'))}`
    }`;
}
