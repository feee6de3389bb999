import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { emptyState, errorBar, skeleton } from '../ui/pieces.ts';
import { actionsBar } from './actions/actionsBar.ts';
import type { FilterInput } from './filter/filterInput.ts';
import type { Actions, Model } from './model.ts';
import type { Panels } from './panels/panels.ts';
import { isNarrowed, plainSettings, whichNames } from './state/settings.ts';
import type { Port } from '../ui/table/slices.ts';
import { table } from './table/table.ts';
import { toastLine } from './actions/toast.ts';
import { toolbar } from './toolbar/toolbar.ts';

/** The whole page, with states for no runs, loading, error, no match and results. */
export function runHistoryView(
  model: Model,
  actions: Actions,
  port: Port,
  panels: Panels,
  filter: FilterInput,
): TemplateResult {
  if (model.total === null) return model.error === null ? skeleton(12) : html`${errorBar(model.error, actions.retry)}`;
  if (model.total === 0 && !isNarrowed(model)) {
    const what =
      'The run history lists every run of this project with its metrics, params, data and log, to search and compare.';
    const { pull } = model;
    const empty =
      pull === null
        ? emptyState('No runs yet', what, { label: 'Run all stages', run: actions.runAll })
        : emptyState(
            'No runs yet',
            `Data that stages read is tracked by DVC and not here yet, so a run would fail. \`${pull}\` brings it.`,
            { label: 'Run dvc pull', run: () => actions.runInTerminal(pull) },
          );
    return html`${errorBar(model.error, actions.retry)}${empty}${toastLine(model.toast, actions)}`;
  }
  return html`<div class="history ${model.open === null ? '' : 'with-detail'}">
    ${toolbar(model, actions, filter)} ${errorBar(model.error, actions.retry)}
    <div class="body">
      <div class="left ${model.comparing ? 'with-compare' : ''}">
        ${model.total === 0 && model.problem === null ? nothingFound(model, actions) : model.ready ? table(model, actions, port) : html`<div class="scroller">${skeleton(12)}</div>`}
        ${actionsBar(model, actions)} ${model.comparing ? panels.compareView() : nothing}
      </div>
      ${model.open === null ? nothing : panels.detailView()}
    </div>
    ${toastLine(model.toast, actions)}
  </div>`;
}

function nothingFound(model: Model, actions: Actions): TemplateResult {
  if (model.which !== 'active' && !isNarrowed({ ...model, which: 'active' })) {
    const what =
      model.which === 'deleted'
        ? 'Deleted runs can be restored until the store is cleaned.'
        : 'Archived runs are complete and can be restored.';
    return emptyState(`No run is here: ${whichNames[model.which].toLowerCase()}`, what, {
      label: 'Show active runs',
      run: () => actions.which('active'),
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
    run: () => actions.set({ filter, search, experiment, which }),
  });
}
