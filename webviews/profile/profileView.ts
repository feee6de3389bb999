import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import { count, plural } from '../../words/numbers.ts';
import { isPlain, take } from '../ui/frame/keys.ts';
import { emptyState, errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { columnTable } from './columnTable.ts';
import type { Slice } from '../ui/table/slices.ts';
import type { Kind } from './columnRows.ts';
import { correlationTab } from './correlationTab.ts';
import { detail } from './detail.ts';
import { head } from './head.ts';
import type { Actions, Model, Tab } from './model.ts';
import { qualityTab } from './qualityTab.ts';
import { rowsTab } from './rowsTab.ts';
import { same } from './subjects.ts';
import { visible } from './text.ts';

const tabs: Record<Tab, string> = { columns: 'Columns', correlation: 'Correlation', quality: 'Quality', rows: 'Rows' };
const kinds: Record<Kind, string> = {
  all: 'All columns',
  number: 'Numbers',
  text: 'Texts and categories',
  time: 'Dates and times',
  boolean: 'Booleans',
  missing: 'Has missing values',
  drifted: 'Drifted or changed',
};

/** The whole page, with states for no dataset, no data, loading, error and results. */
export function profileView(model: Model, actions: Actions, slice: Slice): TemplateResult {
  if (model.subject === null) return noSubject(model, actions);
  const known = model.profile.value ?? model.outline;
  if (!known)
    return model.profile.error === null
      ? html`<div class="profile">${head(model, actions)}${skeleton(12)}</div>`
      : html`<div class="profile">${head(model, actions)}${failed(model, actions, model.profile.error)}</div>`;
  return html`<div class="profile ${model.open === null || model.tab !== 'columns' ? '' : 'with-detail'}">
    ${head(model, actions)} ${errorBar(model.profile.error, actions.refresh)}
    ${
      known.columns.length === 0
        ? emptyState('The table has no columns', 'The file can be read, and nothing is declared in it.', {
            label: 'Refresh',
            run: actions.refresh,
          })
        : html` <div
              class="tabs"
              role="tablist"
              aria-label="Parts of the profile"
              @keydown=${(event: KeyboardEvent) => tabKeys(event, model, actions)}
            >
              ${Object.entries(tabs).map(([tab, label]) => html`<button role="tab" id="tab-${tab}" aria-selected=${model.tab === tab} aria-controls="panel" tabindex=${model.tab === tab ? 0 : -1} @click=${() => actions.tab(tab as Tab)}>${label}${tab === 'columns' ? html` <span class="muted">${count(known.columns.length)}</span>` : nothing}</button>`)}
            </div>
            <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${model.tab}">
              ${panel(model, actions, slice)}
            </div>`
    }
  </div>`;
}

function panel(model: Model, actions: Actions, slice: Slice): TemplateResult {
  if (model.tab === 'correlation') return correlationTab(model, actions);
  if (model.tab === 'quality') return qualityTab(model, actions);
  if (model.tab === 'rows') return rowsTab(model, actions);
  const open = model.open === null ? undefined : model.all.find(({ name }) => name === model.open);
  return html`<div class="body">
    <div class="left">
      ${toolbar(model, actions)}${schemaChanges(model)}
      ${model.profile.value?.rows === 0 ? html`<p class="note muted">${icon('info')} The table has columns and no rows.</p>` : nothing}
      ${
        model.shown.length === 0
          ? emptyState(
              'No column fits',
              'Every word has to stand in the name, type, role, unit or description of a column.',
              {
                label: 'Show all columns',
                run: () => {
                  actions.filter('');
                  actions.kind('all');
                },
              },
            )
          : columnTable(model, actions, slice)
      }
    </div>
    ${open ? detail(open, model, actions) : nothing}
  </div>`;
}

function toolbar(model: Model, actions: Actions): TemplateResult {
  const offered = (Object.keys(kinds) as Kind[]).filter(
    (kind) => kind !== 'drifted' || model.comparison.value !== null,
  );
  return html`<div class="toolbar">
    <vscode-textfield
      id="filter"
      class="search"
      placeholder="Filter by name, type, role  ( / )"
      aria-label="Filter columns"
      .value=${model.filter}
      @input=${(event: Event) => actions.filter(textOf(event))}
      @keydown=${(event: KeyboardEvent) => actions.keys(event)}
      ><i slot="content-before" class="codicon codicon-search" aria-hidden="true"></i
    ></vscode-textfield>
    <label
      ><span class="visually-hidden">Kind of column</span
      ><select id="kind" @change=${(event: Event) => actions.kind(textOf(event) as Kind)}>
        ${offered.map((kind) => html`<option value=${kind} .selected=${model.kind === kind}>${kinds[kind]}</option>`)}
      </select></label
    >
    <span class="muted" role="status"
      >${model.shown.length < model.all.length ? `${count(model.shown.length)} of ${plural(model.all.length, 'column')}` : ''}</span
    >
  </div>`;
}

/** Columns that were added, removed or changed type. */
function schemaChanges({ comparison: { value } }: Model): Piece {
  if (!value || value.added.length + value.removed.length + value.retyped.length === 0) return nothing;
  const names = (columns: readonly string[]): string =>
    `${columns.slice(0, 12).map(visible).join(', ')}${columns.length > 12 ? ` and ${count(columns.length - 12)} more` : ''}`;
  return html`<div class="changes" role="note" aria-label="Changes of the schema">
    ${value.added.length === 0 ? nothing : html`<p>${icon('add')} <b>Added</b> <bdi>${names(value.added)}</bdi></p>`}
    ${value.removed.length === 0 ? nothing : html`<p>${icon('remove')} <b>Removed</b> <bdi>${names(value.removed)}</bdi></p>`}
    ${value.retyped.length === 0 ? nothing : html`<p>${icon('arrow-swap')} <b>Other type</b> <bdi>${names(value.retyped.map(({ column, from, to }) => `${column} (${from} → ${to})`))}</bdi></p>`}
  </div>`;
}

/** No expectations are declared, or they could not be checked. */
function noSubject(model: Model, actions: Actions): TemplateResult {
  if (model.subjects.error !== null) return errorBar(model.subjects.error, actions.refresh) as TemplateResult;
  if (model.subjects.value === null) return skeleton(12);
  return emptyState(
    'No dataset yet',
    'Shows each column of the datasets declared under "datasets:" in loopwright.yaml: types, missing values, distributions, correlations and changes since the previous version. You can also open any CSV, JSON or Parquet file from the explorer.',
    { label: 'Open loopwright.yaml', run: () => actions.openFile('loopwright.yaml') },
  );
}

/** No data, or unreadable data: the cause and the next step. */
function failed(model: Model, actions: Actions, message: string): TemplateResult {
  const choice = model.subjects.value?.find((one) => same(one.subject, model.subject));
  const missing = model.subject?.kind === 'dataset' && choice?.rows === null;
  if (!missing) return html`${errorBar(message, actions.refresh)}`;
  const collect = model.stages?.find(({ kind }) => kind === 'collect')?.name ?? null;
  return emptyState('No data yet', `${message} The profile shows its columns, distributions and quality.`, {
    label: collect === null ? 'Run all stages' : `Run ${collect}`,
    run: () => actions.runStage(collect),
  });
}

function tabKeys(event: KeyboardEvent, model: Model, actions: Actions): void {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step === undefined || !isPlain(event)) return;
  take(event);
  const names = Object.keys(tabs) as Tab[];
  const next = names[(names.indexOf(model.tab) + step + names.length) % names.length];
  if (!next) return;
  actions.tab(next);
  document.getElementById(`tab-${next}`)?.focus();
}

function textOf(event: Event): string {
  const { target } = event;
  return target !== null && 'value' in target && typeof target.value === 'string' ? target.value : '';
}
