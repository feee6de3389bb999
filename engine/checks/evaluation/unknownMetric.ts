import { suggestion } from '../../base/didYouMean.ts';
import { groupingName } from '../../evaluation/grouping.ts';
import { fairnessNames, metricsFor, predictionMetrics } from '../../evaluation/metrics.ts';
import { parseMetric, wrongAlias } from '../../evaluation/metricName.ts';
import type { Task } from '../../evaluation/predictions.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import { changedRowsProblem } from '../changedRowsProblem.ts';
import { taskValidated } from '../bounds.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

/** The metrics that a monitor computes of a model: its log has the latency of requests, and classes without probabilities. */
function watchedMetrics(task: Task | null): string[] {
  const performance = predictionMetrics(task).filter((name) => task !== 'multiclass' || name !== 'log_loss');
  return [...performance, 'latency_p95_ms', 'error_rate'];
}

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
        checkGate(context, gate, ['stages', name, 'gates', gate], task, {
          attributes: (stage.with.fairness?.attributes ?? []).map(groupingName),
          slices: (stage.with.slices ?? []).map(groupingName),
          robustness: stage.with.robustness,
        });
    }
    const { monitors, stages } = context.config;
    for (const [name, { reference, expect }] of Object.entries(monitors ?? {})) {
      const stage = Object.hasOwn(stages, reference) ? stages[reference] : undefined;
      const task = stage && 'uses' in stage && stage.uses === 'validate' ? taskValidated(context, stage) : null;
      const known = watchedMetrics(task);
      for (const metric of Object.keys(expect ?? {}))
        if (!/^missing\[.+\]$/.test(metric) && !known.includes(metric))
          context.reportKey(
            ['monitors', name, 'expect', metric],
            `There is no metric \`${metric}\` to expect${task ? ` of a ${task} model` : ''}.${suggestion(metric, known)}`,
          );
    }
  },
};

function checkGate(
  context: CheckContext,
  gate: string,
  path: Path,
  task: ReturnType<typeof taskValidated>,
  { attributes, slices, robustness }: { attributes: string[]; slices: string[]; robustness: Validation['robustness'] },
): void {
  // That there is no such alias is told by unknown-alias.
  if (wrongAlias(gate) !== null) return;
  const metric = parseMetric(gate);
  if (!metric)
    return context.reportKey(
      path,
      `\`${gate}\` is not a metric. Write \`pr_auc\`, \`equal_opportunity_difference[age_group]\` or \`pr_auc@champion\`.`,
    );
  if (metric.test) {
    const problem = changedRowsProblem(metric, robustness, task);
    if (problem !== null) context.reportKey(path, problem);
    return;
  }
  const isFairness = fairnessNames.includes(metric.name);
  if (metric.attribute === null && isFairness)
    return context.reportKey(
      path,
      `\`${gate}\` needs the attribute whose groups it compares: write \`${metric.name}[${attributes[0] ?? 'attribute'}]\`.`,
    );
  if (metric.attribute === null || !isFairness)
    return checkName(context, gate, path, task, metric.attribute === null ? null : [...slices, ...attributes]);
  if (!attributes.some((name) => isGrouping(name, metric.attribute ?? '')))
    context.reportKey(
      path,
      `\`${metric.attribute}\` is not under \`fairness.attributes\`, so this is not computed.${suggestion(metric.attribute, attributes)}`,
    );
}

/** A metric of all rows, or, where `groupings` are given, of a slice of one of them. */
function checkName(
  context: CheckContext,
  gate: string,
  path: Path,
  task: ReturnType<typeof taskValidated>,
  groupings: readonly string[] | null,
): void {
  const metric = parseMetric(gate);
  if (!metric) return;
  const known = groupings === null ? metricsFor(task) : predictionMetrics(task);
  if (!known.includes(metric.name))
    return context.reportKey(
      path,
      `There is no ${groupings === null ? 'metric' : 'metric of slices or fairness measure'} \`${metric.name}\`${task ? ` for a ${task} model` : ''}.${suggestion(metric.name, groupings === null ? known : [...known, ...fairnessNames])}`,
    );
  if (groupings === null) return;
  const attribute = metric.attribute ?? '';
  const columns = attribute.split(', ').map((part) => part.split('=')[0] ?? '');
  if (!groupings.some((name) => isGrouping(name, attribute) || isGrouping(name, columns.join(', '))))
    context.reportKey(
      path,
      `\`${columns.join(', ')}\` is not under \`slices\`, so this is not computed.${suggestion(columns.join(', '), groupings)}`,
    );
}

/** Whether a text names a grouping, whose columns may be in the other order. */
function isGrouping(name: string, text: string): boolean {
  return text === name || text.split(', ').toReversed().join(', ') === name;
}
