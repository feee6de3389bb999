import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { plural } from '../../../words/numbers.ts';
import type { Actions, Model } from '../model.ts';
import { choice } from '../../ui/frame/popup.ts';

/** Exports the table to a file: runs, columns and format. The engine writes the file, for any number of rows. */
export function exportPanel(model: Model, actions: Actions): TemplateResult {
  const total = plural(model.total ?? 0, 'run');
  const chosen = plural(model.selected.length, 'selected run');
  return html` <p class="muted">${total}, ${plural(model.columns.length, 'shown column')}</p>
    ${choice('CSV', 'for spreadsheets and scripts', null, () => actions.export('csv', 'shown', 'matching'))}
    ${choice('Parquet', 'typed columns, for data frames', null, () => actions.export('parquet', 'shown', 'matching'))}
    <p class="muted">${total}, every column</p>
    ${choice('CSV', '', null, () => actions.export('csv', 'all', 'matching'))}
    ${choice('Parquet', '', null, () => actions.export('parquet', 'all', 'matching'))}
    ${
      model.selected.length === 0
        ? nothing
        : html`<p class="muted">${chosen}, every column</p>
            ${choice('CSV', '', null, () => actions.export('csv', 'all', 'selected'))}
            ${choice('Parquet', '', null, () => actions.export('parquet', 'all', 'selected'))}`
    }`;
}
