import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { SliceSearch } from '../../protocol/foundSlices.ts';
import { lossText, searchText, sliceText } from '../../words/foundSlices.ts';
import { count, number, percent } from '../../words/numbers.ts';

/** The slices on which the model loses most, the worst first, and how many crossings were tried. */
export function foundSlices(search: SliceSearch, rows: number): TemplateResult {
  return html`<section aria-label="Found slices">
    <h3>Found by search</h3>
    <p class="muted">${searchText(search)}</p>
    ${
      search.slices.length === 0
        ? nothing
        : html`<div class="wide">
            <table class="plain performance fairness">
              <thead>
                <tr>
                  <th scope="col">Slice</th>
                  <th scope="col" class="number">n</th>
                  <th scope="col" class="number">Share</th>
                  <th scope="col" class="number">${lossText(search.loss)}</th>
                  <th scope="col" class="number">Other rows</th>
                  <th scope="col" class="number">Effect</th>
                  <th scope="col" class="number">p, corrected</th>
                </tr>
              </thead>
              <tbody>
                ${search.slices.map(
                  (slice) =>
                    html`<tr>
                      <td>${sliceText(slice)}</td>
                      <td class="number">${count(slice.n)}</td>
                      <td class="number">${percent(slice.n / rows)}</td>
                      <td class="number"><b>${number(slice.loss, 3)}</b></td>
                      <td class="number">${number(slice.restLoss, 3)}</td>
                      <td class="number">${number(slice.effect, 2)}</td>
                      <td class="number">${slice.pValue < 1e-4 ? '< 0.0001' : number(slice.pValue, 2)}</td>
                    </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
  </section>`;
}
