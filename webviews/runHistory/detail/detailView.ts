import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { RunDetail, RunStageDetail } from '../../../protocol/runs.ts';
import { metric, param, shortId } from '../../ui/format.ts';
import { count } from '../../../words/numbers.ts';
import { duration } from '../../../words/times.ts';
import { gateRows } from '../../ui/gateRows.ts';
import { copyable, errorBar, icon, statusMark } from '../../ui/pieces.ts';
import type { Piece } from '../../ui/pieces.ts';
import { primaryFirst } from '../../ui/primaryMetric.ts';
import { confusionTable, largestCount } from '../compare/confusion.ts';
import { notFiniteText } from '../compare/differences.ts';
import { detailHead } from './detailHead.ts';
import type { DetailActions, DetailModel } from './detailModel.ts';
import { filesSection } from './filesSection.ts';
import { modelsSection } from './modelsSection.ts';
import { plotPaths, plotsSection } from './plotsSection.ts';
import { noteSection } from './noteSection.ts';

/** Collapsed by default. */
const closedFirst = new Set(['system', 'environment']);
const manyRows = 20;

/** All information about a run, in collapsible sections. */
export function detailView(model: DetailModel, actions: DetailActions): TemplateResult {
  const { run } = model;
  const part = (id: string, title: Piece | string, body: () => Piece): Piece =>
    section(id, title, body, model, actions);
  const refused = run.stages.find((stage) => stage.status === 'refused');
  const failed = run.stages.find((stage) => stage.error !== null && stage.status !== 'refused');
  const hasSystem = [...run.seriesKeys, ...Object.keys(run.metrics)].some(isSystem);
  return html`${detailHead(model, actions)}
  ${
    failed
      ? html`<div class="error-bar">
          ${icon('error')}<span
            ><b>${failed.stage}</b>${failed.exitCode === null ? '' : ` ended with exit code ${failed.exitCode}`}:
            ${failed.error}</span
          >
        </div>`
      : nothing
  }
  ${
    refused
      ? html`<div class="error-bar refused">
          ${icon('thumbsdown')}<span><b>${refused.stage}</b>: ${refused.error}</span>
        </div>`
      : nothing
  }
  ${noteSection(model, actions)} ${part('metrics', 'Metrics', () => metricsTable(model, actions))}
  ${run.seriesKeys.some((key) => !isSystem(key)) ? part('curves', 'Curves', () => html`${model.curves.element}`) : nothing}
  ${plotPaths(run).length === 0 ? nothing : part('plots', 'Plots', () => plotsSection(model))}
  ${run.gates.length === 0 ? nothing : part('gates', 'Gates', () => html`<div class="wide">${gateRows(run.gates)}</div>`)}
  ${run.confusion ? part('confusion', 'Confusion matrix', () => (run.confusion ? confusionTable(run.confusion, 'both', largestCount([run.confusion]), run.name) : nothing)) : nothing}
  ${(model.models.value ?? []).length === 0 && model.models.error === null ? nothing : part('models', 'Models', () => modelsSection(model, actions))}
  ${run.stages.length === 0 ? nothing : part('stages', 'Stages', () => stages(run.stages))}
  ${run.stages.length === 0 ? nothing : part('log', 'Log', () => log(model, actions))}
  ${part('params', 'Params', () =>
    pairs(
      'params',
      Object.entries(run.params).map(([key, value]) => [key, param(value)]),
      'This run logged no param.',
      model,
      actions,
    ),
  )}
  ${part('inputs', 'Data', () => inputs(run))}
  ${part('artifacts', html`Artifacts <span class="muted">${run.artifacts.length === 0 ? '' : count(run.artifacts.length)}</span>`, () => filesSection(model, actions))}
  ${run.parent === null && run.children.length === 0 ? nothing : part('family', 'Parent and children', () => family(run, actions))}
  ${part('code', 'Code', () => code(run, actions))}
  ${part('environment', html`Environment <span class="muted">${count(Object.keys(run.environment).length)}</span>`, () => pairs('environment', Object.entries(run.environment), 'Nothing was recorded.', model, actions))}
  ${hasSystem ? part('system', 'System metrics', () => html`${model.system.element}`) : nothing}
  ${
    run.reproduce === ''
      ? nothing
      : part(
          'reproduce',
          'Reproduce',
          () =>
            html`<div class="reproduce">
              <pre>${run.reproduce}</pre>
              <vscode-button secondary @click=${() => actions.copy(run.reproduce)}>Copy</vscode-button>
            </div>`,
        )
  }`;
}

