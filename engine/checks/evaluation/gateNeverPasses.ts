import { metricRange } from '../../evaluation/metrics.ts';
import { boundsOf, shareOf } from '../bounds.ts';
import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const gateNeverPasses: Rule = {
  code: 'LW504',
  name: 'gate-never-passes',
  severity: 'error',
  docs: 'A bound is outside the range of the metric, so no model can meet it. Often a share is written as a percentage: `pr_auc` ranges from 0 to 1. Write a value within the range.',
  example: { wrong: 'gates:\n  pr_auc: { min: 80 }', right: 'gates:\n  pr_auc: { min: 0.8 }' },
  check(context) {
    for (const {
      path,
      metric,
      bound: { min, max },
      what,
    } of boundsOf(context.config)) {
      const range = metricRange(metric);
      if (!range) continue;
      const [low, high] = range;
      if (min !== undefined && min > high) {
        // Nobody asks for at least 1.2 %: a number below 10 is a slip, not a percentage.
        const share = min < 10 ? null : shareOf(min, range);
        const fix =
          share === null
            ? null
            : context.fix(
                `Change ${min} to ${share}`,
                replaceLiteral(context.project.file, [...path, 'min'], String(share)),
              );
        context.report(
          [...path, 'min'],
          `No model can meet this ${what}: \`${metric}\` is at most ${high}.${share === null ? '' : ` Was ${share} meant?`}`,
          { fixes: [fix] },
        );
      }
      if (max !== undefined && max < low)
        context.report(
          [...path, 'max'],
          `No model can meet this ${what}: \`${metric}\` is at least ${low}. Write a larger value.`,
        );
    }
  },
};
