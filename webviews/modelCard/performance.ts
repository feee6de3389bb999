import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type { Estimate } from '../../protocol/estimate.ts';
import type { ModelCard } from '../../protocol/modelCard.ts';
import { breakable } from '../ui/breakable.ts';
import { metric } from '../ui/format.ts';
import { count, percent, plural } from '../../words/numbers.ts';

const width = 200;
const height = 18;
const edge = 5;
/** With fewer rows behind a metric its interval may hold less often than it says; see docs/intervals.md. */
const fewestRows = 10;

/**
 * Every metric of the validation with its interval. Shares are drawn on an axis from 0 to 1, with the bound of the gate
 * if there is one.
 */
export function performance(card: ModelCard): TemplateResult {
  const rows = Object.entries(card.performance);
  return html`<table class="plain performance">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" class="number">Value</th>
          <th scope="col" class="number">Interval</th>
          <th scope="col" class="chart">From 0 to 1</th>
          <th scope="col" class="number">n</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name, one]) =>
            html`<tr>
              <td>${breakable(name)}</td>
              <td class="number"><b>${metric(name, one.value)}</b></td>
              <td class="number">${interval(name, one)}</td>
              <td class="chart">${bar(card, name, one)}</td>
              <td class="number">${count(one.n)}</td>
            </tr>`,
        )}
        ${notDefined(card).map(
          ([name, reason]) =>
            html`<tr>
              <td>${breakable(name)}</td>
              <td class="muted" colspan="4">not defined: ${reason}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      card.sampleWeight
        ? html`<p class="muted">
            The rows are weighed by ${card.sampleWeight.column}; they are worth
            ${count(Math.round(card.sampleWeight.effective))} rows of equal weight, by which the intervals are.
          </p>`
        : nothing
    }`;
}

/** Metrics without a value, with the reason; earlier reports omit precision only when no decision was positive. */
function notDefined(card: ModelCard): [name: string, reason: string][] {
  const told = Object.entries(card.notDefined);
  return told.length === 0 && predictsNoPositive(card) ? [['precision', 'no positive predictions']] : told;
}

/**
 * Recall in the report shows that decisions were measured; a report omits precision only when no decision was positive.
 */
function predictsNoPositive({ task, performance }: ModelCard): boolean {
  return task === 'binary' && 'recall' in performance && !('precision' in performance);
}

function interval(name: string, one: Estimate): TemplateResult {
  if (one.low === null || one.high === null) return html`<span class="muted">none</span>`;
  const few = one.behind !== undefined && one.behind < fewestRows;
  return html`${metric(name, one.low)} to ${metric(name, one.high)}
    <span class="muted">at ${percent(one.confidence)}</span>
    ${few ? html`<br /><span class="muted">${plural(one.behind ?? 0, 'row')} behind it: it may not hold</span>` : nothing}${
      one.largestShare === undefined
        ? nothing
        : html`<br /><span class="muted"
              >one row makes up ${percent(one.largestShare)} of it: it may be too narrow</span
            >`
    }`;
}

function bar(card: ModelCard, name: string, one: Estimate): TemplateResult | typeof nothing {
  const values = [one.value, one.low ?? one.value, one.high ?? one.value];
  // Times, sizes and losses are not bounded by 1.
  if (/_(ms|s|bytes|seconds)$|loss|rmse|mae|mse/.test(name) || values.some((value) => value < 0 || value > 1))
    return nothing;
  const x = (value: number): number => edge + value * (width - 2 * edge);
  const gate = card.gates.find((candidate) => candidate.gate === name);
  const bounds = [gate?.min, gate?.max].filter(
    (bound): bound is number => typeof bound === 'number' && bound >= 0 && bound <= 1,
  );
  const middle = height / 2;
  const said = `${name} ${metric(name, one.value)} on an axis from 0 to 1`;
  return html`<svg
    class="unit"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label=${said}
  >
    <title>${said}</title>
    <line class="guide" x1=${x(0)} x2=${x(1)} y1=${middle} y2=${middle}></line>
    ${[0, 0.5, 1].map((tick) => svg`<line class="guide" x1=${x(tick)} x2=${x(tick)} y1=${middle - 4} y2=${middle + 4}></line>`)}
    ${bounds.map((bound) => svg`<line class="bound" x1=${x(bound)} x2=${x(bound)} y1="1" y2=${height - 1}></line>`)}
    ${one.low === null || one.high === null ? nothing : svg`<line class="whisker" x1=${x(one.low)} x2=${x(one.high)} y1=${middle} y2=${middle}></line>`}
    <circle class="dot" cx=${x(one.value)} cy=${middle} r="4"></circle>
  </svg>`;
}
