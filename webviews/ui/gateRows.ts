import { html, nothing } from 'lit';
import type { TemplateResult } from 'lit';
import type { GateResult } from '../../protocol/gates.ts';
import type { Estimate } from '../../protocol/estimate.ts';
import { breakable } from './breakable.ts';
import { metric } from './format.ts';
import { count, difference, number, percent } from '../../words/numbers.ts';
import { moreRowsText } from '../../words/metrics.ts';
import { intervalBar } from './intervalBar.ts';
import { gateMark } from './pieces.ts';

/** Each gate with its value and bound; the interval is drawn if it is known. */
export function gateRows(gates: GateResult[], estimates: Record<string, Estimate> = {}): TemplateResult {
  return html`<table class="plain gates">
    <thead>
      <tr>
        <th scope="col">Gate</th>
        <th scope="col">Result</th>
        <th scope="col" class="number">Value</th>
        <th scope="col" class="number">Bound</th>
        <th scope="col" class="chart">Against the bound</th>
        <th scope="col" class="number">n</th>
      </tr>
    </thead>
    <tbody>
      ${gates.map((gate) => gateRow(gate, estimates[gate.gate]))}
    </tbody>
  </table>`;
}

function gateRow(gate: GateResult, estimate: Estimate | undefined): TemplateResult {
  const bounds = [gate.min === null ? '' : `≥ ${number(gate.min)}`, gate.max === null ? '' : `≤ ${number(gate.max)}`]
    .filter(Boolean)
    .join(', ');
  const [low, high] = endsOf(gate, estimate);
  return html`<tr>
    <td>
      ${breakable(gate.gate)}${[gate.note, moreRowsText(gate)].filter(Boolean).map((note) => html`<div class="muted note">${note}</div>`)}
    </td>
    <td>${gateMark(gate)}</td>
    <td class="number">${valueText(gate)}</td>
    <td class="number">
      ${bounds}${gate.atConfidence === null ? nothing : html`<div class="muted">at ${percent(gate.atConfidence)}</div>`}
    </td>
    <td class="chart">
      ${gate.value === null ? nothing : intervalBar({ name: gate.gate, value: gate.value, low, high, min: gate.min, max: gate.max, outcome: gate.kind === 'undecidable' ? 'undecidable' : gate.passed ? 'passed' : 'failed' })}
    </td>
    <td class="number">${count(gate.n)}</td>
  </tr>`;
}

/** The ends of the interval that the gate compared, else of the metric's own. */
function endsOf(gate: GateResult, estimate: Estimate | undefined): [number | null, number | null] {
  if (gate.bound !== null && gate.otherEnd !== undefined)
    return [Math.min(gate.bound, gate.otherEnd), Math.max(gate.bound, gate.otherEnd)];
  return [
    estimate?.low ?? (gate.min === null ? null : gate.bound),
    estimate?.high ?? (gate.max === null ? null : gate.bound),
  ];
}

/** The name of a gate on a difference includes the other version: `+0.009 over v3`. */
function valueText({ gate, value, against }: GateResult): TemplateResult | string {
  if (value === null || !gate.endsWith('@champion')) return metric(gate, value);
  return html`${difference(value)}
    <div class="muted">over ${against === undefined ? 'the champion' : `v${against}`}</div>`;
}
