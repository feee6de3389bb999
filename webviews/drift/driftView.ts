import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { DriftReport, DriftValue, DriftWindow, MonitorEvent, WindowStatus } from '../../protocol/drift.ts';
import { columnName, metric } from '../ui/format.ts';
import { absent, count, number, percent, plural } from '../../words/numbers.ts';
import { dateTimeText } from '../../words/times.ts';
import { date, emptyState, errorBar, icon, skeleton } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { distribution } from './distribution.ts';
import { referenceChanges, referenceText, valueAt } from './model.ts';
import type { Cell, Actions, Model } from './model.ts';
import { eventMarks, shownEvents } from './eventSeries.ts';
import { cellMarks } from './heatSeries.ts';
import { expectationTable } from './expectationTable.ts';
import { headline, settingNotes } from './headline.ts';
import { statusMarks, statusRules } from './statusSeries.ts';

const kindWords: Record<DriftValue['kind'], string> = {
  stable: 'stable',
  drifted: 'drifted',
  broken: 'broken data',
  'too few rows': 'too few rows',
  'not judged': 'not judged',
};
const kindIcons: Record<DriftValue['kind'], string> = {
  stable: 'pass',
  drifted: 'triangle-up',
  broken: 'close',
  'too few rows': 'circle-small',
  'not judged': 'circle-slash',
};

/** The drift view: did the data change, does the change reduce performance, and which columns caused it? */
export function driftView(model: Model, actions: Actions, chart: unknown): TemplateResult {
  const report = model.report.value;
  if (!report) return model.report.error === null ? skeleton(12) : html`${errorBar(model.report.error, actions.retry)}`;
  if (report.windows.length === 0) {
    return html`${errorBar(model.report.error, actions.retry)}${emptyState('No window yet', `${report.deployment} will be compared with ${plural(report.referenceRows, 'reference row')} here, window by window, as soon as there are enough predictions.`, { label: 'Check now', run: actions.monitorNow })}`;
  }
  return html`${errorBar(model.report.error, actions.retry)}
    <div class="drift">
      ${head(report, model, actions)} ${headline(report)} ${settingNotes(report)}
      <div
        class="timeline"
        tabindex="0"
        role="application"
        aria-label="Features by window. Use the arrow keys to select a cell."
        aria-describedby="cell-said"
        @keydown=${(event: KeyboardEvent) => actions.keys(event)}
      >
        <div class="panel-name" id="performance-name">${model.metric ?? 'no labels yet'}</div>
        ${shownEvents(report).length === 0 ? nothing : html`<div class="event-legend muted" aria-hidden="true">${[...new Set(shownEvents(report).map((event) => event.kind))].map((kind) => html`<span>${eventMarks[kind]} ${kind}</span>`)}</div>`}
        ${chart}
      </div>
      <p class="legend muted" id="status-legend">
        ${statusesOf(report).map((status) => html`<span class="status-${status.replaceAll(' ', '-')}"><b>${statusMarks[status]}</b> ${status}: ${statusRules[status]}</span>`)}
        ${model.metric === null ? nothing : html`<span>┬ 95 % interval</span>`}
        ${report.windows.some(({ changed }) => changed.length > 0) ? html`<span>* judged by other settings</span>` : nothing}
      </p>
      <p class="legend muted">
        <span>${cellMarks.drifted} drifted: above the threshold</span
        ><span>${cellMarks.broken} broken: caused by nulls or unseen categories</span
        ><span>${cellMarks['too few rows']} too few rows</span
        ><span>pale: stable</span
        >${referenceChanges(report).length === 0 ? nothing : html`<span>┆ compared with another reference from here on</span>`}
      </p>
      ${selected(report, model)} ${expectationsOf(report, model)} ${windowTable(report, model, actions)}
      ${events(report, actions)}
    </div>`;
}

