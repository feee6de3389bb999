import { renameKey } from '../../project/edit.ts';
import { metricRange, smallerIsBetter } from '../../evaluation/metrics.ts';
import { boundsOf } from '../bounds.ts';
import type { Rule } from '../rule.ts';

/** So near to the best value, a bound on the better side may be there to catch what is too good to be true. */
const nearly = 0.05;

export const thresholdReversed: Rule = {
  code: 'LW509',
  name: 'threshold-reversed',
  severity: 'warning',
  docs: 'A bound is on the wrong side: a `max` for a metric where higher is better, or a `min` where lower is better. Bad models pass, and good ones are refused. Use `min` for metrics that must not fall, `max` for metrics that must not rise.',
  example: {
    wrong: 'gates:\n  pr_auc: { max: 0.8 }\n  latency_p95_ms: { min: 5 }',
    right: 'gates:\n  pr_auc: { min: 0.8 }\n  latency_p95_ms: { max: 5 }',
  },
  check(context) {
    for (const {
      path,
      metric,
      bound: { min, max },
      what,
    } of boundsOf(context.config)) {
      const range = metricRange(metric);
      if (!range || (min === undefined) === (max === undefined)) continue;
      const smaller = smallerIsBetter(metric) || metric.startsWith('missing[');
      const value = smaller ? min : max;
      if (value === undefined || value <= range[0] || value >= range[1] || catchesTooGood(value, range, smaller))
        continue;
      const [wrong, right] = smaller ? ['min', 'max'] : ['max', 'min'];
      context.reportKey(
        [...path, wrong],
        `For \`${metric}\`, ${smaller ? 'lower' : 'higher'} is better, so this ${what} passes bad values and refuses good ones. Use \`${right}\`.`,
        { fixes: [context.fix(`Change to ${right}`, renameKey(context.project.file, [...path, wrong], right))] },
      );
    }
  },
};

function catchesTooGood(value: number, [low, high]: readonly [number, number], smaller: boolean): boolean {
  return smaller ? low === 0 && value <= nearly : value >= high - nearly;
}
