import { suggestion } from '../../base/didYouMean.ts';
import { fairnessNames, metricsFor } from '../../evaluation/metrics.ts';
import { parseMetric, wrongAlias } from '../../evaluation/metricName.ts';
import { taskValidated } from '../bounds.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

/** What validation measures and windows of predictions do not. */
const unwatched = ['latency_p50_ms', 'predict_p50_ms', 'predict_p95_ms', 'model_bytes'];

export const unknownMetric: Rule = {
  code: 'LW501',
  name: 'unknown-metric',
  severity: 'error',
  docs: 'A gate or expectation names a metric that is not computed there: the name is unknown, does not fit the task, or its attribute is not under `fairness`. Such a gate always fails. Correct the name.',
  example: { wrong: 'gates:\n  pr_acu: { min: 0.8 }', right: 'gates:\n  pr_auc: { min: 0.8 }' },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'validate') continue;
      const task = taskValidated(context, stage);
      for (const gate of Object.keys(stage.gates ?? {}))
        checkGate(context, gate, ['stages', name, 'gates', gate], task, stage.with.fairness?.attributes ?? []);
    }
    for (const [name, monitor] of Object.entries(context.config.monitors ?? {})) {
      for (const metric of Object.keys(monitor.expect ?? {})) {
        const known = [...metricsFor(null).filter((name) => !unwatched.includes(name)), 'error_rate'];
        if (!/^missing\[.+\]$/.test(metric) && !known.includes(metric))
          context.reportKey(
            ['monitors', name, 'expect', metric],
            `There is no metric \`${metric}\` to expect.${suggestion(metric, known)}`,
          );
      }
    }
  },
};

function checkGate(
  context: CheckContext,
  gate: string,
  path: Path,
  task: ReturnType<typeof taskValidated>,
  attributes: string[],
): void {
  // That there is no such alias is told by unknown-alias.
  if (wrongAlias(gate) !== null) return;
  const metric = parseMetric(gate);
  if (!metric)
    return context.reportKey(
      path,
      `\`${gate}\` is not a metric. Write \`pr_auc\`, \`equal_opportunity_difference[age_group]\` or \`pr_auc@champion\`.`,
    );
  const known = metric.attribute === null ? metricsFor(task) : fairnessNames;
  if (!known.includes(metric.name))
    return context.reportKey(
      path,
      `There is no ${metric.attribute ? 'fairness measure' : 'metric'} \`${metric.name}\`${task ? ` for a ${task} model` : ''}.${suggestion(metric.name, known)}`,
    );
  if (metric.attribute && !attributes.includes(metric.attribute))
    context.reportKey(
      path,
      `\`${metric.attribute}\` is not under \`fairness.attributes\`, so this is not computed.${suggestion(metric.attribute, attributes)}`,
    );
}
