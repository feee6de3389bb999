import { andersonDarling } from '../../statistics/andersonDarling.ts';
import { numericBaseline } from '../../statistics/baselineBins.ts';
import { categoryDistances } from '../../statistics/categoryDistances.ts';
import { chanceJensenShannon, chanceWasserstein } from '../../statistics/chanceDistance.ts';
import { chiSquareContingency, chiSquareFit } from '../../statistics/chiSquare.ts';
import { cramerVonMises } from '../../statistics/cramerVonMises.ts';
import { energyDistance } from '../../statistics/energyDistance.ts';
import { fisherExact } from '../../statistics/fisherExact.ts';
import { gTest } from '../../statistics/gTest.ts';
import { hasHeavyTails } from '../../statistics/heavyTails.ts';
import { hellinger } from '../../statistics/hellinger.ts';
import { jensenShannon } from '../../statistics/jensenShannon.ts';
import { klDivergence } from '../../statistics/klDivergence.ts';
import { ksOfPair } from '../../statistics/ksTest.ts';
import { mannWhitney } from '../../statistics/mannWhitney.ts';
import { totalsOf, type NumberPair } from '../../statistics/pairs.ts';
import { proportionsTest } from '../../statistics/proportionsTest.ts';
import { psi } from '../../statistics/psi.ts';
import { textDrift } from '../../statistics/textDrift.ts';
import { tTest } from '../../statistics/tTest.ts';
import { categoriesDiffer, numbersDiffer } from '../../statistics/sampleDifference.ts';
import { scaleOfPair, wassersteinOfPair } from '../../statistics/wasserstein.ts';
import { ofCategories, ofNumbers, type ColumnData, type Measure, type Measured } from '../measure.ts';

// Loopwright's own defaults (docs/decisions/drift-measures.md): a distance is judged together with the p-value beside it.
// Tests judge their p-value; their threshold is the significance.

const distance = { threshold: 0.1, compare: '>=' as const };
const test = { threshold: 0.05, compare: '<' as const };

function tested(result: { pValue: number } | null, effect: number | null): Measured {
  return { value: result?.pValue ?? null, pValue: result?.pValue ?? null, effect };
}

/** A distance of numbers with the p-value of the difference beside it. */
function numberDistance(
  name: string,
  displayName: string,
  work: (pair: NumberPair) => number | null,
  aliases: readonly string[] = [],
  chance: (pair: NumberPair) => number | null = () => null,
): Measure {
  return ofNumbers(name, displayName, { ...distance, aliases }, (pair) => ({
    value: work(pair),
    pValue: numbersDiffer(pair),
    effect: null,
    chance: chance(pair),
  }));
}

/** Counts over the deciles of the reference; the outer bins are open. */
function overDeciles(pair: NumberPair): { reference: number[]; current: number[] } {
  const baseline = numericBaseline(pair.values, pair.reference);
  if (baseline?.kind !== 'numeric') return { reference: [], current: [] };
  const current = baseline.counts.map(() => 0);
  let bin = 0;
  for (let i = 0; i < pair.values.length; i++) {
    while (bin < baseline.edges.length && (pair.values[i] ?? 0) >= (baseline.edges[bin] ?? 0)) bin++;
    current[bin] = (current[bin] ?? 0) + (pair.current[i] ?? 0);
  }
  return { reference: baseline.counts, current };
}

/** A distance over bins: deciles of the reference for numbers, each category one. */
function overBins(
  name: string,
  displayName: string,
  aliases: readonly string[],
  work: (reference: ArrayLike<number>, current: ArrayLike<number>) => number | null,
  chance: typeof work = () => null,
): Measure {
  return {
    name,
    displayName,
    aliases,
    types: ['numeric', 'categorical'],
    ...distance,
    judgesP: false,
    measure: (data) => {
      if (data.type === 'text') return { value: null, pValue: null, effect: null };
      const { reference, current } = data.type === 'numeric' ? overDeciles(data.pair) : data.pair;
      return {
        value: work(reference, current),
        pValue: data.type === 'numeric' ? numbersDiffer(data.pair) : categoriesDiffer(reference, current),
        effect: null,
        chance: chance(reference, current),
        ...(data.type === 'numeric' ? { bins: 'deciles of the reference, the outer ones open' } : {}),
      };
    },
  };
}

function overScale(pair: NumberPair, distance: number | null): number | null {
  return distance === null || distance === 0 ? distance : distance / scaleOfPair(pair);
}

const wassersteinStd = numberDistance(
  'wasserstein_std',
  'Wasserstein distance over the standard deviation',
  (pair) => overScale(pair, wassersteinOfPair(pair)),
  [],
  (pair) => overScale(pair, chanceWasserstein(pair)),
);
const jsDistance = overBins(
  'js_distance_2',
  'Jensen-Shannon distance, base 2',
  ['js', 'jensen_shannon'],
  (r, c) => jensenShannon(r, c)?.js_distance_2 ?? null,
  chanceJensenShannon,
);
const textAuc: Measure = {
  name: 'text_domain_auc',
  displayName: 'AUC of a classifier of the texts',
  aliases: ['text'],
  types: ['text'],
  threshold: 0.55,
  compare: '>',
  judgesP: false,
  measure: (data) => {
    const result = data.type === 'text' ? textDrift(data.reference, data.current) : null;
    return {
      value: result?.rocAuc ?? null,
      pValue: result?.pValue ?? null,
      effect: null,
      chance: 0.5,
      ...(result ? { seed: result.seed } : {}),
    };
  },
};

