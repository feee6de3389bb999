import { suggestion } from '../base/didYouMean.ts';
import { robustnessMeasures } from '../evaluation/measures/robustnessMeasures.ts';
import type { MetricName } from '../evaluation/metricName.ts';
import { hasInterval, predictionMetrics } from '../evaluation/metrics.ts';
import type { Task } from '../evaluation/predictions.ts';
import { perturbationNames } from '../project/schema/robustness.ts';
import type { Validation } from '../project/schema/validateStage.ts';

const declaredTests = ['invariant_to', 'increasing', 'decreasing'] as const;

/** Why a gate such as `roc_auc{missing=amount}` is never measured, as a sentence; null when it is. */
export function changedRowsProblem(
  { name, test, clean }: MetricName,
  robustness: Validation['robustness'],
  task: Task | null,
): string | null {
  if (!test) return null;
  const { kind, column } = test;
  const kinds = [...perturbationNames, ...declaredTests];
  const isPerturbation = perturbationNames.some((one) => one === kind);
  const declared = declaredTests.find((one) => one === kind);
  if (!isPerturbation && !declared)
    return `\`${kind}\` is no way to change rows. Write one of ${kinds.join(', ')}.${suggestion(kind, kinds)}`;
  const known = declared
    ? robustnessMeasures
        .filter(({ of }) => of === (kind === 'invariant_to' ? 'invariance' : 'direction'))
        .map((one) => one.name)
    : [...predictionMetrics(task).filter(hasInterval), 'refused_share'];
  if (!known.includes(name))
    return `\`${name}\` is not measured of ${kind}.${declared ? ` Write ${known.map((one) => `\`${one}\``).join(' or ')}.` : suggestion(name, known)}`;
  if (clean && (declared || name === 'refused_share'))
    return `\`${name}\` has no \`@clean\`: it is itself a comparison with the rows as they are.`;
  if (robustness === undefined || robustness === false)
    return 'Nothing is measured on changed rows: add `robustness` under `with`.';
  const settings = robustness === true ? {} : robustness;
  if (declared) {
    const columns = (settings[declared] ?? []).map((one) => (typeof one === 'string' ? one : one.column));
    if (columns.length === 0) return `\`robustness\` has no \`${declared}\`, so this is not computed.`;
    return column === null || columns.includes(column)
      ? null
      : `\`${column}\` is not under \`${declared}\`, so this is not computed.${suggestion(column, columns)}`;
  }
  const asked = settings.perturbations?.filter((one) => (typeof one === 'string' ? one : one.kind) === kind);
  if (asked?.length === 0) return `\`${kind}\` is not under \`perturbations\`, so this is not computed.`;
  const named = asked
    ? asked.map((one) => (typeof one === 'string' ? settings.columns : (one.columns ?? settings.columns)))
    : [settings.columns];
  const columns = named.flatMap((one) => one ?? []);
  return column === null || named.includes(undefined) || columns.includes(column)
    ? null
    : `\`${column}\` is not perturbed by ${kind}, so this is not computed.${suggestion(column, columns)}`;
}
