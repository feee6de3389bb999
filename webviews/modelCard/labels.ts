import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CardLabel } from '../../protocol/cardPlots.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { count } from '../../words/numbers.ts';
import { dotPlot } from '../ui/dotPlot.ts';
import { metric } from '../ui/format.ts';

/** How well each label is found: F1 as a plot, and all numbers as a table. */
export function labels({ plots, performance }: ModelCard): TemplateResult | typeof nothing {
  const rows = plots?.labels ?? [];
  if (rows.length === 0) return nothing;
  const dots = rows.map(({ label, n, f1 }) => ({
    label,
    n,
    positives: n,
    value: f1?.value ?? null,
    low: f1?.low ?? null,
    high: f1?.high ?? null,
  }));
  return html`${dots.some(({ value }) => value !== null) ? dotPlot('f1', dots, performance['macro_f1']?.value ?? null) : nothing}
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">Label</th>
          ${['True rows', 'Precision', 'Recall', 'F1', 'ROC-AUC'].map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <td>${row.label}</td>
              <td class="number">${count(row.n)}</td>
              ${cells(row)}
            </tr>`,
        )}
      </tbody>
    </table>`;
}

function cells({ precision, recall, f1, rocAuc }: CardLabel): TemplateResult[] {
  return [precision, recall, f1, rocAuc].map(
    (one) => html`<td class="number">${one ? metric('f1', one.value) : '–'}</td>`,
  );
}
