import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { FairnessRow, ModelCard } from '../../protocol/modelCard.ts';
import { breakable } from '../ui/breakable.ts';
import { dotPlot } from '../ui/dotPlot.ts';
import { number, percent } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';

/** Differences between groups under fairlearn's names, with the values of each group. */
export function fairness(card: ModelCard): TemplateResult {
  return html`<div class="plots">${card.fairness.map(measure)}</div>`;
}

const rateTexts = {
  selectionRate: 'selection rate',
  tpr: 'true positive rate',
  fpr: 'false positive rate',
};

function measure(row: FairnessRow): TemplateResult {
  return html`<div>
    <h3>${breakable(`${row.measure}[${row.attribute}]`)} <b>${number(row.value, 3)}</b></h3>
    ${interval(row)} ${row.rates.map(rate)}
    ${
      row.warnings.length === 0
        ? nothing
        : html`<ul class="warnings">
            ${row.warnings.map((text) => html`<li>${icon('warning')} ${text}</li>`)}
          </ul>`
    }
  </div>`;
}

function interval({ low, high, confidence }: FairnessRow): TemplateResult | typeof nothing {
  if (low === null || high === null || confidence === null) return nothing;
  return html`<p class="muted">${percent(confidence)} interval ${number(low, 3)} to ${number(high, 3)}</p>`;
}

function rate({ rate: name, groups }: FairnessRow['rates'][number]): TemplateResult {
  const dots = groups.map(({ group, n, value, tooFew }) => ({
    label: group,
    n,
    positives: null,
    value: tooFew ? null : value,
    low: null,
    high: null,
  }));
  return dotPlot(rateTexts[name], dots, null);
}