export const loopwrightMeasures: readonly Measure[] = [
  wassersteinStd,
  jsDistance,
  textAuc,
  numberDistance('wasserstein', 'Wasserstein distance', wassersteinOfPair, ['wasserstein_distance'], chanceWasserstein),
  numberDistance('ks_statistic', 'Kolmogorov-Smirnov statistic', (pair) => ksOfPair(pair)?.statistic ?? null, [
    'ks',
    'kolmogorov_smirnov',
  ]),
  numberDistance('energy_distance', 'Energy distance', energyDistance, ['energy', 'ed']),
  overBins(
    'js_distance_e',
    'Jensen-Shannon distance, natural logarithm',
    [],
    (r, c) => jensenShannon(r, c)?.js_distance_e ?? null,
  ),
  overBins(
    'js_divergence_2',
    'Jensen-Shannon divergence, base 2',
    [],
    (r, c) => jensenShannon(r, c)?.js_divergence_2 ?? null,
  ),
  overBins('psi', 'Population stability index', [], psi),
  overBins('kl_divergence', 'Kullback-Leibler divergence', ['kl'], klDivergence),
  overBins('hellinger', 'Hellinger distance', [], hellinger),
  ofCategories(
    'total_variation',
    'Total variation distance',
    { ...distance, aliases: ['tvd'] },
    ({ reference, current }) => ({
      value: categoryDistances(reference, current)?.totalVariation ?? null,
      pValue: categoriesDiffer(reference, current),
      effect: null,
    }),
  ),
  ofCategories('l_infinity', 'L-infinity distance', distance, ({ reference, current }) => ({
    value: categoryDistances(reference, current)?.lInfinity ?? null,
    pValue: categoriesDiffer(reference, current),
    effect: null,
  })),
  ofNumbers('cramer_von_mises_p', 'Cramér-von Mises test', { ...test, aliases: ['cramer_von_mises'] }, (pair) => {
    const result = cramerVonMises(pair);
    return tested(result, result?.statistic ?? null);
  }),
  ofNumbers(
    'anderson_darling_p',
    'Anderson-Darling test',
    { ...test, aliases: ['anderson_darling', 'anderson'] },
    (pair) => {
      const result = andersonDarling(pair);
      return tested(result, result?.statistic ?? null);
    },
  ),
  ofNumbers('mann_whitney_p', 'Mann-Whitney test', { ...test, aliases: ['mann_whitney'] }, (pair) => {
    const result = mannWhitney(pair);
    return tested(result, result?.effect ?? null);
  }),
  ofNumbers('t_welch_p', "Welch's t test", { ...test, aliases: ['t', 't_test', 'welch'] }, (pair) => {
    const result = tTest(pair, 'welch');
    return tested(result, result?.effect ?? null);
  }),
  ofNumbers('t_student_p', "Student's t test", { ...test, aliases: ['student'] }, (pair) => {
    const result = tTest(pair, 'student');
    return tested(result, result?.effect ?? null);
  }),
  ofNumbers('ks_p', 'Kolmogorov-Smirnov test', test, (pair) => {
    const result = ksOfPair(pair);
    return tested(result, result?.statistic ?? null);
  }),
  ofCategories(
    'chi_square_p',
    'Chi-square test of independence',
    { ...test, aliases: ['chi_square', 'chi2'] },
    ({ reference, current }) => {
      const result = chiSquareContingency(reference, current);
      return tested(result, result?.statistic ?? null);
    },
  ),
  ofCategories('chi_square_fit_p', 'Chi-square test of fit', test, ({ reference, current }) => {
    const result = chiSquareFit(reference, current);
    return tested(result, result?.statistic ?? null);
  }),
  ofCategories('g_test_p', 'G test', { ...test, aliases: ['g', 'g_test'] }, ({ reference, current }) => {
    const result = gTest(reference, current);
    return tested(result, result?.statistic ?? null);
  }),
  ofCategories(
    'z_proportions_p',
    'z test of proportions',
    { ...test, aliases: ['z', 'z_proportions'] },
    ({ values, reference, current }) => {
      if (values.length > 2) throw new Error(`the z test compares two categories; there are ${values.length}`);
      const result = proportionsTest(reference, current);
      return tested(result, result?.difference ?? null);
    },
  ),
  ofCategories('fisher_exact_p', "Fisher's exact test", { ...test, aliases: ['fisher', 'fisher_exact'] }, (pair) => {
    if (pair.values.length > 2)
      throw new Error(`Fisher's test compares two categories; there are ${pair.values.length}`);
    const { nReference, nCurrent } = totalsOf(pair);
    const [r = 0, c = 0] = [pair.reference[0], pair.current[0]];
    const result = fisherExact(nCurrent - c, c, nReference - r, r);
    return tested(
      nReference > 0 && nCurrent > 0 ? result : null,
      Number.isFinite(result.oddsRatio) ? result.oddsRatio : null,
    );
  }),
];

/**
 * The measure where nobody asks for one. Numbers whose standard deviation comes from a few far values are compared by
 * their deciles, unless somebody chose a threshold for the usual measure.
 */
export function loopwrightDefault(data: ColumnData, ownThreshold: boolean): Measure {
  if (data.type === 'text') return textAuc;
  if (data.type === 'categorical') return jsDistance;
  return !ownThreshold && hasHeavyTails(data.pair.values, data.pair.reference) ? jsDistance : wassersteinStd;
}
