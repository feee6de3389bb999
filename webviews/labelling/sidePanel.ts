import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { LabelSummary } from '../../protocol/labelling.ts';
import { css } from '../ui/css.ts';
import { absent, count, number, percent, plural } from '../../words/numbers.ts';
import { icon, skeleton, time } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';

/** Progress by class and labeller, agreement between labellers, and the quality of the rules. */
export function sidePanel(model: Model, actions: Actions): TemplateResult {
  const summary = model.summary.value;
  return html`<aside aria-label="Progress and agreement">
    ${summary ? html`${progress(model, summary, actions)}${people(summary)}${agreement(summary, actions)}${rules(summary)}${notes(summary)}` : model.summary.loading ? skeleton(6) : nothing}
  </aside>`;
}

function progress(
  { who, cards }: Model,
  { rows, labelled, complete, classes, ties, task, people: all }: LabelSummary,
  actions: Actions,
): TemplateResult {
  const share = rows === 0 ? 0 : labelled / rows;
  const today = all.find(({ labeller }) => labeller === who)?.today ?? 0;
  const most = Math.max(1, ...classes.map((one) => one.rows));
  return html`<section>
    <h2>Progress</h2>
    <div
      class="bar"
      role="progressbar"
      aria-label="Labelled"
      aria-valuemin="0"
      aria-valuemax=${rows}
      aria-valuenow=${labelled}
      aria-valuetext="${count(labelled)} of ${count(rows)} rows"
    >
      <i ${css({ width: `${share * 100}%` })}></i>
    </div>
    <p id="progress">
      <strong>${count(labelled)}</strong> of ${count(rows)} labelled (${percent(share)}) ·
      <strong>${count(today)}</strong> by you today
    </p>
    ${task.labellers > 1 ? html`<p class="muted">${count(complete)} by ${task.labellers} people, as the task wants</p>` : nothing}
    <table class="plain class-table">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col"><span class="visually-hidden">Share</span></th>
          <th scope="col" class="number">Rows</th>
        </tr>
      </thead>
      <tbody>
        ${classes.map(
          ({ label, rows: n }) =>
            html`<tr>
              <td class="label">${label}</td>
              <td class="bars"><i ${css({ width: `${(n / most) * 100}%` })}></i></td>
              <td class="number">${count(n)}</td>
            </tr>`,
        )}
        ${
          ties > 0
            ? html`<tr>
                <td class="muted">undecided</td>
                <td></td>
                <td class="number">${count(ties)}</td>
              </tr>`
            : nothing
        }
      </tbody>
    </table>
    ${cards.skipped > 0 ? html`<p class="muted">You skipped ${plural(cards.skipped, 'row')}. <button class="link" id="again" @click=${() => actions.again(true)}>Look again</button></p>` : nothing}
  </section>`;
}

function people({ people: all }: LabelSummary): Piece {
  if (all.length === 0) return nothing;
  return html`<section>
    <h2>People</h2>
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Who</th>
          <th scope="col" class="number">Labelled</th>
          <th scope="col" class="number">Skipped</th>
          <th scope="col">Last</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          (one) =>
            html`<tr>
              <td class="label">${one.labeller}</td>
              <td class="number">${count(one.labelled)}</td>
              <td class="number">${count(one.skipped)}</td>
              <td>${time(one.last)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </section>`;
}

function agreement({ agreement: pairs, disagreements, disagreementCount }: LabelSummary, actions: Actions): Piece {
  if (pairs.length === 0) return nothing;
  return html`<section>
    <h2>Agreement</h2>
    <table class="plain" id="agreement">
      <thead>
        <tr>
          <th scope="col">Between</th>
          <th scope="col" class="number" title="Rows labelled by both">n</th>
          <th scope="col" class="number" title="Share of rows with the same label">Alike</th>
          <th scope="col" class="number" title="Cohen's kappa: 1 is full agreement, 0 is chance agreement">Kappa</th>
        </tr>
      </thead>
      <tbody>
        ${pairs.map(
          (pair) =>
            html`<tr>
              <td class="label">${pair.first}, ${pair.second}</td>
              <td class="number">${count(pair.n)}</td>
              <td class="number">${percent(pair.observed)}</td>
              <td class="number">
                ${pair.kappa === null ? html`<span title="Undefined: expected chance agreement is 1">${absent}</span>` : number(pair.kappa, 2)}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      disagreementCount === 0
        ? html`<p class="muted">${icon('pass')} They agree on every row.</p>`
        : html`<details ?open=${disagreementCount <= 5}>
            <summary>${plural(disagreementCount, 'row')} they disagree on</summary>
            <ul class="disagreements">
              ${disagreements.map(({ key, labels }) => html`<li><button class="link" @click=${() => actions.open(key)}>${key}</button> <span class="muted">${labels.map(({ labeller, label }) => `${labeller}: ${label}`).join(' · ')}</span></li>`)}
              ${disagreementCount > disagreements.length ? html`<li class="muted">and ${count(disagreementCount - disagreements.length)} more</li>` : nothing}
            </ul>
          </details>`
    }
  </section>`;
}

function rules({ rules: all, weak }: LabelSummary): Piece {
  if (all.length === 0) return nothing;
  return html`<section>
    <h2>Rules</h2>
    <table class="plain" id="rules">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" class="number">Rows</th>
          <th scope="col" class="number" title="Rows where another rule disagrees">Conflicts</th>
          <th scope="col" class="number" title="Share of manually labelled rows">Right</th>
        </tr>
      </thead>
      <tbody>
        ${all.map(
          (rule) =>
            html`<tr>
              <td class="label">${rule.rule}</td>
              <td class="number">${count(rule.covered)}</td>
              <td class="number">${count(rule.conflicts)}</td>
              <td class="number" title="of ${plural(rule.judged, 'row')} labelled by hand">
                ${percent(rule.accuracy)}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${weak ? html`<p class="muted">${plural(weak.labelled, 'row')} ${weak.labelled === 1 ? 'has its' : 'have their'} label by rules alone; on ${count(weak.undecided)} they are undecided.</p>` : nothing}
  </section>`;
}

function notes({ notes: all }: LabelSummary): Piece {
  return all.length === 0
    ? nothing
    : html`<section class="notes">${all.map((note) => html`<p>${icon('warning')} <span>${note}</span></p>`)}</section>`;
}
