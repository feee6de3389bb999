import { metricRange } from '../../evaluation/metrics.ts';
import { boundsOf, shareOf } from '../bounds.ts';
import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const gateAlwaysPasses: Rule = {
  code: 'LW503',
  name: 'gate-always-passes',
  severity: 'warning',
  docs: 'A bound is at or beyond the end of the range of the metric, so every model passes it. Often a share is written as a percentage. Set it to the value that a model has to reach.',
  example: {
    wrong: 'gates:\n  pr_auc: { min: 0 }\n  ece: { max: 5 }',
    right: 'gates:\n  pr_auc: { min: 0.8 }\n  ece: { max: 0.05 }',
  },
  check(context) {
    for (const {
      path,
      metric,
      bound: { min, max },
      what,
    } of boundsOf(context.config)) {
      const range = metricRange(metric);
      if (
        !range ||
        (min === undefined && max === undefined) ||
        (min !== undefined && min > range[0]) ||
        (max !== undefined && max < range[1])
      )
        continue;
      const share = max === undefined ? null : shareOf(max, range);
      const fix =
        share === null
          ? null
          : context.fix(
              `Change ${max} to ${share}`,
              replaceLiteral(context.project.file, [...path, 'max'], String(share)),
            );
      context.reportKey(
        path,
        `Every model meets this ${what}: \`${metric}\` is always ${between(range)}. Set the intended bound.`,
        { fixes: [fix] },
      );
    }
  },
};

function between([low, high]: readonly [number, number]): string {
  if (low === Number.NEGATIVE_INFINITY) return `at most ${high}`;
  return high === Number.POSITIVE_INFINITY ? `at least ${low}` : `from ${low} to ${high}`;
}
