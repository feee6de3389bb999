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
    return html`${errorBar(model.error, does.retry)}${emptyState('No runs yet', 'Every run of this project will be listed here with its metrics, params, data and log, to search and compare.', { label: 'Run all stages', run: does.runAll })}${toastLine(model.toast, does)}`;
  }
  return html`<div class="history ${model.open === null ? '' : 'with-detail'}">
    ${toolbar(model, does, filter)}
    ${errorBar(model.error, does.retry)}
    <div class="body">
      <div class="left ${model.comparing ? 'with-compare' : ''}">
        ${model.total === 0 && model.problem === null ? nothingFound(model, does) : model.ready ? table(model, does, port) : html`<div class="scroller">${skeleton(12)}</div>`}
        ${actionsBar(model, does)}
        ${model.comparing ? panels.compareView() : nothing}
      </div>
      ${model.open === null ? nothing : panels.detailView()}
    </div>
    ${toastLine(model.toast, does)}
  </div>`;
}

function nothingFound(model: Model, does: Does): TemplateResult {
  if (model.which !== 'active' && !isNarrowed({ ...model, which: 'active' })) {
    return emptyState(`No run is here: ${whichNames[model.which].toLowerCase()}`, model.which === 'deleted' ? 'Deleted runs stay here until the store is cleaned, and can be restored.' : 'Archived runs stay here, whole, and can be restored.', { label: 'Show the runs in use', run: () => does.which('active') });
  }
  const { filter, search, experiment, which } = plainSettings;
  return emptyState('No run matches', [
    model.filter.trim() === '' ? '' : `Filter: ${model.filter.trim()}.`, model.search.trim() === '' ? '' : `Words: ${model.search.trim()}.`, model.experiment === null ? '' : `Experiment: ${model.experiment}.`,
  ].filter(Boolean).join(' '), { label: 'Show all runs', run: () => does.set({ filter, search, experiment, which }) });
}
