import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { breakable } from '../ui/breakable.ts';
import { metric, param } from '../ui/format.ts';
import { count, difference } from '../../words/numbers.ts';
import { isLowerBetter } from '../ui/metricDirection.ts';
import { errorBar, skeleton } from '../ui/pieces.ts';
import type { Actions, Model } from './model.ts';

/** This version compared with another: performance with intervals, then differences in how they were trained. */
export function comparison(card: ModelCard, model: Model, actions: Actions): TemplateResult {
  const other = model.other.value;
  return html`<section class="comparison">
    <h2>Compared with v${model.against}</h2>
    ${errorBar(model.other.error, actions.retry)}
    ${other ? tables(card, other) : model.other.error === null ? skeleton(4) : nothing}
  </section>`;
}

function tables(card: ModelCard, other: ModelCard): TemplateResult {
  const names = Object.keys(card.performance).filter((name) => name in other.performance);
  const params = [...new Set([...Object.keys(card.params), ...Object.keys(other.params)])].filter(
    (name) => param(card.params[name]) !== param(other.params[name]),
  );
  return html`<div class="wide">
    <table class="plain">
      <thead>
        <tr>
          <th scope="col"></th>
          <th scope="col" class="number">v${card.version}</th>
          <th scope="col" class="number">v${other.version}</th>
          <th scope="col" class="number">Difference</th>
          <th scope="col"></th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <td>gates passed</td>
          <td class="number">${card.verdict.passed} of ${card.verdict.total}</td>
          <td class="number">${other.verdict.passed} of ${other.verdict.total}</td>
          <td></td>
          <td></td>
        </tr>
        ${names.map((name) => estimateRow(name, card.performance[name], other.performance[name]))}
        <tr>
          <td>test rows</td>
          <td class="number">${count(card.data.rows.test)}</td>
          <td class="number">${count(other.data.rows.test)}</td>
          <td></td>
          <td class="muted">
            ${card.data.hash === other.data.hash ? 'same data' : 'different data: the metrics are not from the same rows'}
          </td>
        </tr>
        ${params.map(
          (name) =>
            html`<tr>
              <td>${name}</td>
              <td class="number">${param(card.params[name])}</td>
              <td class="number">${param(other.params[name])}</td>
              <td></td>
              <td></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function estimateRow(
  name: string,
  mine: Estimate | undefined,
  theirs: Estimate | undefined,
): TemplateResult | typeof nothing {
  if (!mine || !theirs) return nothing;
  const gap = mine.value - theirs.value;
  const better = gap === 0 ? false : isLowerBetter(name) ? gap < 0 : gap > 0;
  const apart =
    mine.low !== null &&
    mine.high !== null &&
    theirs.low !== null &&
    theirs.high !== null &&
    (mine.low > theirs.high || mine.high < theirs.low);
  const said =
    gap === 0
      ? 'equal'
      : `${better ? 'better' : 'worse'}${mine.low === null ? '' : apart ? ', intervals apart' : ', intervals overlap'}`;
  return html`<tr>
    <td>${breakable(name)}</td>
    <td class="number">${metric(name, mine.value)}</td>
    <td class="number">${metric(name, theirs.value)}</td>
    <td class="number">${difference(gap)}</td>
    <td class="muted">${said}</td>
  </tr>`;
}
