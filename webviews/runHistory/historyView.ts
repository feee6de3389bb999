import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { emptyState, errorBar, skeleton } from '../ui/pieces.ts';
import { actionsBar } from './actionsBar.ts';
import type { FilterInput } from './filterInput.ts';
import type { Does, Model } from './model.ts';
import type { Panels } from './panels.ts';
import { isNarrowed, plainSettings, whichNames } from './settings.ts';
import type { Port } from './slices.ts';
import { table } from './table.ts';
import { toastLine } from './toast.ts';
import { toolbar } from './toolbar.ts';

/** The whole page: designed for nothing yet, loading, an error, nothing found, and full. */
export function historyView(model: Model, does: Does, port: Port, panels: Panels, filter: FilterInput): TemplateResult {
  if (model.total === null) return model.error === null ? skeleton(12) : html`${errorBar(model.error, does.retry)}`;
  if (model.total === 0 && !isNarrowed(model)) {
    const what =
      'Every run of this project will be listed here with its metrics, params, data and log, to search and compare.';
    const empty = emptyState('No runs yet', what, { label: 'Run all stages', run: does.runAll });
    return html`${errorBar(model.error, does.retry)}${empty}${toastLine(model.toast, does)}`;
  }
  return html`<div class="history ${model.open === null ? '' : 'with-detail'}">
    ${toolbar(model, does, filter)} ${errorBar(model.error, does.retry)}
    <div class="body">
      <div class="left ${model.comparing ? 'with-compare' : ''}">
        ${model.total === 0 && model.problem === null ? nothingFound(model, does) : model.ready ? table(model, does, port) : html`<div class="scroller">${skeleton(12)}</div>`}
        ${actionsBar(model, does)} ${model.comparing ? panels.compareView() : nothing}
      </div>
      ${model.open === null ? nothing : panels.detailView()}
    </div>
    ${toastLine(model.toast, does)}
  </div>`;
}

function nothingFound(model: Model, does: Does): TemplateResult {
  if (model.which !== 'active' && !isNarrowed({ ...model, which: 'active' })) {
    const what =
      model.which === 'deleted'
        ? 'Deleted runs stay here until the store is cleaned, and can be restored.'
        : 'Archived runs stay here, whole, and can be restored.';
    return emptyState(`No run is here: ${whichNames[model.which].toLowerCase()}`, what, {
      label: 'Show the runs in use',
      run: () => does.which('active'),
    });
  }
  const { filter, search, experiment, which } = plainSettings;
  const narrowed: [string, string | null][] = [
    ['Filter', model.filter],
    ['Words', model.search],
    ['Experiment', model.experiment],
  ];
  const what = narrowed
    .flatMap(([name, text]) => (text === null || text.trim() === '' ? [] : [`${name}: ${text.trim()}.`]))
    .join(' ');
  return emptyState('No run matches', what, {
    label: 'Show all runs',
    run: () => does.set({ filter, search, experiment, which }),
  });
}