function head(report: DriftReport, model: Model, actions: Actions): TemplateResult {
  const names = [...new Set(report.windows.flatMap((window) => Object.keys(window.performance)))];
  return html`<header>
      <h1>Drift of ${report.deployment}</h1>
      <span class="gap"></span>
      ${
        names.length < 2
          ? nothing
          : html`<label
              >Performance
              <select
                id="metric"
                @change=${(event: Event) => event.target instanceof HTMLSelectElement && actions.metric(event.target.value)}
              >
                ${names.map((name) => html`<option value=${name} ?selected=${name === model.metric}>${name}</option>`)}
              </select></label
            >`
      }
      <vscode-button secondary title="Save as a self-contained HTML file" @click=${actions.save}
        >Save as HTML…</vscode-button
      >
      <vscode-button secondary @click=${actions.monitorNow}>Check now</vscode-button>
      <vscode-button @click=${actions.retrain}>Retrain</vscode-button>
    </header>
    <p class="muted about">
      monitor ${report.monitor} · compared with:
      ${referenceText(report, report.windows.at(-1)?.referenceVersion ?? null)} ·
      ${plural(report.windows.length, 'window')}
    </p>`;
}

function selected(report: DriftReport, model: Model): Piece {
  const cell: Cell | null = model.cell;
  const found = cell ? valueAt(report, cell) : null;
  if (!cell || !found) return html`<p class="muted">Select a cell to compare its distribution with the reference.</p>`;
  const { window, value } = found;
  return html`<section class="selected">
    <div class="numbers">
      <h2>${columnName(cell.column)}</h2>
      <p class="muted">${dateTimeText(window.start)} to ${dateTimeText(window.end)}</p>
      <p class="muted">Compared with: ${referenceText(report, window.referenceVersion)}</p>
      <p id="cell-said" class="visually-hidden" aria-live="polite">
        ${columnName(cell.column)}, ${dateTimeText(window.start)}:
        ${value ? `${kindWords[value.kind]}, ${value.measure} ${number(value.value)}` : 'no value'}
      </p>
      ${value ? numbers(value) : html`<p>This window has no value for it.</p>`}
      ${value?.note ? html`<p class="muted">${value.note}</p>` : nothing}
    </div>
    <div class="chart">
      ${errorBar(model.detail.error, () => {})}${model.detail.value ? distribution(model.detail.value) : model.detail.loading ? skeleton(5) : nothing}
    </div>
  </section>`;
}

function expectationsOf(report: DriftReport, model: Model): Piece {
  const window = report.windows.find((one) => one.id === (model.cell?.windowId ?? report.windows.at(-1)?.id));
  return window ? expectationTable(window) : nothing;
}

/** The statuses that the windows have, the gravest first. */
function statusesOf({ windows }: DriftReport): WindowStatus[] {
  const found = new Set(windows.map(({ status }) => status));
  return (Object.keys(statusRules) as WindowStatus[]).filter((status) => found.has(status));
}

function numbers(value: DriftValue): TemplateResult {
  return html`<table class="plain facts">
    <tbody>
      <tr>
        <td>State</td>
        <td>${kindMark(value.kind)}</td>
      </tr>
      <tr>
        <td>${value.measure}</td>
        <td class="number">${number(value.value)}</td>
      </tr>
      <tr>
        <td>Threshold</td>
        <td class="number">${number(value.threshold)}</td>
      </tr>
      ${
        value.pValue === null
          ? nothing
          : html`<tr>
              <td>p-value</td>
              <td class="number">${value.pValue < 1e-4 ? '< 0.0001' : number(value.pValue)}</td>
            </tr>`
      }
      ${
        value.adjustedP === null
          ? nothing
          : html`<tr>
              <td title="Corrected over the columns of the window">Corrected p-value</td>
              <td class="number">${value.adjustedP < 1e-4 ? '< 0.0001' : number(value.adjustedP)}</td>
            </tr>`
      }
      ${
        value.chance === null
          ? nothing
          : html`<tr>
              <td title="Mean of the value at these sizes when nothing has changed">By chance</td>
              <td class="number">${number(value.chance)}</td>
            </tr>`
      }
      <tr>
        <td>n then</td>
        <td class="number">${count(value.nReference)}</td>
      </tr>
      <tr>
        <td>n now</td>
        <td class="number">${count(value.nCurrent)}</td>
      </tr>
      <tr>
        <td>Missing then</td>
        <td class="number">${percent(value.missingReference)}</td>
      </tr>
      <tr>
        <td>Missing now</td>
        <td class="number">${percent(value.missingCurrent)}</td>
      </tr>
    </tbody>
  </table>`;
}

function kindMark(kind: DriftValue['kind']): TemplateResult {
  return html`<span class="kind kind-${kind.split(' ')[0]}">${icon(kindIcons[kind])} ${kindWords[kind]}</span>`;
}

