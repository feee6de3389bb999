import type { DriftValue } from '../../protocol/drift.ts';
import type { Column } from '../data/table.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { chiSquareContingency } from '../statistics/chiSquare.ts';
import { countBins, countCategories, quantileEdges } from '../statistics/histogram.ts';
import { jensenShannon } from '../statistics/jensenShannon.ts';
import { ksTest } from '../statistics/ksTest.ts';
import { psi } from '../statistics/psi.ts';
import { wassersteinStd } from '../statistics/wasserstein.ts';

export type Measure = 'wasserstein' | 'js' | 'psi' | 'ks' | 'none';

const defaultThreshold: Record<Exclude<Measure, 'none'>, number> = { wasserstein: 0.1, js: 0.1, psi: 0.1, ks: 0.1 };
const names = { wasserstein: 'wasserstein_std', js: 'js_distance_2', psi: 'psi_10_quantiles', ks: 'ks_statistic', none: 'none' } as const;
/** Fewer values on a side give no verdict: the noise of these measures alone then comes near 0.1. */
const fewest = 100;
const brokenMissing = 0.05;
const brokenUnseen = 0.05;

/**
 * Compares one column of a window with the reference. Own default: Wasserstein over the reference's standard deviation for numbers,
 * Jensen-Shannon distance (base 2) for categories, both drifted from 0.1. The p-value beside it is that of Kolmogorov-Smirnov or of chi-square.
 */
export function compareColumn(name: string, reference: Column, current: Column, settings: Field['loopwright'] = {}): DriftValue {
  const numeric = reference.kind === 'number' && current.kind === 'number';
  const chosen = settings.drift?.measure ?? (numeric ? 'wasserstein' : 'js');
  const measure = !numeric && (chosen === 'wasserstein' || chosen === 'ks') ? 'js' : chosen;
  const base = {
    column: name, type: numeric ? ('numeric' as const) : ('categorical' as const), measure: names[measure],
    threshold: settings.drift?.threshold ?? (measure === 'none' ? Number.MAX_VALUE : defaultThreshold[measure]),
    missingReference: missingShare(reference), missingCurrent: missingShare(current),
  };
  if (reference.kind === 'number' && current.kind === 'number') return judge(base, compareNumbers(measure, sorted(reference.values), sorted(current.values)));
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

function judge(base: Omit<DriftValue, 'value' | 'pValue' | 'nReference' | 'nCurrent' | 'drifted' | 'kind'>, { value, pValue, nReference, nCurrent, unseen }: Compared): DriftValue {
  const enough = nReference >= fewest && nCurrent >= fewest;
  const drifted = enough && value !== null && value >= base.threshold;
  const broken = base.missingCurrent - base.missingReference >= brokenMissing || (enough && unseen >= brokenUnseen);
  return { ...base, value, pValue, nReference, nCurrent, drifted: drifted || broken, kind: broken ? 'broken' : !enough ? 'too few rows' : drifted ? 'drifted' : 'stable' };
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
    case 'wasserstein': return { ...base, value: wassersteinStd(reference, current), pValue };
    case 'ks': return { ...base, value: ks?.statistic ?? null, pValue };
    case 'psi': return { ...base, value: psi(...binned()), pValue };
    case 'js': return { ...base, value: jensenShannon(...binned())?.js_distance_2 ?? null, pValue };
    case 'none': return { ...base, value: null, pValue: null };
  }
}

function compareTexts(measure: Measure, reference: (string | null)[], current: (string | null)[]): Compared {
  const before = countCategories(reference);
  const now = countCategories(current);
  const labels = [...new Set([...before.keys(), ...now.keys()])];
  const a = labels.map((label) => before.get(label) ?? 0);
  const b = labels.map((label) => now.get(label) ?? 0);
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const unseen = labels.filter((label) => !before.has(label)).reduce((total, label) => total + (now.get(label) ?? 0), 0);
  const base = { nReference: sum(a), nCurrent: sum(b), unseen: sum(b) === 0 ? 0 : unseen / sum(b) };
  if (measure === 'none') return { ...base, value: null, pValue: null };
  const value = measure === 'psi' ? psi(a, b) : (jensenShannon(a, b)?.js_distance_2 ?? null);
  return { ...base, value, pValue: chiSquareContingency(a, b)?.pValue ?? null };
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
  return column.kind === 'text' ? column.values : Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
}
