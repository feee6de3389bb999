import { andersonDarling } from '../../statistics/andersonDarling.ts';
import { categoryDistances } from '../../statistics/categoryDistances.ts';
import { chiSquareFit } from '../../statistics/chiSquare.ts';
import { cramerVonMises } from '../../statistics/cramerVonMises.ts';
import { energyDistance } from '../../statistics/energyDistance.ts';
import { evidentlyBins } from '../../statistics/evidentlyBins.ts';
import { fisherExact } from '../../statistics/fisherExact.ts';
import { gTest } from '../../statistics/gTest.ts';
import { hellingerOfCategories, hellingerOfNumbers } from '../../statistics/hellinger.ts';
import { jensenShannon } from '../../statistics/jensenShannon.ts';
import { klDivergence } from '../../statistics/klDivergence.ts';
import { ksOfPair } from '../../statistics/ksTest.ts';
import { mannWhitney } from '../../statistics/mannWhitney.ts';
import { totalsOf } from '../../statistics/pairs.ts';
import { proportionsTest } from '../../statistics/proportionsTest.ts';
import { psi } from '../../statistics/psi.ts';
import { textDrift } from '../../statistics/textDrift.ts';
import { permutedTotalVariation } from '../../statistics/totalVariationTest.ts';
import { tTest } from '../../statistics/tTest.ts';
import { wassersteinStdOfPair } from '../../statistics/wasserstein.ts';
import { ofCategories, ofNumbers, type ColumnData, type Measure, type Measured } from '../measure.ts';

// The tests of evidently 0.7.23 with its thresholds; some judge `<`, some `≤`, as in its sources. A test's value is its
// p-value.

const distance = { threshold: 0.1, compare: '>=' as const };

function plain(value: number | null, extra: Partial<Measured> = {}): Measured {
  return { value, pValue: null, effect: null, ...extra };
}

function test(result: { pValue: number } | null, effect: number | null): Measured {
  return { value: result?.pValue ?? null, pValue: result?.pValue ?? null, effect };
}

/** Counts over bins: of numbers by evidently's rule, of categories as they are. */
function binned(data: ColumnData): { reference: ArrayLike<number>; current: ArrayLike<number>; bins: string } {
  if (data.type === 'text') throw new Error('the measure does not apply to texts');
  if (data.type === 'categorical')
    return { reference: data.pair.reference, current: data.pair.current, bins: 'one bin a category' };
  const { reference, current, edges } = evidentlyBins(data.pair, data.numpy);
  return { reference, current, bins: edges ? `${edges.length - 1} Sturges bins over both sides` : 'one bin a value' };
}

/** A distance over bins, for numbers and categories. */
function overBins(
  name: string,
  displayName: string,
  alias: string,
  work: (reference: ArrayLike<number>, current: ArrayLike<number>) => number | null,
): Measure {
  return {
    name,
    displayName,
    aliases: [alias],
    types: ['numeric', 'categorical'],
    ...distance,
    judgesP: false,
    measure: (data) => {
      const { reference, current, bins } = binned(data);
      return plain(work(reference, current), { bins });
    },
  };
}

function countsOf(data: ColumnData): { reference: ArrayLike<number>; current: ArrayLike<number> } {
  if (data.type === 'text') throw new Error('the measure does not apply to texts');
  return data.pair;
}

const ks = ofNumbers('ks_p', 'K-S p_value', { threshold: 0.05, compare: '<=', aliases: ['ks'] }, (pair) => {
  const result = ksOfPair(pair, 'scipy');
  return test(result, result?.statistic ?? null);
});

/** Also taken by default for numbers of few values. */
const chiSquare: Measure = {
  name: 'chi_square_fit_p',
  displayName: 'chi-square p_value',
  aliases: ['chisquare'],
  types: ['categorical'],
  threshold: 0.05,
  compare: '<',
  judgesP: true,
  measure: (data) => {
    const { reference, current } = countsOf(data);
    const result = chiSquareFit(reference, current);
    // With one category scipy has no degree of freedom and p 1.
    return totalsOf({ reference, current }).nCurrent > 0 && !result
      ? { value: 1, pValue: 1, effect: 0 }
      : test(result, result?.statistic ?? null);
  },
};

const z: Measure = {
  name: 'z_proportions_p',
  displayName: 'Z-test p_value',
  aliases: ['z'],
  types: ['categorical'],
  threshold: 0.05,
  compare: '<',
  judgesP: true,
  measure: (data) => {
    const { reference, current } = countsOf(data);
    const result = proportionsTest(reference, current);
    return test(result, result?.difference ?? null);
  },
};

const js = overBins(
  'js_distance_e',
  'Jensen-Shannon distance',
  'jensenshannon',
  (r, c) => jensenShannon(r, c)?.js_distance_e ?? null,
);
const wasserstein = ofNumbers(
  'wasserstein_std',
  'Wasserstein distance (normed)',
  { ...distance, aliases: ['wasserstein'] },
  (pair) => plain(wassersteinStdOfPair(pair)),
);