/** The selected window as a table: the same values as its column of the heat map, also for screen readers. */
function windowTable(report: DriftReport, model: Model, actions: Actions): Piece {
  const window: DriftWindow | undefined = report.windows.find((one) => one.id === model.cell?.windowId);
  if (!window) return nothing;
  const performance = Object.entries(window.performance).map(([name, value]) => `${name} ${metric(name, value)}`);
  const facts = [
    plural(window.rows, 'row'),
    `${count(window.labelled)} labelled`,
    ...performance,
    window.latencyP95Ms === null ? '' : `latency p95 ${metric('latency_ms', window.latencyP95Ms)}`,
    `errors ${percent(window.errorRate)}`,
    window.modelVersions.length === 0
      ? ''
      : `served by ${window.modelVersions.map((version) => `v${version}`).join(', ')}`,
    window.modelVersions.length > 1 && window.referenceVersion !== null && window.changed.length === 0
      ? `judged on the rows of v${window.referenceVersion}`
      : '',
  ];
  return html`<details>
    <summary><h2>All features, ${dateTimeText(window.start)} to ${dateTimeText(window.end)}</h2></summary>
    <p class="muted">${facts.filter(Boolean).join(' · ')}</p>
    <div class="wide">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">State</th>
            <th scope="col">Measure</th>
            <th scope="col" class="number">Value</th>
            <th scope="col" class="number">Threshold</th>
            <th scope="col" class="number">n then</th>
            <th scope="col" class="number">n now</th>
            <th scope="col" class="number">Missing now</th>
          </tr>
        </thead>
        <tbody>
          ${report.columns.map((column) => {
            const value = window.values.find((one) => one.column === column);
            return html`<tr>
              <td>
                <button class="link" @click=${() => actions.select({ windowId: window.id, column })}>
                  ${columnName(column)}
                </button>
              </td>
              ${
                value
                  ? html`<td>${kindMark(value.kind)}</td>
                      <td>${value.measure}</td>
                      <td class="number">${number(value.value)}</td>
                      <td class="number">${number(value.threshold)}</td>
                      <td class="number">${count(value.nReference)}</td>
                      <td class="number">${count(value.nCurrent)}</td>
                      <td class="number">${percent(value.missingCurrent)}</td>`
                  : html`<td colspan="7" class="muted">${absent}</td>`
              }
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** The events by date, together with each change of the reference. */
function events(report: DriftReport, actions: Actions): Piece {
  const changes = referenceChanges(report).map(({ at, version }) => ({
    at: report.windows[at]?.start ?? 0,
    row: referenceRow(report.windows[at]?.start ?? 0, referenceText(report, version)),
  }));
  const all = [
    ...report.events.map((event) => ({ at: event.at, row: eventRow(event, report.model, actions) })),
    ...changes,
  ].toSorted((a, b) => b.at - a.at);
  if (all.length === 0) return nothing;
  return html`<section>
    <h2>Events</h2>
    <div class="wide">
      <table class="plain events">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Event</th>
            <th scope="col">Details</th>
            <th scope="col">Opens</th>
          </tr>
        </thead>
        <tbody>
          ${all.map(({ row }) => row)}
        </tbody>
      </table>
    </div>
  </section>`;
}

const eventIcons: Record<MonitorEvent['kind'], string> = {
  alert: 'triangle-up',
  deployed: 'rocket',
  promoted: 'arrow-up',
  retrained: 'sync',
  rejected: 'circle-slash',
  'rolled back': 'discard',
  waiting: 'watch',
};

function eventRow(event: MonitorEvent, name: string, actions: Actions): TemplateResult {
  return html`<tr>
    <td>${date(event.at)}</td>
    <td class="event event-${event.kind.replace(' ', '-')}">${icon(eventIcons[event.kind])} ${event.kind}</td>
    <td>${event.text}</td>
    <td>
      ${event.modelVersion === null ? nothing : html`<button class="link" @click=${() => actions.openCard({ name, version: event.modelVersion })}>v${event.modelVersion}</button>`}
      ${event.runId === null ? nothing : html`<button class="link" @click=${() => actions.openRun(event.runId ?? '')}>run</button>`}
    </td>
  </tr>`;
}

function referenceRow(at: number, text: string): TemplateResult {
  return html`<tr>
    <td>${date(at)}</td>
    <td class="event">${icon('references')} new reference</td>
    <td>Later windows are compared with: ${text}</td>
    <td></td>
  </tr>`;
}
