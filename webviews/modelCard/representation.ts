import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { Representation } from '../../protocol/fairness.ts';
import { count, difference, number, percent } from '../../words/numbers.ts';
import { breakable } from '../ui/breakable.ts';
import { icon } from '../ui/pieces.ts';

/** The groups of the test rows beside the people whom the model is for. */
export function representation({ attribute, n, groups, test, absent }: Representation): TemplateResult {
  return html`<section aria-label="Representation of ${attribute}">
    <h3>Representation of ${breakable(attribute)}</h3>
    <div class="wide">
      <table class="plain performance fairness">
        <thead>
          <tr>
            <th scope="col">Group</th>
            <th scope="col" class="number">Rows</th>
            <th scope="col" class="number">Share of ${count(n)}</th>
            <th scope="col" class="number">Declared</th>
            <th scope="col" class="number">Difference</th>
            <th scope="col" class="number">95 % interval</th>
          </tr>
        </thead>
        <tbody>
          ${groups.map(
            (group) =>
              html`<tr>
                <td>${group.group}</td>
                <td class="number">${count(group.n)}</td>
                <td class="number">${percent(group.share)}</td>
                <td class="number">
                  ${group.declared === null ? html`<span class="muted">not declared</span>` : percent(group.declared)}
                </td>
                <td class="number">${group.declared === null ? '' : difference(group.share - group.declared)}</td>
                <td class="number">
                  ${group.low === null || group.high === null ? '' : `${difference(group.low)} to ${difference(group.high)}`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      test === null
        ? nothing
        : html`<p class="muted">
            ${test.pValue < 0.05 ? 'The rows differ from the declared people' : 'The rows do not differ from the declared people by more than chance'}:
            χ² ${number(test.statistic, 3)} with ${count(test.df)} degrees of freedom, p ${number(test.pValue, 2)}.
          </p>`
    }
    ${
      absent.length === 0
        ? nothing
        : html`<ul class="warnings">
            <li>${icon('warning')} No test row is of ${absent.join(', ')}.</li>
          </ul>`
    }
  </section>`;
}
