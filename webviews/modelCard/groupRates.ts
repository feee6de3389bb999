import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Estimate } from '../../protocol/estimate.ts';
import type { FairnessGroup, FairnessGroups, FairnessRate } from '../../protocol/fairness.ts';
import { rateTexts } from '../../words/fairness.ts';
import { count, number, percent, plural } from '../../words/numbers.ts';

/** The rates of the groups of an attribute, those of all groups first. A rate of few rows is not shown. */
export function groupRates({ number: all, tooFew, overall, groups }: FairnessGroups): TemplateResult {
  const rates = (Object.keys(rateTexts) as FairnessRate[]).filter((rate) => overall.rates[rate] !== undefined);
  return html`<div class="wide">
      <table class="plain fairness rates">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="number">n</th>
            ${rates.map((rate) => html`<th scope="col" class="number">${rateTexts[rate]}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${[overall, ...groups].map((group) => row(group, rates))}
        </tbody>
      </table>
    </div>
    ${
      tooFew === 0 && groups.length === all
        ? nothing
        : html`<p class="muted">
            ${groups.length === all ? '' : `The ${groups.length} largest of ${plural(all, 'group')}.`}
            ${tooFew === 0 ? '' : `${plural(tooFew, 'group')} with fewer than 10 rows: too few for a verdict.`}
          </p>`
    }`;
}

function row({ group, n, rates }: FairnessGroup, shown: readonly FairnessRate[]): TemplateResult {
  return html`<tr>
    <th scope="row">${group}</th>
    <td class="number">${count(n)}</td>
    ${shown.map((rate) => html`<td class="number">${cell(rates[rate])}</td>`)}
  </tr>`;
}

function cell(one: Estimate | null | undefined): TemplateResult {
  if (!one) return html`<span class="muted">too few</span>`;
  const interval =
    one.low === null ? '' : `${percent(one.confidence)} interval ${number(one.low, 3)} to ${number(one.high, 3)}, `;
  return html`<span title="${interval}${plural(one.n, 'row')}">${number(one.value, 3)}</span>`;
}
