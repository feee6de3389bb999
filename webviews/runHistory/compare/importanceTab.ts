import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ImportantParam, ParamImportance, RunDetail } from '../../../protocol/runs.ts';
import { percent, plural } from '../../../words/numbers.ts';
import { Loader } from '../../ui/frame/loadable.ts';
import { errorBar, icon, skeleton } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { savePng, savedColors, saveText } from '../../ui/saveChart.ts';
import type { PanelHost } from '../panels/panelHost.ts';
import { Refresher } from '../rows/refresher.ts';
import type { ImportanceState } from './compareState.ts';
import { fieldsOf, tellsOfRun } from './fields.ts';
import type { Field } from './fields.ts';
import { fieldSelect } from './fieldSelect.ts';
import {
  aloneText,
  belief,
  directionOf,
  directionText,
  importanceCsv,
  importanceSentence,
  importanceSvg,
  rhoText,
} from './importance.ts';
import type { Direction } from './importance.ts';
import { scopeNames, scopeQuery, sweepQuery } from './scope.ts';
import type { Scope } from './scope.ts';
import { scopeSelect } from './scopeSelect.ts';

const barsShown = 30;
const againMs = 3000;

export interface ImportanceHandlers {
  set(part: Partial<ImportanceState>): void;
  scope(scope: Scope): void;
  /** Opens the scatter plot of a param and the metric. */
  scatter(param: ImportantParam, metric: string): void;
}

/**
 * The importance of params for a metric, as bars, over the selected runs, the runs of the table, or those of a sweep.
 */
export class ImportanceTab {
  readonly #host: PanelHost;
  readonly #state: () => ImportanceState;
  readonly #actions: ImportanceHandlers;
  readonly #loader: Loader<ParamImportance>;
  readonly #again = new Refresher(() => this.#load(false), againMs);
  #asked: ({ metric: string } & ({ runIds: string[] } | { query: object })) | null = null;
  #key = '';

  constructor(host: PanelHost, state: () => ImportanceState, actions: ImportanceHandlers) {
    this.#host = host;
    this.#state = state;
    this.#actions = actions;
    this.#loader = new Loader(() => host.paint());
  }

  /** The scope changed: the next use fetches again. */
  rest(): void {
    this.#key = '';
    this.#asked = null;
  }

