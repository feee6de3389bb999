import { importance } from './importance.ts';
import { comparedText } from '../../words/comparison.ts';
import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { param, shortId } from '../ui/format.ts';
import { count, number, plural } from '../../words/numbers.ts';
import { duration } from '../../words/times.ts';
import { refitText } from '../../words/refit.ts';
import { gateRows } from '../ui/gateRows.ts';
import { copyable, emptyState, errorBar, icon, skeleton, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import { calibration } from './calibration.ts';
import { comparison } from './comparison.ts';
import { fairness } from './fairness.ts';
import { health } from './health.ts';
import type { Actions, Model } from './model.ts';
import { inspectedView } from './inspectedView.ts';
import { modelSection } from './modelSection.ts';
import { performance } from './performance.ts';
import { hasRecord, overrideLine, recordSection } from './recordSection.ts';
import { leftOutText } from '../../words/leftOut.ts';
import { labels } from './labels.ts';
import { plots } from './plots.ts';
import { robustness } from './robustness.ts';
import { section, versions } from './sections.ts';
import { unvalidatedView } from './unvalidatedView.ts';
import { slices } from './slices.ts';

/** The card from top to bottom: whether the model can be trusted, for which use, and on what evidence. */
export function cardView(model: Model, actions: Actions): TemplateResult {
  if (model.address !== null) return inspectedView(model.address, model, actions);
  const card = model.card.value;
  if (!card) {
    if (model.none)
      return emptyState(
        'No model version yet',
        'The model card shows the results of validation: gates, slices, fairness, calibration, data and how to reproduce the version.',
        { label: 'Run all stages', run: actions.runAll },
      );
    return model.card.error === null ? skeleton(14) : html`${errorBar(model.card.error, actions.retry)}`;
  }
  if (!card.isValidated) return html`${errorBar(model.card.error, actions.retry)} ${unvalidatedView(card, actions)}`;
  return html`${errorBar(model.card.error, actions.retry)}
    <article class="card">
      ${head(card, model, actions)} ${model.against === null ? nothing : comparison(card, model, actions)}
      ${section('Gates', card.gates.length === 0 ? missing('This version was validated without gates. Add them under "gates:" of the validate stage.', openProject(actions)) : gateRows(card.gates, card.performance))}
      ${card.comparison === null ? nothing : html`<p class="muted compared">${comparedText(card.comparison).join(' ')}</p>`}
      ${overrideLine(card.record)}
      ${section('Intended use', written(card.intendedUse, 'what the model is for, and for whom', 'Intended use', actions))}
      ${section('Out-of-scope use', written(card.outOfScope, 'where the model must not be used', 'Out-of-scope use', actions))}
      ${section('Performance', performance(card))}
      ${card.slices.length === 0 && !card.foundSlices ? nothing : section('Slices', slices(card))}
      ${section('Fairness', card.fairness.length === 0 ? missing('No protected attribute was measured. Name one under "fairness:" of the validate stage.', openProject(actions)) : fairness(card))}
      ${card.importance === null ? nothing : section('Feature importance', importance(card.importance))}
      ${card.robustness === null ? nothing : section('Robustness', robustness(card.robustness))}
      ${card.threshold === null ? nothing : section('Threshold', thresholdOf(card.threshold))}
      ${card.plots?.labels?.length ? section('Labels', labels(card)) : nothing}
      ${card.plots === null || card.plots.labels ? nothing : section('Curves', plots(card))}
      ${leftOutText(card.task) === null ? nothing : section('Not computed', html`<p>${leftOutText(card.task)}</p>`)}
      ${card.calibration.length === 0 ? nothing : section('Calibration', calibration(card.calibration))}
      ${section('Limits', written(card.limitations, 'what it gets wrong, and when', 'Limitations', actions))}
      ${section('Ethical considerations', written(card.ethics, 'whom it could harm, and what was done about it', 'Ethics', actions))}
      ${section('Oversight', written(card.oversight, 'who looks at its decisions, and who may stop it', 'Oversight', actions))}
      ${section('Production', health(card, actions))} ${section('Model', modelSection(card.facts, actions.copy))}
      ${section('Data', data(card))} ${section('Versions', versions(card, actions, { name: card.headlineMetric }))}
      ${hasRecord(card.record) ? section('History', recordSection(card.record)) : nothing}
      ${section('How to reproduce', reproduce(card, actions))}
    </article>`;
}

function head(card: ModelCard, model: Model, actions: Actions): TemplateResult {
  const passed = card.verdict.passed === card.verdict.total;
  const champion = card.aliases.includes('champion');
  const others = card.versions.filter((one) => one.version !== card.version);
  // The title is beside the header: inside, it would scroll away with it.
  return html`<div class="title">
      <h1>${card.model} <span class="version">v${card.version}</span></h1>
      ${card.aliases.map((alias) => html`<span class="badge">${alias}</span>`)}
    </div>
    <header>
      <p class="verdict ${passed ? 'good' : 'bad'}" role="status">
        ${icon(passed ? 'pass-filled' : 'error')} <span>${card.verdict.text}</span>
      </p>
      <p class="muted">
        Predicts <b>${card.target}</b> (${card.task}) with ${card.algorithm}, scored by ${card.backend} · made
        ${time(card.createdAt)}${madeBy(card, actions)}
      </p>
      ${card.refit ? html`<p class="muted refit">${refitText(card.refit)}</p>` : nothing}
      <div class="actions">
        ${champion ? nothing : html`<vscode-button ?disabled=${!passed} title=${passed ? 'Asks for confirmation' : `${card.verdict.total - card.verdict.passed} of ${plural(card.verdict.total, 'gate')} failed`} @click=${() => passed && actions.promote(card)}>Promote to champion…</vscode-button>`}
        ${champion || passed ? nothing : html`<vscode-button secondary title="Promotes it although gates did not pass; asks for the reason, which is kept" @click=${() => actions.promote(card)}>Override the gates…</vscode-button>`}
        <vscode-button
          secondary
          title="Serves this version on this machine to try it; its predictions are not logged"
          @click=${() => actions.serve(card)}
          >Serve…</vscode-button
        >
        <vscode-button secondary title="Validate this version again" @click=${() => actions.validate(card)}
          >Validate…</vscode-button
        >
        <vscode-button secondary title="Save as a self-contained HTML file" @click=${actions.save}
          >Save as HTML…</vscode-button
        >
        ${
          others.length === 0
            ? nothing
            : html`<label
                >Compare with
                <select id="against" @change=${(event: Event) => actions.compare(versionOf(event))}>
                  <option value="" ?selected=${model.against === null}>no other</option>
                  ${others.map((one) => html`<option value=${one.version} ?selected=${one.version === model.against}>v${one.version} ${one.aliases.join(', ')}</option>`)}
                </select></label
              >`
        }
      </div>
    </header>`;
}

function madeBy({ run }: ModelCard, actions: Actions): Piece {
  if (!run) return nothing;
  return html` by run <button class="link" @click=${() => actions.openRun(run.runId)}>${run.name}</button>`;
}

function versionOf(event: Event): number | null {
  const value = event.target instanceof HTMLSelectElement ? Number(event.target.value) : 0;
  return value > 0 ? value : null;
}

/** A section that only a person can write: marked as written by a person, or as missing. */
function written(text: string | null, what: string, heading: string, actions: Actions): TemplateResult {
  if (text === null || text.trim() === '')
    return missing(`Not provided: ${what}. Write it under "# ${heading}" in model-card.md beside loopwright.yaml.`, {
      label: 'Write it',
      run: () => actions.writeCard(heading),
    });
  return html`<blockquote>
    ${text.split(/\n{2,}/).map((part) => html`<p>${part}</p>`)}
    <footer class="muted">${icon('account')} written by a person</footer>
  </blockquote>`;
}

function missing(text: string, { label, run }: { label: string; run: () => void }): TemplateResult {
  return html`<p class="missing">
    ${icon('circle-large')} <span>${text}</span>
    <button class="link act" @click=${run}>${label}</button>
  </p>`;
}

const openProject = (actions: Actions) => ({ label: 'Open loopwright.yaml', run: () => actions.openProject() });

function thresholdOf({ value, why, gave }: ModelCard['threshold'] & object): TemplateResult {
  return html`<p>
    ${value === null ? 'No threshold of the score decides' : html`Scores from <b>${number(value)}</b> on are positive`}:
    ${why}.${gave === '' ? nothing : html` <span class="muted">It gave ${gave} there.</span>`}
  </p>`;
}

function data(card: ModelCard): TemplateResult {
  const { rows, period } = card.data;
  const all = rows.train + rows.validation + rows.test;
  return html`<table class="plain facts">
    <tbody>
      <tr>
        <td>Dataset</td>
        <td>${card.data.dataset} <code title="Content hash ${card.data.hash}">${shortId(card.data.hash)}</code></td>
      </tr>
      <tr>
        <td>Rows</td>
        <td>
          ${count(all)}: ${count(rows.train)} to train, ${count(rows.validation)} to validate, ${count(rows.test)} to
          test
        </td>
      </tr>
      <tr>
        <td>Quarantined</td>
        <td>${count(card.data.quarantined)} rows that violate the schema were excluded</td>
      </tr>
      <tr>
        <td>Period</td>
        <td>${period === null ? 'not known' : `${period.from} to ${period.to}`}</td>
      </tr>
      <tr>
        <td>Prepared</td>
        <td>${time(card.data.preparedAt)}</td>
      </tr>
    </tbody>
  </table>`;
}

function reproduce(card: ModelCard, actions: Actions): TemplateResult {
  const { run } = card;
  if (!run) return html`<p class="muted">The run that made this version is not known.</p>`;
  return html`${
      card.reproduce === ''
        ? nothing
        : html`<pre>${card.reproduce}</pre>
            <p class="no-print"><button class="link act" @click=${() => actions.copy(card.reproduce)}>Copy</button></p>`
    }
    <table class="plain facts">
      <tbody>
        <tr>
          <td>Run</td>
          <td>${run.name} ${copyable(run.runId, actions.copy)} of experiment ${run.experiment}</td>
        </tr>
        <tr>
          <td>Commit</td>
          <td>
            ${run.commit === null ? 'not in git' : html`<code>${run.commit.slice(0, 7)}</code>${run.dirty ? ' with uncommitted edits' : ''}`}
          </td>
        </tr>
        <tr>
          <td>Seed</td>
          <td>${run.seed === null ? 'none' : run.seed}</td>
        </tr>
        <tr>
          <td>Took</td>
          <td>${duration(run.durationMs)}</td>
        </tr>
        ${Object.entries(card.params).map(
          ([key, value]) =>
            html`<tr>
              <td>${key}</td>
              <td>${param(value)}</td>
            </tr>`,
        )}
        ${Object.entries(card.environment).map(
          ([key, value]) =>
            html`<tr>
              <td>${key}</td>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
