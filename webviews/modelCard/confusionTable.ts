import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { CardPlots } from '../../protocol/cardPlots.ts';
import { count, percent } from '../../words/numbers.ts';

/** Classes of a table that can be read; of more, the pairs that are confused most are listed. */
const mostClasses = 12;
const mostPairs = 15;

/** Rows by true class and decided class. */
export function confusionTable({ labels, counts }: CardPlots['confusion'] & object): TemplateResult {
  const sums = counts.map((row) => row.reduce((sum, one) => sum + one, 0));
  return html`<figure class="plot confusion">
    <h3>Confusion matrix</h3>
    ${labels.length <= mostClasses ? matrix(labels, counts, sums) : pairs(labels, counts, sums)}
    <figcaption class="muted">
      ${
        labels.length <= mostClasses
          ? 'Test rows by true class (down) and decided class (across), with their share of the true class.'
          : `The pairs of the ${labels.length} classes that are confused most, with their share of the true class.`
      }
    </figcaption>
  </figure>`;
}

function matrix(labels: readonly string[], counts: readonly number[][], sums: readonly number[]): TemplateResult {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">true \\ decided</th>
        ${labels.map((label) => html`<th scope="col" class="number">${label}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${counts.map(
        (row, truth) =>
          html`<tr>
            <th scope="row">${labels[truth]}</th>
            ${row.map(
              (rows, decided) =>
                html`<td class="number ${truth === decided ? 'right' : ''}">
                  ${count(rows)} <span class="muted">${share(rows, sums[truth])}</span>
                </td>`,
            )}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function pairs(labels: readonly string[], counts: readonly number[][], sums: readonly number[]): TemplateResult {
  const wrong = counts
    .flatMap((row, truth) => row.map((rows, decided) => ({ truth, decided, rows })))
    .filter(({ truth, decided, rows }) => truth !== decided && rows > 0)
    .toSorted((a, b) => b.rows - a.rows);
  if (wrong.length === 0) return html`<p class="muted">No class is taken for another.</p>`;
  return html`<table class="plain">
      <thead>
        <tr>
          <th scope="col">true class</th>
          <th scope="col">decided as</th>
          <th scope="col" class="number">rows</th>
          <th scope="col" class="number">share</th>
        </tr>
      </thead>
      <tbody>
        ${wrong.slice(0, mostPairs).map(
          ({ truth, decided, rows }) =>
            html`<tr>
              <td>${labels[truth]}</td>
              <td>${labels[decided]}</td>
              <td class="number">${count(rows)}</td>
              <td class="number">${share(rows, sums[truth])}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${wrong.length > mostPairs ? html`<p class="muted">${count(wrong.length - mostPairs)} further pairs</p>` : nothing}`;
}

function share(rows: number, all: number | undefined): string {
  return all ? percent(rows / all) : '–';
}
