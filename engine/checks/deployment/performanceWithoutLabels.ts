import { predictionMetrics } from '../../evaluation/metrics.ts';
import { targetIn } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const performanceWithoutLabels: Rule = {
  code: 'LW617',
  name: 'performance-without-labels',
  severity: 'warning',
  whole: 'named',
  docs: 'A monitor expects a performance such as `pr_auc`, but has no `labels`, and no table of predictions with a target, so the true values are unknown. The expectation is never evaluated, and retraining that depends on it never starts. Add `labels` with the dataset of the true values.',
  example: {
    wrong:
      'production:\n  deployment: production\n  reference: validate\n  window: { every: 1d }\n  expect: { pr_auc: { min: 0.75 } }',
    right:
      'production:\n  deployment: production\n  reference: validate\n  window: { every: 1d }\n  labels: { dataset: labels, key: id }\n  expect: { pr_auc: { min: 0.75 } }',
  },
  check(context) {
    const performance = predictionMetrics(null);
    for (const [name, monitor] of Object.entries(context.config.monitors ?? {})) {
      // A table of predictions may hold the true values itself.
      if (monitor.labels || (monitor.predictions !== undefined && targetIn(context, monitor.predictions))) continue;
      for (const metric of Object.keys(monitor.expect ?? {})) {
        if (performance.includes(metric))
          context.reportKey(
            ['monitors', name, 'expect', metric],
            `Without \`labels\`, \`${metric}\` is never known, so this is never evaluated. Add \`labels\` with the dataset of the true values.`,
          );
      }
    }
  },
};
