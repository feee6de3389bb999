import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail, RunStageDetail } from '../../protocol/runs.ts';
import { bytes, count, duration, metric, param, shortId } from '../ui/format.ts';
import { gateRows } from '../ui/gateRows.ts';
import { copyable, errorBar, icon, skeleton, statusMark, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { tookOf } from './columns.ts';
import type { Does, Model } from './model.ts';
import { valueOf } from './toolbar.ts';

/** One run: what it was, what came out, what it ran on, and how to have it again. */
export function detailPanel(model: Model, does: Does, chart: HTMLElement): TemplateResult {
  const run = model.detail.value;
  return html`<aside class="detail" aria-label="Run detail" tabindex="-1">
    ${errorBar(model.detail.error, does.retry)}
    ${run ? content(run, model, does, chart) : model.detail.loading ? skeleton(10) : nothing}
  </aside>`;
}

function content(run: RunDetail, model: Model, does: Does, chart: HTMLElement): TemplateResult {
  const failed = run.stages.find((stage) => stage.error !== null);
  return html`<header>
      <h1>${run.name}</h1>
      ${copyable(run.runId, does.copy)}
      <button class="quiet close" title="Close (Esc)" aria-label="Close" @click=${() => does.open(null)}>${icon('close')}</button>
    </header>
    <p>${statusMark(run.status)} · ${time(run.startedAt)} · ${duration(tookOf(run))} · ${run.experiment}
      ${run.modelVersion === null ? nothing : html` · <button class="link" @click=${() => does.openCard(run.modelVersion ?? 0)}>model v${run.modelVersion}</button>`}
      ${run.progress === null ? nothing : html`<br>${run.progress}`}</p>
    ${failed ? html`<div class="error-bar">${icon('error')}<span><b>${failed.stage}</b>${failed.exitCode === null ? '' : ` ended with exit code ${failed.exitCode}`}: ${failed.error}</span></div>` : nothing}
    ${section('Metrics', metrics(run, model, does, chart))}
    ${run.gates.length === 0 ? nothing : section('Gates', gateRows(run.gates))}
    ${section('Stages', stages(run.stages))}
    ${section('Log', log(run, model, does))}
    ${section('Params', pairs(Object.entries(run.params).map(([key, value]) => [key, param(value)])))}
    ${section('Inputs', inputs(run))}
    ${section('Artifacts', artifacts(run, does))}
    ${section('Code and environment', environment(run, does))}
    ${section('Reproduce', html`<div class="reproduce"><pre>${run.reproduce}</pre><vscode-button secondary @click=${() => does.copy(run.reproduce)}>Copy</vscode-button></div>`)}`;
}

function section(title: string, body: Piece): TemplateResult {
  return html`<details open><summary><h2>${title}</h2></summary>${body}</details>`;
}

function metrics(run: RunDetail, model: Model, does: Does, chart: HTMLElement): Piece {
  const names = Object.keys(run.metrics);
  if (names.length === 0) return html`<p class="muted">${run.status === 'running' ? 'The first metric will stand here.' : 'This run logged no metric.'}</p>`;
  const curves = run.seriesKeys.length === 0 || model.comparing
    ? nothing
    : html`<label class="curve-choice">Curve <select @change=${(event: Event) => does.curve(valueOf(event))}>${run.seriesKeys.map((key) => html`<option value=${key} ?selected=${key === model.curveKey}>${key}</option>`)}</select></label>${chart}`;
  return html`<table class="plain"><tbody>${names.map((name) => html`<tr><td>${name}</td><td class="number">${metric(name, run.metrics[name])}</td></tr>`)}</tbody></table>${curves}`;
}

function stages(all: RunStageDetail[]): Piece {
  return html`<table class="plain"><thead><tr><th scope="col">Stage</th><th scope="col">State</th><th scope="col" class="number">Took</th><th scope="col">Result</th></tr></thead><tbody>
    ${all.map((stage) => html`<tr><td>${stage.stage} <span class="muted">${stage.kind}</span></td><td>${statusMark(stage.status)}</td><td class="number">${stage.status === 'skipped' ? '' : duration(stage.durationMs)}</td><td>${stage.summary || stage.reasons[0] || ''}</td></tr>`)}
  </tbody></table>`;
}

function log(run: RunDetail, model: Model, does: Does): Piece {
  const tail = model.log;
  const chosen = html`<label>Stage <select id="log-stage" @change=${(event: Event) => does.logStage(valueOf(event))}>${run.stages.map((stage) => html`<option value=${stage.stage} ?selected=${stage.stage === tail?.stage}>${stage.stage}</option>`)}</select></label>`;
  if (!tail) return html`<p class="muted">No stage has a log.</p>`;
  const text = tail.text === '' ? html`<p class="muted">${tail.done ? 'This stage wrote nothing.' : 'Waiting for its first line.'}</p>` : html`<pre class="log" tabindex="0" aria-label="Log of ${tail.stage}">${tail.cut ? '… earlier lines are left out\n' : ''}${tail.text}</pre>`;
  return html`<div class="log-head">${chosen}${tail.done ? nothing : html`<span class="muted">${statusMark('running', 'live')}</span>`}</div>${errorBar(tail.error, () => does.logStage(tail.stage))}${text}`;
}

function inputs(run: RunDetail): Piece {
  if (run.inputs.length === 0) return html`<p class="muted">No dataset snapshot was recorded.</p>`;
  return html`<table class="plain"><thead><tr><th scope="col">Dataset</th><th scope="col">Snapshot</th><th scope="col" class="number">Rows</th></tr></thead><tbody>${run.inputs.map((one) => html`<tr><td>${one.dataset}</td><td><code title="Content hash ${one.hash}">${shortId(one.snapshotId)}</code></td><td class="number">${count(one.rows)}</td></tr>`)}</tbody></table>`;
}

function artifacts(run: RunDetail, does: Does): Piece {
  if (run.artifacts.length === 0) return html`<p class="muted">This run kept no file.</p>`;
  return html`<table class="plain"><tbody>${run.artifacts.map((one) => html`<tr><td><button class="link" @click=${() => does.openFile(`.loopwright/artifacts/${run.runId}/${one.path}`)}>${one.path}</button></td><td class="number">${bytes(one.bytes)}</td></tr>`)}</tbody></table>`;
}

function environment(run: RunDetail, does: Does): Piece {
  const commit = run.commit === null ? html`not in git` : html`${copyable(run.commit, does.copy, run.commit.slice(0, 7))}${run.dirty ? ' with uncommitted edits' : ''}`;
  return html`<table class="plain"><tbody>
    <tr><td>Commit</td><td>${commit}</td></tr>
    <tr><td>Seed</td><td>${run.seed === null ? 'none' : run.seed}</td></tr>
    ${Object.entries(run.environment).map(([key, value]) => html`<tr><td>${key}</td><td>${value}</td></tr>`)}
  </tbody></table>`;
}

function pairs(rows: [string, string][]): Piece {
  if (rows.length === 0) return html`<p class="muted">None.</p>`;
  return html`<table class="plain"><tbody>${rows.map(([key, value]) => html`<tr><td>${key}</td><td class="number">${value}</td></tr>`)}</tbody></table>`;
}
