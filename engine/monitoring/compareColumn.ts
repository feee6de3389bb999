import type { DriftValue } from '../../protocol/drift.ts';
import type { Column } from '../data/table.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { categoryDistances } from '../statistics/categoryDistances.ts';
import { energyDistance } from '../statistics/energyDistance.ts';
import { hellinger } from '../statistics/hellinger.ts';
import { klDivergence } from '../statistics/klDivergence.ts';
import { numberPair } from '../statistics/pairs.ts';
import { chiSquareContingency } from '../statistics/chiSquare.ts';
import { countBins, countCategories, quantileEdges } from '../statistics/histogram.ts';
import { jensenShannon } from '../statistics/jensenShannon.ts';
import { ksTest } from '../statistics/ksTest.ts';
import { psi } from '../statistics/psi.ts';
import { wassersteinStd } from '../statistics/wasserstein.ts';

import type { comparatorMeasures } from '../project/schema/datasetSchema.ts';

export type Measure = (typeof comparatorMeasures)[number];

const defaultThreshold = 0.1;
const names: Record<Measure, string> = {
  wasserstein: 'wasserstein_std',
  js: 'js_distance_2',
  psi: 'psi_10_quantiles',
  ks: 'ks_statistic',
  hellinger: 'hellinger',
  kl: 'kl_divergence',
  energy: 'energy_distance',
  total_variation: 'total_variation',
  l_infinity: 'l_infinity',
  none: 'none',
};
const forNumbers: readonly Measure[] = ['wasserstein', 'ks', 'energy'];
const forTexts: readonly Measure[] = ['total_variation', 'l_infinity'];
/** Fewer values on a side give no verdict: the noise of these measures alone then comes near 0.1. */
const fewest = 100;
const brokenMissing = 0.05;
const brokenUnseen = 0.05;

/**
 * Compares one column of a window with the reference. Own default: Wasserstein over the reference's standard deviation
 * for numbers, Jensen-Shannon distance (base 2) for categories, both drifted from 0.1. The p-value beside it is that of
 * Kolmogorov-Smirnov or of chi-square.
 */
export function compareColumn(
  name: string,
  reference: Column,
  current: Column,
  settings: Field['loopwright'] = {},
): DriftValue {
  const numeric = reference.kind === 'number' && current.kind === 'number';
  const chosen = settings.drift?.measure ?? (numeric ? 'wasserstein' : 'js');
  const measure =
    !numeric && forNumbers.includes(chosen) ? 'js' : numeric && forTexts.includes(chosen) ? 'wasserstein' : chosen;
  const base = {
    column: name,
    type: numeric ? ('numeric' as const) : ('categorical' as const),
    measure: names[measure],
    threshold: settings.drift?.threshold ?? (measure === 'none' ? Number.MAX_VALUE : defaultThreshold),
    missingReference: missingShare(reference),
    missingCurrent: missingShare(current),
  };
  if (reference.kind === 'number' && current.kind === 'number')
    return judge(base, compareNumbers(measure, sorted(reference.values), sorted(current.values)));
  const [before, now] = [texts(reference), texts(current)];
  const compared = compareTexts(measure, before, now);
  return judge(base, compared);
}

interface Compared {
  value: number | null;
  pValue: number | null;
  nReference: number;
  nCurrent: number;
  /** Share of values that the reference never had. */
  unseen: number;
}

function judge(
  base: Omit<DriftValue, 'value' | 'pValue' | 'nReference' | 'nCurrent' | 'drifted' | 'kind'>,
  { value, pValue, nReference, nCurrent, unseen }: Compared,
): DriftValue {
  const enough = nReference >= fewest && nCurrent >= fewest;
  const drifted = enough && value !== null && value >= base.threshold;
  const broken = base.missingCurrent - base.missingReference >= brokenMissing || (enough && unseen >= brokenUnseen);
  return {
    ...base,
    value,
    pValue,
    nReference,
    nCurrent,
    drifted: drifted || broken,
    kind: broken ? 'broken' : !enough ? 'too few rows' : drifted ? 'drifted' : 'stable',
  };
}

function compareNumbers(measure: Measure, reference: Float64Array, current: Float64Array): Compared {
  const base = { nReference: reference.length, nCurrent: current.length, unseen: 0 };
  const ks = ksTest(reference, current);
  const pValue = ks?.pValue ?? null;
  const binned = () => {
    const edges = quantileEdges(reference, 10);
    return [countBins(reference, edges), countBins(current, edges)] as const;
  };
  switch (measure) {
    case 'wasserstein':
      return { ...base, value: wassersteinStd(reference, current), pValue };
    case 'ks':
      return { ...base, value: ks?.statistic ?? null, pValue };
    case 'psi':
      return { ...base, value: psi(...binned()), pValue };
    case 'js':
      return { ...base, value: jensenShannon(...binned())?.js_distance_2 ?? null, pValue };
    case 'hellinger':
      return { ...base, value: hellinger(...binned()), pValue };
    case 'kl':
      return { ...base, value: klDivergence(...binned()), pValue };
    case 'energy':
      return { ...base, value: energyDistance(numberPair(reference, current)), pValue };
    default:
      return { ...base, value: null, pValue: null };
  }
}

function compareTexts(measure: Measure, reference: (string | null)[], current: (string | null)[]): Compared {
  const before = countCategories(reference);
  const now = countCategories(current);
  const labels = [...new Set([...before.keys(), ...now.keys()])];
  const a = labels.map((label) => before.get(label) ?? 0);
  const b = labels.map((label) => now.get(label) ?? 0);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const unseen = labels
    .filter((label) => !before.has(label))
    .reduce((total, label) => total + (now.get(label) ?? 0), 0);
  const base = { nReference: sum(a), nCurrent: sum(b), unseen: sum(b) === 0 ? 0 : unseen / sum(b) };
  if (measure === 'none') return { ...base, value: null, pValue: null };
  const value = textDistance(measure, a, b);
  return { ...base, value, pValue: chiSquareContingency(a, b)?.pValue ?? null };
}

function textDistance(measure: Measure, a: number[], b: number[]): number | null {
  switch (measure) {
    case 'psi':
      return psi(a, b);
    case 'hellinger':
      return hellinger(a, b);
    case 'kl':
      return klDivergence(a, b);
    case 'total_variation':
      return categoryDistances(a, b)?.totalVariation ?? null;
    case 'l_infinity':
      return categoryDistances(a, b)?.lInfinity ?? null;
    default:
      return jensenShannon(a, b)?.js_distance_2 ?? null;
  }
}

function missingShare(column: Column): number {
  let missing = 0;
  if (column.kind === 'number') for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  else for (const value of column.values) missing += value === null ? 1 : 0;
  return column.values.length === 0 ? 0 : missing / column.values.length;
}

export function sorted(values: Float64Array): Float64Array {
  return values.filter((value) => Number.isFinite(value)).sort();
}

export function texts(column: Column): (string | null)[] {
  return column.kind === 'text'
    ? column.values
    : Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
}
