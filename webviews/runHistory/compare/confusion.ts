import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { ConfusionMatrix, RunDetail } from '../../../protocol/runs.ts';
import { css } from '../../ui/css.ts';
import { count } from '../../../words/numbers.ts';
import { heatColor } from '../../ui/heatColor.ts';

export type ConfusionUnit = 'rows' | 'share';
/** With enough space: rows, with their share as text and colour. */
type ShownUnit = ConfusionUnit | 'both';

const roomy = 12;

/** For each true class, the share of its rows with each predicted class; null for a class without rows. */
export function rowShares({ counts }: ConfusionMatrix): (number | null)[][] {
  return counts.map((row) => {
    const sum = row.reduce((all, one) => all + one, 0);
    return row.map((one) => (sum === 0 ? null : one / sum));
  });
}

/** The largest count of several matrices, for one colour scale. */
export function largestCount(matrices: readonly ConfusionMatrix[]): number {
  return Math.max(1, ...matrices.map(({ counts }) => Math.max(0, ...counts.map((row) => Math.max(0, ...row)))));
}

/** The matrices of all runs side by side on one scale, each as a coloured table. */
export function confusionTab(
  runs: readonly RunDetail[],
  unit: ConfusionUnit,
  choose: (unit: ConfusionUnit) => void,
  open: (runId: string) => void,
  save: (run: RunDetail, matrix: ConfusionMatrix) => void,
): TemplateResult {
  const having = runs.flatMap((run) => (run.confusion ? [{ run, matrix: run.confusion }] : []));
  if (having.length === 0)
    return html`<p class="muted empty-note">
      None of these runs counted a confusion matrix. The validation of a classifier does.
    </p>`;
  const most = largestCount(having.map(({ matrix }) => matrix));
  const without = runs.length - having.length;
  return html`<div class="choices" role="radiogroup" aria-label="Cells show">
      ${(['share', 'rows'] as const).map((one) => html`<label><input type="radio" name="confusion-unit" .checked=${unit === one} @change=${() => choose(one)} /> ${one === 'share' ? 'share of the true class' : 'rows'}</label>`)}
      ${without === 0 ? nothing : html`<span class="muted">${without} of ${runs.length} runs have none</span>`}
    </div>
    <div class="side-by-side">
      ${having.map(
        ({ run, matrix }) =>
          html`<figure class="matrix">
            <figcaption>
              <button class="link" @click=${() => open(run.runId)}>${run.name}</button><span class="gap"></span
              ><button
                class="quiet flag"
                aria-label="Save the matrix of ${run.name} as CSV"
                @click=${() => save(run, matrix)}
              >
                CSV
              </button>
            </figcaption>
            ${confusionTable(matrix, unit, most, run.name)}
          </figure>`,
      )}
    </div>`;
}

/** One matrix with true classes as rows and predicted classes as columns. `most` is the count with the full colour. */
export function confusionTable(matrix: ConfusionMatrix, unit: ShownUnit, most: number, name: string): TemplateResult {
  const shares = rowShares(matrix);
  const { labels, counts } = matrix;
  const small = labels.length > roomy;
  const cell = (row: number, column: number): TemplateResult => {
    const rows = counts[row]?.[column] ?? 0;
    const share = shares[row]?.[column] ?? null;
    const strength = unit === 'rows' ? rows / most : (share ?? 0);
    const shareText = share === null ? 'no rows' : `${(share * 100).toFixed(1)} %`;
    const { background, color } = heatColor(-strength);
    return html`<td
      class=${row === column ? 'right' : ''}
      title="${labels[row]} taken for ${labels[column]}: ${count(rows)} rows, ${shareText}"
      ${css({ 'background-color': background, color })}
    >
      <span class=${small ? 'visually-hidden' : ''}
        >${unit !== 'share' ? count(rows) : share === null ? '–' : shareText}${unit === 'both' && share !== null ? html`<small>${shareText}</small>` : nothing}</span
      >
    </td>`;
  };
  return html`<div class="wide">
    <table class="confusion ${small ? 'small' : ''}">
      <caption class="visually-hidden">
        Confusion matrix of ${name}: truth down, prediction across, in
        ${unit === 'share' ? 'shares of the true class' : 'rows'}
      </caption>
      <thead>
        <tr>
          <td class="corner muted">truth ↓ prediction →</td>
          ${labels.map((label) => html`<th scope="col" title=${label}><span>${label}</span></th>`)}
          <th scope="col" class="number">n</th>
        </tr>
      </thead>
      <tbody>
        ${labels.map(
          (label, row) =>
            html`<tr>
              <th scope="row" title=${label}>${label}</th>
              ${labels.map((_, column) => cell(row, column))}
              <td class="number sum">${count((counts[row] ?? []).reduce((sum, one) => sum + one, 0))}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
