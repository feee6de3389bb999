import { declaredKind } from '../../drift/declaredKinds.ts';
import type { comparatorMeasures, Field } from '../../project/schema/datasetSchema.ts';
import type { More, Rule } from '../rule.ts';

type Measure = Exclude<(typeof comparatorMeasures)[number], 'none'>;

/** The largest value of a measure, and one beyond which nobody calls it drift any more. */
const scales: Record<Measure, { most: number; odd: number; name: string }> = {
  js: { most: 1, odd: 1, name: 'The Jensen-Shannon distance' },
  ks: { most: 1, odd: 1, name: 'The Kolmogorov-Smirnov statistic' },
  psi: { most: Number.POSITIVE_INFINITY, odd: 2, name: 'The population stability index' },
  hellinger: { most: 1, odd: 1, name: 'The Hellinger distance' },
  total_variation: { most: 1, odd: 1, name: 'The total variation distance' },
  l_infinity: { most: 1, odd: 1, name: 'The L-infinity distance' },
  kl: { most: Number.POSITIVE_INFINITY, odd: 5, name: 'The Kullback-Leibler divergence' },
  // In the unit of the column, so no bound is odd.
  energy: { most: Number.POSITIVE_INFINITY, odd: Number.POSITIVE_INFINITY, name: 'The energy distance' },
  wasserstein: { most: Number.POSITIVE_INFINITY, odd: 10, name: 'The Wasserstein distance, in standard deviations,' },
};

export const driftThresholdScale: Rule = {
  code: 'LW605',
  name: 'drift-threshold-scale',
  severity: 'warning',
  docs: 'The threshold of a drift measure does not fit its scale. `js`, `ks`, `hellinger`, `total_variation` and `l_infinity` range from 0 to 1, so a larger threshold is never reached (an error); `psi` above 2 or `wasserstein` above 10 standard deviations is hardly ever reached; 0 is always reached. About 0.1 is usual for all of them.',
  example: {
    wrong: 'loopwright: { role: feature, drift: { measure: ks, threshold: 5 } }',
    right: 'loopwright: { role: feature, drift: { measure: ks, threshold: 0.1 } }',
  },
  check(context) {
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        for (const kind of ['drift', 'skew'] as const) {
          const threshold = field.loopwright?.[kind]?.threshold;
          const measure = measureOf(field, kind);
          const wrong = threshold === undefined || measure === null ? null : judge(threshold, measure);
          if (wrong) context.reportIn(file, ['fields', i, 'loopwright', kind, 'threshold'], wrong.message, wrong.more);
        }
      });
    }
  },
};

function judge(threshold: number, measure: Measure): { message: string; more: More } | null {
  const { most, odd, name } = scales[measure];
  if (threshold === 0)
    return {
      message: `${name} is always at least 0, so the column would always have drifted. Usual is about 0.1.`,
      more: {},
    };
  if (threshold > most)
    return {
      message: `${name} is at most ${most}, so the column can never drift. Usual is about 0.1.`,
      more: { severity: 'error' },
    };
  return threshold > odd
    ? { message: `${name} hardly ever reaches ${threshold}, so drift would go unseen. Usual is about 0.1.`, more: {} }
    : null;
}

/** The measure that is taken for a column; null when its type leaves that open. */
function measureOf(field: Field, kind: 'drift' | 'skew'): Measure | null {
  const declared = field.loopwright?.[kind]?.measure;
  const type = declaredKind(field) === null ? (field.type ?? 'any') : 'string';
  if (declared === 'none') return null;
  if (declared !== undefined && !['wasserstein', 'ks', 'energy', 'total_variation', 'l_infinity'].includes(declared))
    return declared;
  if (type === 'number' || type === 'integer')
    return declared === 'total_variation' || declared === 'l_infinity' ? 'wasserstein' : (declared ?? 'wasserstein');
  return type === 'string' ? (declared === 'total_variation' || declared === 'l_infinity' ? declared : 'js') : null;
}
