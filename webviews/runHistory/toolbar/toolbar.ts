import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { count } from '../../../words/numbers.ts';
import { icon } from '../../ui/pieces.ts';
import type { Available } from '../columns/columns.ts';
import { columnsPanel } from '../columns/columnsPanel.ts';
import { exportPanel } from './exportPanel.ts';
import type { FilterInput } from '../filter/filterInput.ts';
import type { Actions, Model } from '../model.ts';
import { popupButton, valueOf } from '../../ui/frame/popup.ts';
import { whichNames } from '../state/settings.ts';
import type { Which } from '../state/settings.ts';
import { viewsPanel } from './viewsPanel.ts';

const whichAll: readonly Which[] = ['active', 'archived', 'deleted', 'all'];
const groupAttributes: readonly [string, string][] = [
  ['experiment', 'experiment'],
  ['status', 'state'],
];

/** The toolbar: filter expression, search, and layout of the rows. */
export function toolbar(model: Model, actions: Actions, filter: FilterInput): TemplateResult {
  const view = html`${icon('layout')}
    <span>${model.view ?? 'Default'}</span>${model.edited ? html`<span class="muted"> · edited</span>` : nothing}
    ${icon('chevron-down')}`;
  return html`<header class="toolbar">
    <div class="finding">
      ${filter.view(model.problem, model.filter)}
      <div class="search-box">
        ${icon('search')}<input
          id="search"
          type="text"
          placeholder="Search words  ( / )"
          aria-label="Search runs"
          title="Words that must all appear in a name, id, param, tag, note or state"
          .value=${live(model.search)}
          @input=${(event: Event) => actions.search(valueOf(event))}
          @keydown=${(event: KeyboardEvent) => actions.keys(event)}
        />
      </div>
    </div>
    <div class="tools">
      ${popupButton(model, actions, 'views', view, 'Saved views', () => viewsPanel(model, actions))}
      ${experiments(model, actions)}
      <label
        ><span class="visually-hidden">Which runs</span
        ><select
          id="which"
          title="Which runs"
          @change=${(event: Event) => actions.which(whichAll.find((one) => one === valueOf(event)) ?? 'active')}
        >
          ${whichAll.map((one) => html`<option value=${one} ?selected=${model.which === one}>${whichNames[one]}</option>`)}
        </select></label
      >
      ${grouping(model, actions)}
      <span class="gap"></span>
      ${popupButton(model, actions, 'columns', html`${icon('split-horizontal')} Columns`, 'Columns', () => columnsPanel(model, actions))}
      ${popupButton(model, actions, 'export', html`${icon('export')} Export`, 'Export the table', () => exportPanel(model, actions))}
    </div>
  </header>`;
}

function experiments(model: Model, actions: Actions): TemplateResult {
  return html`<label
    ><span class="visually-hidden">Experiment</span>
    <select
      id="experiment"
      title="Experiment"
      @change=${(event: Event) => actions.set({ experiment: valueOf(event) || null })}
    >
      <option value="" ?selected=${model.experiment === null}>All experiments</option>
      ${model.experiments.map((one) => html`<option value=${one.name} ?selected=${model.experiment === one.name}>${one.name} (${count(one.runCount)})</option>`)}
      ${model.experiment !== null && model.experiments.every((one) => one.name !== model.experiment) ? html`<option value=${model.experiment} selected>${model.experiment}</option>` : nothing}
    </select>
  </label>`;
}

function grouping(model: Model, actions: Actions): TemplateResult {
  const options = (title: string, kind: 'param' | 'tag'): TemplateResult | typeof nothing => {
    const found = model.available.filter(({ column }) => column.kind === kind);
    const option = ({ column }: Available): TemplateResult =>
      html`<option value=${column.id} ?selected=${model.group === column.id}>${column.title}</option>`;
    return found.length === 0 ? nothing : html`<optgroup label=${title}>${found.map(option)}</optgroup>`;
  };
  const isKnown =
    model.group === null ||
    groupAttributes.some(([id]) => id === model.group) ||
    model.available.some(({ column }) => column.id === model.group);
  return html`<label
    ><span class="visually-hidden">Group by</span>
    <select id="group" title="Group by" @change=${(event: Event) => actions.set({ group: valueOf(event) || null })}>
      <option value="" ?selected=${model.group === null}>Not grouped</option>
      <optgroup label="Run">
        ${groupAttributes.map(([id, title]) => html`<option value=${id} ?selected=${model.group === id}>By ${title}</option>`)}
      </optgroup>
      ${options('Params', 'param')}${options('Tags', 'tag')}
      ${isKnown ? nothing : html`<option value=${model.group ?? ''} selected>${model.group}</option>`}
    </select>
  </label>`;
}
