import { html, nothing } from 'lit';
import type { DriftWindow, Expectation } from '../../protocol/drift.ts';
import { boundText, intervalText, labelFaultsText, labelledText, stateText } from '../../words/expectations.ts';
import { absent, count } from '../../words/numbers.ts';
import { dateTimeText } from '../../words/times.ts';
import { metric } from '../ui/format.ts';
import { icon } from '../ui/pieces.ts';
import type { Piece } from '../ui/pieces.ts';

const stateIcons: Record<Expectation['state'], string> = {
  met: 'pass',
  uncertain: 'question',
  broken: 'error',
  waiting: 'history',
  'too few': 'circle-slash',
  'no value': 'circle-slash',
};

/** The expectations in one window: the bound, the value with its interval and n, and the verdict. */
export function expectationTable(window: DriftWindow): Piece {
  if (window.expectations.length === 0) return nothing;
  return html`<section class="expectations">
    <h2>Expectations, ${dateTimeText(window.start)} to ${dateTimeText(window.end)}</h2>
    ${window.labelled === 0 ? nothing : html`<p class="muted">${labelledText(window)}</p>`}
    ${window.labelFaults === null ? nothing : html`<p class="muted">${labelFaultsText(window.labelFaults)}</p>`}
    <div class="wide">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col">Expected</th>
            <th scope="col" class="number">Value</th>
            <th scope="col" class="number">95 % interval</th>
            <th scope="col" class="number">n</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          ${window.expectations.map(
            (one) =>
              html`<tr>
                <td>${one.metric}</td>
                <td>${boundText(one)}</td>
                <td class="number">${metric(one.metric, one.value)}</td>
                <td class="number">${intervalText(one) || absent}</td>
                <td class="number">${count(one.n)} ${one.of}</td>
                <td class="state state-${one.state.replaceAll(' ', '-')}">
                  ${icon(stateIcons[one.state])} ${stateText(one)}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}
