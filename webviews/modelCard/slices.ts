import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { ModelCard, SliceRow } from '../../protocol/modelCard.ts';
import { dotPlot } from '../ui/dotPlot.ts';

/** The headline metric on each slice of the test rows, one plot a column. */
export function slices(card: ModelCard): TemplateResult {
  const columns = [...new Set(card.slices.map((row) => row.column))];
  const key = metricOf(card);
  return html`<div class="plots">${columns.map((column) => html`<div><h3>${column}</h3>${plot(card, card.slices.filter((row) => row.column === column), key)}</div>`)}</div>`;
}

function plot(card: ModelCard, rows: SliceRow[], key: string): TemplateResult {
  const dots = rows.map((row) => {
    const one = row.metrics[key];
    return { label: row.value, n: row.n, value: one?.value ?? null, low: one?.low ?? null, high: one?.high ?? null };
  });
  return dotPlot(key, dots, card.performance[key]?.value ?? null);
}

function metricOf(card: ModelCard): string {
  const known = new Set(card.slices.flatMap((row) => Object.keys(row.metrics)));
  return known.has(card.headlineMetric) ? card.headlineMetric : ([...known][0] ?? card.headlineMetric);
}
