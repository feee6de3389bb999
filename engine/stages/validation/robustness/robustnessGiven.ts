import { WorkError } from '../../../base/errors.ts';
import { suggestion } from '../../../base/didYouMean.ts';
import type { Estimate } from '../../../evaluation/intervals.ts';
import { parseMetric } from '../../../evaluation/metricName.ts';
import { hasInterval, predictionMetrics, usualMetrics } from '../../../evaluation/metrics.ts';
import type { Predictor } from '../../../models/predictor.ts';
import { declaredMetrics } from '../../../project/primaryMetric.ts';
import type { RobustnessConfig } from '../../../project/schema/robustness.ts';
import type { Validation, ValidateStage } from '../../../project/schema/validateStage.ts';
import type { StageContext } from '../../stageContext.ts';
import type { Subject } from '../validationSubject.ts';

/** The settings of the robustness; null where the project does not ask for it, or there is no model to ask. */
export function robustnessGiven(
  context: StageContext,
  { robustness = false }: Validation,
  { scoresRows, model }: Pick<Subject, 'scoresRows' | 'model'>,
): RobustnessConfig | null {
  if (robustness === false) return null;
  if (!scoresRows) {
    context.log('warning: `robustness` needs a model that answers changed rows; a table of predictions has none');
    return null;
  }
  const { task } = model.meta;
  if (task === 'multilabel' || task === 'ranking') {
    context.log(`warning: \`robustness\` is not measured of a ${task} model`);
    return null;
  }
  return robustness === true ? {} : robustness;
}

/**
 * The metrics of perturbations: those that the project names, else the primary one and the first usual one of the task,
 * and those of the gates. Throws WorkError for a name that is no metric of the task.
 */
export function robustnessMetrics(
  { project, experiment }: StageContext,
  { gates }: ValidateStage,
  {
    model,
    performance,
    config,
  }: { model: Predictor; performance: Readonly<Record<string, Estimate>>; config: RobustnessConfig },
): string[] {
  const { task } = model.meta;
  const known = predictionMetrics(task).filter(hasInterval);
  const wrong = config.metrics?.find((name) => !known.includes(name));
  if (wrong !== undefined)
    throw new WorkError(
      `\`robustness.metrics\` names \`${wrong}\`, which is no metric of a ${task} model with an interval.${suggestion(wrong, known)}`,
      { place: { file: 'loopwright.yaml' } },
    );
  const primary = declaredMetrics(project, experiment).map(({ name }) => name);
  const named =
    config.metrics ??
    [...primary, ...usualMetrics(task)]
      .filter((name) => performance[name] !== undefined && known.includes(name))
      .slice(0, 1);
  const ofGates = Object.keys(gates ?? {}).flatMap((gate) => {
    const metric = parseMetric(gate);
    return metric?.test && known.includes(metric.name) ? [metric.name] : [];
  });
  return [...new Set([...named, ...ofGates])];
}
