import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { count, plural } from '../ui/format.ts';
import { icon } from '../ui/pieces.ts';
import type { Does, Model } from './model.ts';

export function toolbar(model: Model, does: Does): TemplateResult {
  const chosen = model.selected.length;
  return html`<header class="toolbar">
    <vscode-textfield id="search" class="search" placeholder="Search name, param, tag, state  ( / )" aria-label="Search runs" .value=${model.search}
      @input=${(event: Event) => does.search(valueOf(event))} @keydown=${(event: KeyboardEvent) => does.keys(event)}>${html`<i slot="content-before" class="codicon codicon-search" aria-hidden="true"></i>`}</vscode-textfield>
    <label class="filter"><span class="visually-hidden">Experiment</span>
      <select id="experiment" @change=${(event: Event) => does.filter(valueOf(event) || null)}>
        <option value="" ?selected=${model.experiment === null}>All experiments</option>
        ${model.experiments.map((one) => html`<option value=${one.name} ?selected=${model.experiment === one.name}>${one.name} (${count(one.runCount)})</option>`)}
      </select>
    </label>
    <span class="count muted" role="status">${countText(model)}</span>
    <span class="gap"></span>
    <span class="columns">
      <vscode-button secondary aria-expanded=${model.choosing} @click=${() => does.choose(!model.choosing)}>Columns</vscode-button>
      ${model.choosing ? chooser(model, does) : nothing}
    </span>
    <vscode-button id="compare" ?disabled=${chosen < 2} @click=${() => does.compare(!model.comparing)} title=${chosen < 2 ? 'Select two or more runs with Space' : 'Compare the selected runs (c)'}>${chosen < 2 ? 'Compare' : `Compare ${chosen}`}</vscode-button>
  </header>`;
}

function countText(model: Model): string {
  if (model.total === null) return '';
  const shown = model.runs.length;
  return shown < model.total ? `${count(shown)} of ${plural(model.total, 'run')}` : plural(model.total, 'run');
}

function chooser(model: Model, does: Does): TemplateResult {
  const visible = new Set(model.visible.map((column) => column.id));
  const group = (title: string, kind: string): TemplateResult | typeof nothing => {
    const columns = model.columns.filter((column) => column.kind === kind && column.id !== 'name');
    if (columns.length === 0) return nothing;
    return html`<fieldset><legend>${title}</legend>${columns.map((column) => html`<label><input type="checkbox" .checked=${visible.has(column.id)} @change=${(event: Event) => does.show(column.id, event.target instanceof HTMLInputElement && event.target.checked)}> ${column.title}</label>`)}</fieldset>`;
  };
  return html`<div class="chooser" role="dialog" aria-label="Columns" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && does.choose(false)}>
    <button class="quiet close" aria-label="Close" @click=${() => does.choose(false)}>${icon('close')}</button>
    ${group('Run', 'fixed')}${group('Metrics', 'metric')}${group('Params', 'param')}
  </div>`;
}

export function valueOf(event: Event): string {
  const { target } = event;
  return target !== null && 'value' in target && typeof target.value === 'string' ? target.value : '';
}
