import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CardHealth, ModelCard } from '../../protocol/modelCard.ts';
import { metric } from '../ui/format.ts';
import { expectationText } from '../../words/expectations.ts';
import { count, percent } from '../../words/numbers.ts';
import { dateTimeText } from '../../words/times.ts';
import type { Actions } from './model.ts';

/** The current state of the version in production. */
export function health(card: ModelCard, actions: Actions): TemplateResult {
  if (card.health.length === 0) return html`<p class="muted">This version has not been deployed.</p>`;
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Deployment</th>
        <th scope="col" class="number">Predictions</th>
        <th scope="col">Last window</th>
        <th scope="col">Status</th>
        <th scope="col" class="number">Rows</th>
        <th scope="col" class="number">Features drifted</th>
        <th scope="col" class="number">Performance</th>
      </tr>
    </thead>
    <tbody>
      ${card.health.map((one) => row(one, actions))}
    </tbody>
  </table>`;
}

function row(one: CardHealth, actions: Actions): TemplateResult {
  const { lastWindow: last, monitor } = one;
  return html`<tr>
    <td>${one.deployment}</td>
    <td class="number">${count(one.predictions)}</td>
    <td>
      ${last && monitor !== null ? html`<button class="link" @click=${() => actions.openDrift(monitor)}>${dateTimeText(last.start)} to ${dateTimeText(last.end)}</button>` : html`<span class="muted">no window yet</span>`}
    </td>
    <td>${last ? statusOf(last) : nothing}</td>
    <td class="number">${last ? count(last.rows) : nothing}</td>
    <td class="number">${last ? percent(last.driftedShare) : nothing}</td>
    <td class="number">
      ${last ? Object.entries(last.performance).map(([name, value]) => html`<div>${name} ${metric(name, value)}</div>`) : nothing}${last && Object.keys(last.performance).length === 0 ? html`<span class="muted">labels to come</span>` : nothing}
    </td>
  </tr>`;
}

/** The headline of a window, and the expectations that it breaks. */
function statusOf({ status, expectations }: NonNullable<CardHealth['lastWindow']>): TemplateResult {
  return html`${status}${expectations
    .filter(({ state }) => state === 'broken')
    .map((expectation) => html`<div>${expectationText(expectation)}</div>`)}`;
}
