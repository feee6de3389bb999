import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { emptyState, errorBar, skeleton } from '../ui/pieces.ts';
import { comparePanel } from './compare.ts';
import { detailPanel } from './detail.ts';
import type { Does, Model } from './model.ts';
import { table } from './table.ts';
import type { Slice } from './table.ts';
import { toolbar } from './toolbar.ts';

export interface Charts {
  compare: HTMLElement;
  detail: HTMLElement;
}

/** The whole page: designed for nothing yet, loading, an error, nothing found, and full. */
export function historyView(model: Model, does: Does, slice: Slice, charts: Charts): TemplateResult {
  if (model.total === null) return model.error === null ? skeleton(12) : html`${errorBar(model.error, does.retry)}`;
  const filtered = model.search.trim() !== '' || model.experiment !== null;
  if (model.total === 0 && !filtered) {
    return emptyState('No runs yet', 'Every run of this project will be listed here with its metrics, params, data and log, to search and compare.', { label: 'Run all stages', run: does.runAll });
  }
  return html`<div class="history ${model.open === null ? '' : 'with-detail'}">
    ${toolbar(model, does)}
    ${errorBar(model.error, does.retry)}
    <div class="body">
      <div class="left ${model.comparing ? 'with-compare' : ''}">
        ${model.runs.length === 0 ? emptyState('No run matches', 'Every word has to appear in a name, a param, a tag or the state.', { label: 'Show all runs', run: () => { does.filter(null); does.search(''); } }) : table(model, does, slice)}
        ${model.comparing ? comparePanel(model, does, charts.compare) : nothing}
      </div>
      ${model.open === null ? nothing : detailPanel(model, does, charts.detail)}
    </div>
  </div>`;
}
