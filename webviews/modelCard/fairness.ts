import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { FairnessRow, ModelCard } from '../../protocol/modelCard.ts';
import { breakable } from '../ui/breakable.ts';
import { dotPlot } from '../ui/dotPlot.ts';
import { number } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';

/** Differences between groups, under fairlearn's names, with the groups behind them. */
export function fairness(card: ModelCard): TemplateResult {
  return html`<div class="plots">${card.fairness.map(measure)}</div>`;
}

function measure(row: FairnessRow): TemplateResult {
  const dots = row.groups.map((one) => ({
    label: one.group,
    n: one.n,
    positives: null,
    value: one.value,
    low: null,
    high: null,
  }));
  return html`<div>
    <h3>${breakable(`${row.measure}[${row.attribute}]`)} <b>${number(row.value, 3)}</b></h3>
    ${dotPlot('rate', dots, null)}
    ${
      row.warnings.length === 0
        ? nothing
        : html`<ul class="warnings">
            ${row.warnings.map((text) => html`<li>${icon('warning')} ${text}</li>`)}
          </ul>`
    }
  </div>`;
}
