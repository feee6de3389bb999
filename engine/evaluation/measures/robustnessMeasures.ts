import type { MetricDescription } from './measure.ts';

const source = 'measured: changed test rows';

/** Measures of a model on changed rows, named `<name>{<test>}` or `<name>{<test>=<column>}` in a gate. */
export interface RobustnessMeasure extends MetricDescription {
  /** The tests that give it. */
  of: 'perturbation' | 'invariance' | 'direction';
}

export const robustnessMeasures: readonly RobustnessMeasure[] = [
  {
    name: 'refused_share',
    direction: 'smaller',
    range: [0, 1],
    docs: 'Share of the perturbed rows that the model refuses, as `refused_share{missing=amount}`.',
    source,
    of: 'perturbation',
  },
  {
    name: 'changed_share',
    direction: 'smaller',
    range: [0, 1],
    docs: 'Share of the rows whose decision changes for another value of a column that must not matter, as `changed_share{invariant_to=gender}`. Of a model that decides nothing, and of a regression: the share of answers that change.',
    source,
    of: 'invariance',
  },
  {
    name: 'largest_change',
    direction: 'smaller',
    range: [0, Number.POSITIVE_INFINITY],
    docs: 'The largest change of a score or value for another value of a column that must not matter, as `largest_change{invariant_to=gender}`.',
    source,
    of: 'invariance',
  },
  {
    name: 'wrong_way_share',
    direction: 'smaller',
    range: [0, 1],
    docs: 'Share of the rows whose answer somewhere falls with a column of `increasing`, or rises with one of `decreasing`, as `wrong_way_share{increasing=amount}`.',
    source,
    of: 'direction',
  },
];
