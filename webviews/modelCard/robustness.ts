import { html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import type {
  CardRobustness,
  DirectionTest,
  InvarianceTest,
  PerturbedColumn,
  RobustnessExample,
} from '../../protocol/robustness.ts';
import { count, difference, number, plural } from '../../words/numbers.ts';
import {
  changeText,
  exampleText,
  perturbationText,
  refusedText,
  rowShareText,
  triedText,
  untriedText,
} from '../../words/robustness.ts';
import { isLowerBetter } from '../ui/metricDirection.ts';

const mostBars = 25;
const labelWidth = 210;
const plotWidth = 280;
const numberWidth = 190;
const rowHeight = 22;
const top = 18;
const axisHeight = 20;

/** How far metrics fall on changed rows, and the tests that the project declares. */
export function robustness(found: CardRobustness): TemplateResult {
  const { perturbations, invariances, directions, untried } = found;
  return html`<p class="muted">${triedText(found)}</p>
    ${perturbations.length === 0 ? html`<p class="muted">No column could be perturbed.</p>` : bars(found)}
    ${refusals(perturbations)}
    ${invariances.length + directions.length === 0 ? nothing : tests(invariances, directions)}
    ${untried.length === 0 ? nothing : html`<p class="muted">Not tried: ${untried.map(untriedText).join('; ')}.</p>`}`;
}

/** One bar a perturbed column: how much worse the first metric is, with its interval. */
function bars({ perturbations, metrics }: CardRobustness): TemplateResult {
  const [name = ''] = metrics;
  const sign = isLowerBetter(name) ? 1 : -1;
  const shown = perturbations.slice(0, mostBars);
  const falls = shown.map((one) => fallOf(one, name, sign));
  const ends = falls.flatMap((fall) => (fall ? [fall.value, fall.low, fall.high] : []));
  const [from, to] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const span = to - from || 1;
  const x = (value: number): number => labelWidth + ((value - from) / span) * plotWidth;
  const height = top + shown.length * rowHeight + axisHeight;
  const width = labelWidth + plotWidth + numberWidth;
  const title = `how much worse ${name} is`;
  return html`<svg
      class="dots falls"
      viewBox="0 0 ${width} ${height}"
      width=${width}
      height=${height}
      role="img"
      aria-label=${title}
    >
      <text x=${width} y="11" text-anchor="end" class="muted">before → after</text>
      <line class="overall" x1=${x(0)} x2=${x(0)} y1=${top - 2} y2=${height - axisHeight + 2}></line>
      ${shown.map((one, index) => bar(one, { name, fall: falls[index] ?? null, y: top + index * rowHeight + rowHeight / 2, x, width }))}
      <text class="muted" x=${labelWidth + plotWidth / 2} y=${height - 3} text-anchor="middle">${title}</text>
    </svg>
    ${perturbations.length > mostBars ? html`<p class="muted">${plural(perturbations.length - mostBars, 'perturbation')} with less are not shown.</p>` : nothing}
    ${metrics.length > 1 ? otherMetrics(shown, metrics.slice(1)) : nothing}`;
}

interface Fall {
  value: number;
  low: number;
  high: number;
}

function fallOf({ metrics }: PerturbedColumn, name: string, sign: 1 | -1): Fall | null {
  const found = metrics[name];
  if (!found) return null;
  const [a, b] = [sign * (found.low ?? found.change), sign * (found.high ?? found.change)];
  return { value: sign * found.change, low: Math.min(a, b), high: Math.max(a, b) };
}

function bar(
  one: PerturbedColumn,
  {
    name,
    fall,
    y,
    x,
    width,
  }: { name: string; fall: Fall | null; y: number; x: (value: number) => number; width: number },
): TemplateResult {
  const label = `${one.column}, ${perturbationText(one.perturbation)}`;
  const change = one.metrics[name];
  const refused = one.refused ? `; ${refusedText(one.refused)}` : '';
  const said = `${label} (${one.how}): ${change ? `${name} ${changeText(change)}, n ${count(one.n)}` : 'nothing measured'}${refused}`;
  const [start, end] = fall ? [x(Math.min(0, fall.value)), x(Math.max(0, fall.value))] : [0, 0];
  return svg`<g><title>${said}</title>
    <text x=${labelWidth - 8} y=${y + 4} text-anchor="end">${short(label)}</text>
    ${
      fall
        ? svg`<rect class="fall" x=${start} y=${y - 6} width=${Math.max(1, end - start)} height="12"></rect>
            <line class="whisker" x1=${x(fall.low)} x2=${x(fall.high)} y1=${y} y2=${y}></line>`
        : svg`<text class="muted" x=${labelWidth + 6} y=${y + 4}>${one.refused ? `refuses ${count(one.refused.rows)} of ${plural(one.refused.of, 'row')}` : 'nothing measured'}</text>`
    }
    <text x=${width} y=${y + 4} text-anchor="end">${change ? `${number(change.before, 3)} → ${number(change.after, 3)}` : ''}</text></g>`;
}

function short(label: string): string {
  return label.length > 32 ? `${label.slice(0, 31)}…` : label;
}

function otherMetrics(shown: readonly PerturbedColumn[], names: readonly string[]): TemplateResult {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Column</th>
        <th scope="col">Perturbation</th>
        ${names.map((name) => html`<th scope="col" class="number">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${shown.map(
        ({ column, perturbation, how, metrics }) =>
          html`<tr>
            <td>${column}</td>
            <td title=${how}>${perturbationText(perturbation)}</td>
            ${names.map((name) => html`<td class="number" title=${metrics[name] ? changeText(metrics[name]) : ''}>${metrics[name] ? difference(metrics[name].change) : ''}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function refusals(all: readonly PerturbedColumn[]): TemplateResult | typeof nothing {
  const found = all.filter(({ refused }) => refused !== null);
  if (found.length === 0) return nothing;
  return html`<ul>
    ${found.map(
      ({ column, perturbation, refused }) =>
        html`<li>
          ${perturbationText(perturbation)} of <code>${column}</code>: the model ${refused ? refusedText(refused) : ''}
        </li>`,
    )}
  </ul>`;
}

function tests(invariances: readonly InvarianceTest[], directions: readonly DirectionTest[]): TemplateResult {
  return html`<table class="plain">
    <thead>
      <tr>
        <th scope="col">Test</th>
        <th scope="col">Rows against it</th>
        <th scope="col" class="number">Largest</th>
        <th scope="col">Worst examples</th>
      </tr>
    </thead>
    <tbody>
      ${invariances.map((one) => testRow(`invariant to ${one.column}`, one))}
      ${directions.map((one) => testRow(`${one.direction} with ${one.column}${one.of === null ? '' : `, ${one.of}`}`, one))}
    </tbody>
  </table>`;
}

function testRow(name: string, one: InvarianceTest | DirectionTest): TemplateResult {
  return html`<tr>
    <td>${name}</td>
    <td>${rowShareText(one)}${one.refused ? `; ${refusedText(one.refused)}` : ''}</td>
    <td class="number">${number(one.largest, 3)}</td>
    <td>${one.examples.map((example) => html`<div title=${rowTitle(example)}>${exampleText(example)}</div>`)}</td>
  </tr>`;
}

function rowTitle({ row }: RobustnessExample): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