/** The rule of evidently's text drift on our own classifier: its stochastic gradient descent is not reproduced. */
function textMeasure(
  name: string,
  displayName: string,
  alias: string,
  threshold: number,
  percentile: boolean,
): Measure {
  return {
    name,
    displayName,
    aliases: [alias],
    types: ['text'],
    threshold,
    compare: '>',
    judgesP: false,
    measure: (data, asked) => {
      if (data.type !== 'text') throw new Error('the measure applies to texts only');
      const result = textDrift(data.reference, data.current, percentile ? (asked ?? threshold) : undefined);
      if (!result) throw new Error('too few texts to learn from one half and judge the other');
      const own = percentile ? { drifted: result.rocAuc > result.randomPercentile } : {};
      return {
        value: result.rocAuc,
        pValue: result.pValue,
        effect: null,
        seed: result.seed,
        note: "the classifier is Loopwright's; the value is not evidently's to the digit",
        ...own,
      };
    },
  };
}

const percentileText = textMeasure(
  'text_domain_auc_percentile',
  'Percentile text content drift',
  'perc_text_content_drift',
  0.95,
  true,
);
const absoluteText = textMeasure(
  'text_domain_auc',
  'Absolute text content drift',
  'abs_text_content_drift',
  0.55,
  false,
);

export const evidentlyMeasures: readonly Measure[] = [
  ks,
  z,
  chiSquare,
  js,
  wasserstein,
  percentileText,
  absoluteText,
  overBins('psi', 'PSI', 'psi', psi),
  overBins('kl_divergence', 'Kullback-Leibler divergence', 'kl_div', klDivergence),
  {
    name: 'hellinger_evidently',
    displayName: 'Hellinger distance',
    aliases: ['hellinger'],
    types: ['numeric', 'categorical'],
    ...distance,
    judgesP: false,
    measure: (data) =>
      plain(
        data.type === 'numeric'
          ? hellingerOfNumbers(data.pair, data.numpy)
          : hellingerOfCategories(countsOf(data).reference, countsOf(data).current),
        data.type === 'numeric' ? { bins: 'Sturges bins of the distinct values' } : {},
      ),
  },
  ofNumbers(
    'cramer_von_mises_p',
    'Cramer-von Mises',
    { threshold: 0.1, compare: '<=', aliases: ['cramer_von_mises'] },
    (pair) => {
      const result = cramerVonMises(pair);
      if (!result) throw new Error('x and y must contain at least two observations');
      return test(result, result.statistic);
    },
  ),
  ofNumbers(
    'anderson_darling_p',
    'Anderson-Darling',
    { threshold: 0.1, compare: '<', aliases: ['anderson'] },
    (pair) => {
      const result = andersonDarling(pair);
      if (!result) throw new Error('Anderson-Darling needs more than one distinct value and four in all');
      return test(result, result.statistic);
    },
  ),
  ofNumbers('energy_distance', 'Energy-distance', { threshold: 0.1, compare: '>', aliases: ['ed'] }, (pair) =>
    plain(energyDistance(pair)),
  ),
  ofNumbers(
    'mann_whitney_less_p',
    'Mann-Whitney U-rank test',
    { threshold: 0.05, compare: '<', aliases: ['mannw'] },
    (pair) => {
      const result = mannWhitney(pair, 'less');
      return test(result, result?.effect ?? null);
    },
  ),
  ofNumbers('t_student_p', 't_test', { threshold: 0.05, compare: '<', aliases: ['t_test'] }, (pair) => {
    const result = tTest(pair, 'student');
    return test(result, result?.effect ?? null);
  }),
  ofCategories('g_test_p', 'g_test', { threshold: 0.1, compare: '<', aliases: ['g_test'] }, (pair) => {
    const { nReference, nCurrent } = totalsOf(pair);
    if (nReference !== nCurrent)
      throw new Error('evidently does not scale the expected counts, so that scipy refuses sides of different size');
    const result = gTest(pair.reference, pair.current);
    return test(result, result?.statistic ?? null);
  }),
  ofCategories(
    'fisher_exact_p',
    "Fisher's Exact test",
    { threshold: 0.1, compare: '<', aliases: ['fisher_exact'] },
    (pair) => {
      const { nReference, nCurrent } = totalsOf(pair);
      if (pair.values.length > 2) throw new Error("evidently takes Fisher's test for two categories only");
      if (nReference !== nCurrent) throw new Error("evidently takes Fisher's test for sides of one size only");
      const [r = 0, c = 0] = [pair.reference[0], pair.current[0]];
      const result = fisherExact(nCurrent - c, c, nReference - r, r);
      return test(result, Number.isFinite(result.oddsRatio) ? result.oddsRatio : null);
    },
  ),
  ofCategories(
    'total_variation_p',
    'Total-Variation-Distance',
    { threshold: 0.1, compare: '<', aliases: ['TVD', 'tvd'] },
    (pair) => {
      const result = permutedTotalVariation(pair);
      return {
        value: result?.pValue ?? null,
        pValue: result?.pValue ?? null,
        effect: categoryDistances(pair.reference, pair.current)?.totalVariation ?? null,
        seed: result?.seed ?? 0,
        note: 'a p-value of 1,000 seeded permutations; evidently draws others, so that it agrees within their noise only',
      };
    },
  ),
];

/**
 * evidently's choice by the type, the reference's values and the distinct values of both sides
 * (`_get_default_stattest`).
 */
export function evidentlyDefault(data: ColumnData, nReference: number, distinct: number): Measure {
  if (data.type === 'text') return nReference > 1000 ? absoluteText : percentileText;
  if (nReference <= 1000) return data.type === 'numeric' && distinct > 5 ? ks : distinct > 2 ? chiSquare : z;
  return data.type === 'numeric' && distinct > 5 ? wasserstein : js;
}
