import type { MetricParameters } from '../metricParameters.ts';
import type { Measure } from './measure.ts';

export const cost: Measure = {
  name: 'cost',
  direction: 'smaller',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  docs: 'Mean cost of a decision by the `costs` of the validation, in their unit; computed where they are given. A negative cost is a gain.',
  source: 'Elkan 2001, The foundations of cost-sensitive learning',
  needs: 'threshold',
  parameter: 'costs',
  loss: {
    binary: (label, _, decided, parameters) => costOf(label, decided, parameters),
    multiclass: (label, _, decided, parameters) => costOf(label, decided, parameters),
    largest: ({ costs = [] }) => Math.max(...costs.flat()),
  },
  binary: ({ confusion: { tp, fp, fn, tn }, parameters }) => {
    const n = tp + fp + fn + tn;
    const of = (label: number, decided: number) => costOf(label, decided, parameters);
    return n === 0 ? null : (tp * of(1, 1) + fp * of(0, 1) + fn * of(1, 0) + tn * of(0, 0)) / n;
  },
  multiclass: ({ n, rows: { labels, decided }, weights, parameters }) => {
    let sum = 0;
    for (let i = 0; i < labels.length; i++)
      sum += (weights ? (weights[i] ?? 0) : 1) * costOf(labels[i] ?? 0, decided[i] ?? 0, parameters);
    return n === 0 ? null : sum / n;
  },
};

function costOf(label: number, decided: number, { costs }: MetricParameters): number {
  return costs?.[label]?.[decided] ?? 0;
}
