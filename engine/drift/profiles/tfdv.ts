import { categoryDistances } from '../../statistics/categoryDistances.ts';
import { jensenShannon } from '../../statistics/jensenShannon.ts';
import { tfdvDivergence, type Unmatched } from '../../statistics/tfdvHistogram.ts';
import { ofCategories, type Measure } from '../measure.ts';

// The comparators of TensorFlow Data Validation. It has no default threshold: without `--threshold` nothing is judged.
// A value strictly above the threshold is an anomaly.

const rule = { threshold: null, compare: '>' as const };

/** `unmatched` counts the NaN and infinite values of the column, which match nothing in TFDV. */
export function tfdvMeasures(unmatched: Unmatched): readonly Measure[] {
  return [
    {
      name: 'js_divergence_2',
      displayName: 'jensen_shannon_divergence',
      aliases: ['jensen_shannon_divergence', 'jsd'],
      types: ['numeric', 'categorical'],
      ...rule,
      judgesP: false,
      measure: (data) => {
        if (data.type === 'numeric')
          return {
            value: tfdvDivergence(data.pair, unmatched),
            pValue: null,
            effect: null,
            bins: 'ten equal buckets a side, cut at the edges of both',
          };
        return {
          value:
            data.type === 'categorical'
              ? (jensenShannon(data.pair.reference, data.pair.current)?.js_divergence_2 ?? null)
              : null,
          pValue: null,
          effect: null,
        };
      },
    },
    ofCategories('l_infinity', 'infinity_norm', { ...rule, aliases: ['infinity_norm'] }, (pair) => ({
      value: categoryDistances(pair.reference, pair.current)?.lInfinity ?? null,
      pValue: null,
      effect: null,
    })),
    ofCategories(
      'normalized_absolute_difference',
      'normalized_abs_difference',
      { ...rule, aliases: ['normalized_abs_difference'] },
      (pair) => ({
        value: categoryDistances(pair.reference, pair.current)?.normalizedAbsoluteDifference ?? null,
        pValue: null,
        effect: null,
      }),
    ),
  ];
}
