import { parseMetric } from '../../evaluation/metricName.ts';
import { parameterKeys } from '../../project/schema/metricKeys.ts';
import { fairnessMeasure } from '../../evaluation/fairness/fairnessMeasures.ts';
import { measureNamed, metricNeeds, modelMeasures } from '../../evaluation/metrics.ts';
import { predictionColumns } from '../../project/predictionColumns.ts';
import type { ValidateStage } from '../../project/schema/validateStage.ts';
import { taskValidated } from '../bounds.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Rule } from '../rule.ts';

export const gateNeverMeasured: Rule = {
  code: 'LW520',
  name: 'gate-never-measured',
  severity: 'error',
  docs: 'A gate names a metric that this validation cannot have, so it always fails: speed or size against the champion, speed or size of a table of predictions, a metric of probabilities where the table has none, a metric whose key (`beta`, `at_k`, `quantile`, `costs`) is not given, or a fairness measure of another task. Remove the gate, or choose another metric.',
  example: {
    wrong: 'gates:\n  latency_p95_ms@champion: { max: 1 }',
    right: 'gates:\n  latency_p95_ms: { max: 5 }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'validate'))
      for (const gate of Object.keys(stage.gates ?? {})) {
        const reason = reasonOf(context, stage, gate);
        if (reason !== null) context.reportKey(['stages', name, 'gates', gate], `\`${gate}\` always fails: ${reason}.`);
      }
  },
};

function reasonOf(context: CheckContext, stage: ValidateStage, gate: string): string | null {
  const metric = parseMetric(gate);
  if (!metric) return null;
  const isOfModel = modelMeasures.some(({ name }) => name === metric.name);
  if (isOfModel && metric.champion) return 'speed and size are not compared with the champion';
  const { predictions } = stage.with;
  if (isOfModel && predictions !== undefined) return 'a table of predictions has no speed and no size';
  const fairness = metric.attribute === null ? undefined : fairnessMeasure(metric.name);
  if (fairness) {
    const task = taskValidated(context, stage);
    return task === null || fairness.tasks.includes(task)
      ? null
      : `\`${metric.name}\` is a measure of a ${fairness.tasks.join(' or ')} model, and this is a ${task} model`;
  }
  const measure = measureNamed(metric.name);
  const key = measure?.parameter && !measure.hasDefault ? parameterKeys[measure.parameter] : undefined;
  const isDefault = key === 'at_k' && taskValidated(context, stage) === 'ranking';
  if (key !== undefined && !isDefault && stage.with[key] === undefined)
    return `it is computed where the validation gives \`${key}\`; add it under \`with\``;
  const columns = predictions === undefined ? null : predictionColumns(context.schemaOf(predictions)?.fields ?? []);
  return columns && !columns.score && metricNeeds(metric.name) === 'probability'
    ? `\`${predictions ?? ''}\` has no field with the role \`score\`, so it has no probabilities`
    : null;
}
