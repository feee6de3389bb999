import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ModelCard, SliceRow } from '../../protocol/modelCard.ts';
import { dotPlot, isFew } from '../ui/dotPlot.ts';
import { count, plural } from '../../words/numbers.ts';
import { icon } from '../ui/pieces.ts';
import { foundSlices } from './foundSlices.ts';

/** The headline metric on each slice of the test rows, one plot per column. */
export function slices(card: ModelCard): TemplateResult {
  const columns = [...new Set(card.slices.map((row) => row.column))];
  const key = metricOf(card);
  return html`<div class="plots">
      ${columns.map((column) => {
        const rows = card.slices.filter((row) => row.column === column);
        const [{ of = rows.length } = {}] = rows;
        return html`<div>
          <h3>
            ${column}${of > rows.length ? html` <span class="muted">${rows.length} of ${count(of)}</span>` : nothing}
          </h3>
          ${plot(card, rows, key)}
        </div>`;
      })}
    </div>
    ${card.foundSlices ? foundSlices(card.foundSlices, card.data.rows.test) : nothing}`;
}

function plot(card: ModelCard, rows: SliceRow[], key: string): TemplateResult {
  const dots = rows.map((row) => {
    const one = row.metrics[key];
    return {
      label: row.value,
      n: row.n,
      positives: row.positives,
      value: one?.value ?? null,
      low: one?.low ?? null,
      high: one?.high ?? null,
    };
  });
  const few = dots.filter((dot) => dot.value !== null && isFew(dot));
  return html`${dotPlot(key, dots, card.performance[key]?.value ?? null)}
  ${
    few.length === 0
      ? nothing
      : html`<ul class="warnings">
          ${few.map((dot) => html`<li>${icon('warning')} ${dot.label} has only ${plural(dot.positives ?? 0, 'positive')}: its value is uncertain.</li>`)}
        </ul>`
  }`;
}

function metricOf(card: ModelCard): string {
  const known = new Set(card.slices.flatMap((row) => Object.keys(row.metrics)));
  return known.has(card.headlineMetric) ? card.headlineMetric : ([...known][0] ?? card.headlineMetric);
}