function section(
  id: string,
  title: Piece | string,
  body: () => Piece,
  model: DetailModel,
  actions: DetailActions,
): TemplateResult {
  const open = model.turned.has(id) === closedFirst.has(id);
  // A button instead of <summary>, whose own open state would conflict with the persisted one.
  return html`<section class="part" aria-label=${id}>
    <h2>
      <button class="quiet" aria-expanded=${open} aria-controls="part-${id}" @click=${() => actions.turn(id)}>
        ${icon(open ? 'chevron-down' : 'chevron-right')} ${title}
      </button>
    </h2>
    <div id="part-${id}" ?hidden=${!open}>${open ? body() : nothing}</div>
  </section>`;
}

function isSystem(key: string): boolean {
  return key.startsWith('system/');
}

function metricsTable(model: DetailModel, actions: DetailActions): Piece {
  const { run } = model;
  const finite = Object.entries(run.metrics)
    .filter(([key]) => !isSystem(key))
    .map(([key, value]): PairRow => [key, metric(key, value), String(value)]);
  const others = Object.entries(run.notFinite)
    .filter(([key]) => !isSystem(key))
    .map(([key, value]): PairRow => [key, notFiniteText(value)]);
  return pairs(
    'metrics',
    primaryFirst([...finite, ...others], ([key]) => key),
    run.status === 'running' ? 'No metrics logged yet.' : 'This run logged no metric.',
    model,
    actions,
  );
}

/** A name and its value, with the full value as a tooltip where the text is truncated. */
type PairRow = [name: string, value: string, exact?: string];