  refresh(): void {
    if (this.#asked) this.#again.ask();
  }

  render(runs: readonly RunDetail[], scope: Scope): TemplateResult {
    const metrics = fieldsOf(runs)
      .filter((field) => field.kind === 'metric')
      .toSorted((a, b) => Number(tellsOfRun(b)) - Number(tellsOfRun(a)));
    const chosen = metrics.find((field) => field.title === this.#state().metric) ?? metrics[0];
    if (!chosen)
      return html`<p class="muted empty-note">
        These runs have no metric, so there is nothing that params could move.
      </p>`;
    this.#ask(chosen.title, runs, scope);
    const { value, error, loading } = this.#loader.state;
    return html`${this.#tools(metrics, chosen, runs, scope, value)} ${errorBar(error, () => void this.#load(false))}
    ${value ? this.#answer(value, runs, scope) : loading ? skeleton(6) : nothing}`;
  }

  #tools(
    metrics: readonly Field[],
    chosen: Field,
    runs: readonly RunDetail[],
    scope: Scope,
    found: ParamImportance | null,
  ): TemplateResult {
    const { table } = this.#state();
    const none = found === null || found.params.length === 0;
    return html`<div class="tool-line" role="toolbar" aria-label="Importance of params">
      ${fieldSelect('Metric', metrics, chosen.id, (id) => this.#actions.set({ metric: id.slice('metrics.'.length) }))}
      ${scopeSelect(scope, runs, this.#host, (one) => this.#actions.scope(one))}
      <span class="saves">
        <button
          class="quiet flag"
          aria-pressed=${table}
          aria-label="Table of the params"
          ?disabled=${none}
          @click=${() => this.#actions.set({ table: !table })}
        >
          Table
        </button>
        ${(['png', 'svg', 'csv'] as const).map((format) => html`<button class="quiet flag" title="Save as ${format.toUpperCase()}" aria-label="Save the importance of params as ${format.toUpperCase()}" ?disabled=${none} @click=${() => found && this.#save(format, found)}>${format.toUpperCase()}</button>`)}</span
      >
    </div>`;
  }

  #answer(found: ParamImportance, runs: readonly RunDetail[], scope: Scope): TemplateResult {
    if (found.problem !== null)
      return html`<section class="empty-note">
        <p>${found.problem}</p>
        ${this.#offers(runs, scope)}${leftOut(found)}
      </section>`;
    const trust = belief(found.r2);
    return html`<p class="belief ${trust.level}">
        ${icon(trust.level === 'good' ? 'info' : 'warning')}
        <span
          ><b>${plural(found.runs, 'run')}.</b>
          ${trust.text}${found.alone !== null && trust.level !== 'none' ? html` <span class="muted">${aloneText(found.alone)}</span>` : nothing}</span
        >
      </p>
      <ol class="importance ${trust.level}" aria-label=${importanceSentence(found)}>
        ${found.params.slice(0, barsShown).map((param) => this.#bar(param, found))}
      </ol>
      ${found.params.length > barsShown ? html`<p class="muted chart-note">${icon('info')} The ${barsShown} most important of ${found.params.length} params. The table has all.</p>` : nothing}
      ${leftOut(found)}
      ${this.#state().table ? paramTable(found, (param) => this.#actions.scatter(param, found.metric)) : nothing}`;
  }

  /** One param as a row: name, bar, share and direction; the row opens the scatter plot. */
  #bar(param: ImportantParam, { metric }: ParamImportance): TemplateResult {
    const direction = directionOf(param);
    return html`<li>
      <button title="Show ${metric} against ${param.key}" @click=${() => this.#actions.scatter(param, metric)}>
        <span class="param">${param.key}</span>
        <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect class="ground" width="100" height="10"></rect>
          <rect class="part" width=${100 * param.importance} height="10"></rect>
        </svg>
        <span class="number">${percent(param.importance)}</span>
        <span class="direction"
          >${icons[direction] === null ? nothing : icon(icons[direction] ?? '')} ${directionText(param, metric)}</span
        >
        <span class="muted number" title="Spearman’s rank correlation"
          >${param.correlation === null ? nothing : html`ρ ${rhoText(param)}`}</span
        >
      </button>
    </li>`;
  }

  /** Other scopes, offered when there are too few runs. */
  #offers(runs: readonly RunDetail[], scope: Scope): Piece {
    const shown = this.#host.shown();
    const others = scopeNames(shown.selected.length, sweepQuery(runs) !== null, shown).filter(
      ([one]) => one !== scope && one !== 'selected',
    );
    if (others.length === 0) return nothing;
    return html`<p class="muted">More runs tell more:</p>
      <p>
        ${others.map(([one, name]) => html`<button class="tool-choice" @click=${() => this.#actions.scope(one)}>Use ${name}</button> `)}
      </p>`;
  }

  /** Sends a request if the question changed. */
  #ask(metric: string, runs: readonly RunDetail[], scope: Scope): void {
    const query = scopeQuery(scope, runs, this.#host.shown());
    const question = query === null ? { metric, runIds: [...this.#host.shown().selected] } : { metric, query };
    const key = JSON.stringify(question);
    if (key === this.#key) return;
    this.#key = key;
    this.#asked = question;
    void this.#load(true);
  }

  async #load(fresh: boolean): Promise<void> {
    const question = this.#asked;
    if (question) await this.#loader.load(() => this.#host.ask('runs/importance', question), fresh);
  }

  #save(format: 'png' | 'svg' | 'csv', found: ParamImportance): void {
    const { act } = this.#host;
    const title = `Importance of params for ${found.metric}`;
    if (format === 'csv') return saveText((action) => act(action), title, 'csv', importanceCsv(found));
    const svg = importanceSvg(found, savedColors());
    if (format === 'svg') saveText((action) => act(action), title, 'svg', svg);
    else void savePng((action) => act(action), title, svg);
  }
}

const icons: Record<Direction, string | null> = { up: 'arrow-up', down: 'arrow-down', none: null, category: null };

function leftOut({ leftOutRuns, leftOutParams }: ParamImportance): Piece {
  if (leftOutRuns.length + leftOutParams.length === 0) return nothing;
  const runs = leftOutRuns.reduce((sum, one) => sum + one.runs, 0);
  const what = [
    runs > 0 ? plural(runs, 'run') : '',
    leftOutParams.length > 0 ? plural(leftOutParams.length, 'param') : '',
  ]
    .filter(Boolean)
    .join(' and ');
  return html`<details class="left-out">
    <summary>Left out: ${what}</summary>
    <ul>
      ${leftOutRuns.map((one) => html`<li>${plural(one.runs, 'run')}, ${one.why}</li>`)}
      ${leftOutParams.map((one) => html`<li><code>${one.key}</code>, which ${one.why}</li>`)}
    </ul>
  </details>`;
}

function paramTable({ params, metric }: ParamImportance, scatter: (param: ImportantParam) => void): TemplateResult {
  return html`<div class="wide points" tabindex="0" role="region" aria-label="Importance of the params">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Param</th>
          <th scope="col" class="number">Share</th>
          <th scope="col">Direction</th>
          <th scope="col" class="number">ρ</th>
          <th scope="col" class="number" title="Adjusted for the number of params">p</th>
          <th scope="col" class="number">Values</th>
          <th scope="col">Scale</th>
        </tr>
      </thead>
      <tbody>
        ${params.map(
          (param) =>
            html`<tr>
              <th scope="row"><button class="link" @click=${() => scatter(param)}>${param.key}</button></th>
              <td class="number">${percent(param.importance)}</td>
              <td>${directionText(param, metric)}</td>
              <td class="number">${rhoText(param)}</td>
              <td class="number">${param.correlation === null ? '' : pText(param.correlation.adjusted)}</td>
              <td class="number">${param.distinct}</td>
              <td>${param.kind === 'category' ? 'categories' : param.log ? 'logarithmic' : 'linear'}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function pText(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toFixed(4);
}
