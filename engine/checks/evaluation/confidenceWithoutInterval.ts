import { removeAt } from '../../project/edit.ts';
import { hasInterval, metricOf } from '../../evaluation/metrics.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import type { Rule } from '../rule.ts';

/** Whether validation computes the metric, and once only. */
function isSingle(name: string): boolean {
  return metricOf(name) !== undefined && !hasInterval(name);
}

export const confidenceWithoutInterval: Rule = {
  code: 'LW513',
  name: 'confidence-without-interval',
  severity: 'warning',
  docs: 'A gate sets `at_confidence` for a metric that has no interval: speed, size, calibration, and any metric of a command. The value itself is compared, as if `at_confidence` were absent. Remove it, and leave a margin in the bound instead.',
  example: {
    wrong: 'gates:\n  latency_p95_ms: { max: 5, at_confidence: 0.95 }',
    right: 'gates:\n  latency_p95_ms: { max: 4 }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('gates' in stage)) continue;
      for (const [gate, bound] of Object.entries(stage.gates ?? {})) {
        if (
          bound.at_confidence === undefined ||
          (bound.min === undefined && bound.max === undefined) ||
          ('uses' in stage && !isSingle(parseMetric(gate)?.name ?? ''))
        )
          continue;
        const path = ['stages', name, 'gates', gate, 'at_confidence'];
        context.reportKey(
          path,
          `${'uses' in stage ? `\`${gate}\` has no interval` : 'Metrics of a command have no interval'}, so \`at_confidence\` has no effect. Remove it.`,
          { fixes: [context.fix('Remove at_confidence', removeAt(context.project.file, path))] },
        );
      }
    }
  },
};