/** Names and values; a long table has a search box. */
function pairs(id: string, rows: PairRow[], none: string, model: DetailModel, actions: DetailActions): Piece {
  if (rows.length === 0) return html`<p class="muted">${none}</p>`;
  const search = model.search.get(id) ?? '';
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter(([key, value]) => words.every((word) => `${key} ${value}`.toLowerCase().includes(word)));
  return html`${rows.length > manyRows ? html`<input type="search" class="find" placeholder="Find in ${rows.length}" aria-label="Find in ${id}" .value=${search} @input=${(event: Event) => actions.search(id, (event.target as HTMLInputElement).value)} />` : nothing}
    <table class="plain pairs">
      <tbody>
        ${found.map(
          ([key, value, exact]) =>
            html`<tr>
              <th scope="row" title=${key}>${key}</th>
              <td class="value" title=${exact ?? (value.length > 40 ? value : nothing)}>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${found.length === 0 ? html`<p class="muted">Nothing here has these words.</p>` : nothing}`;
}

function stages(all: RunStageDetail[]): Piece {
  return html`<div class="wide">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Took</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          (stage) =>
            html`<tr>
              <td>${stage.stage} <span class="muted">${stage.kind}</span></td>
              <td>${statusMark(stage.status)}</td>
              <td class="number">${stage.status === 'skipped' ? '' : duration(stage.durationMs)}</td>
              <td>${stage.summary || stage.reasons[0] || ''}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function log({ run, log: tail }: DetailModel, actions: DetailActions): Piece {
  if (!tail) return html`<p class="muted">No stage has a log.</p>`;
  const chosen = html`<label
      >Stage
      <select id="log-stage" @change=${(event: Event) => actions.logStage((event.target as HTMLSelectElement).value)}>
        ${run.stages.map((stage) => html`<option value=${stage.stage} ?selected=${stage.stage === tail.stage}>${stage.stage}</option>`)}
      </select></label
    >${
      run.stages.find(({ stage }) => stage === tail.stage)?.kind !== 'cmd'
        ? nothing
        : html` <label
            >Output
            <select
              id="log-stream"
              @change=${(event: Event) => actions.logStream((event.target as HTMLSelectElement).value === 'stderr' ? 'stderr' : 'all')}
            >
              ${(['all', 'stderr'] as const).map((stream) => html`<option value=${stream} ?selected=${stream === tail.stream}>${stream === 'all' ? 'all' : 'standard error'}</option>`)}
            </select></label
          >`
    }`;
  const text =
    tail.text === ''
      ? html`<p class="muted">
          ${tail.done ? (tail.stream === 'stderr' ? 'This stage wrote nothing to standard error.' : 'This stage wrote nothing.') : 'Waiting for output.'}
        </p>`
      : html`<pre
          class="log"
          tabindex="0"
          role="region"
          aria-label="Log of ${tail.stage}"
          @scroll=${(event: Event) => actions.logScrolled(event.currentTarget as HTMLElement)}
        >
${tail.cut ? '… earlier lines are left out\n' : ''}${tail.text}</pre>`;
  return html`<div class="log-head">
      ${chosen}${tail.done ? nothing : statusMark('running', 'live')}<span class="gap"></span
      >${tail.text === '' ? nothing : html`<button class="quiet" title="Copy the log" aria-label="Copy the log" @click=${() => actions.copy(tail.text)}>${icon('copy')}</button>`}
    </div>
    ${errorBar(tail.error, () => tail.retry())}${text}`;
}

function inputs(run: RunDetail): Piece {
  if (run.inputs.length === 0) return html`<p class="muted">No dataset was recorded.</p>`;
  return html`<div class="wide">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Dataset</th>
          <th scope="col">Snapshot</th>
          <th scope="col">Content</th>
          <th scope="col" class="number">Rows</th>
        </tr>
      </thead>
      <tbody>
        ${run.inputs.map(
          (one) =>
            html`<tr>
              <td>${one.dataset}</td>
              <td>${one.snapshotId === '' ? '–' : html`<code>${shortId(one.snapshotId)}</code>`}</td>
              <td><code title="Content hash ${one.hash}">${one.hash.slice(0, 12)}</code></td>
              <td class="number">${one.rows === 0 && one.snapshotId === '' ? '–' : count(one.rows)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function family(run: RunDetail, actions: DetailActions): Piece {
  const { parent } = run;
  return html`${
    parent === null
      ? nothing
      : html`<p>
          Part of <button class="link" @click=${() => actions.open(parent)}><code>${shortId(parent)}</code></button>
        </p>`
  }
  ${
    run.children.length === 0
      ? nothing
      : html`<p>
            <button class="link" @click=${() => actions.listChildren()}>
              Show ${run.children.length === 1 ? 'it' : `these ${run.children.length}`} in the table
            </button>
          </p>
          <ul class="children">
            ${run.children.map((child) => html`<li>${statusMark(child.status)} <button class="link" @click=${() => actions.open(child.runId)}>${child.name}</button></li>`)}
          </ul>`
  }`;
}

function code(run: RunDetail, actions: DetailActions): Piece {
  const { branch, remote, patch } = run.code;
  const edits = !run.dirty ? '' : patch ? ' with uncommitted edits, kept as a patch' : ' with uncommitted edits';
  return html`<table class="plain pairs">
    <tbody>
      <tr>
        <th scope="row">Commit</th>
        <td class="value">
          ${run.commit === null ? 'not in git' : html`${copyable(run.commit, actions.copy, run.commit.slice(0, 7))}${edits}`}
        </td>
      </tr>
      ${
        branch === null
          ? nothing
          : html`<tr>
              <th scope="row">Branch</th>
              <td class="value">${branch}</td>
            </tr>`
      }
      ${
        remote === null
          ? nothing
          : html`<tr>
              <th scope="row">Remote</th>
              <td class="value">${/^https:\/\//.test(remote) ? html`<a href=${remote}>${remote}</a>` : remote}</td>
            </tr>`
      }
      ${
        run.command === ''
          ? nothing
          : html`<tr>
              <th scope="row">Command</th>
              <td class="value"><code>${run.command}</code></td>
            </tr>`
      }
      <tr>
        <th scope="row">Seed</th>
        <td class="value">${run.seed === null ? 'none' : run.seed}</td>
      </tr>
    </tbody>
  </table>`;
}
