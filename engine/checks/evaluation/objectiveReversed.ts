import { renameKey } from '../../project/edit.ts';
import { metricOf, smallerIsBetter } from '../../evaluation/metrics.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import type { Rule } from '../rule.ts';

/** What training logs by epoch, besides the metrics of validation. */
const losses = ['loss', 'validation_loss'];

export const objectiveReversed: Rule = {
  code: 'LW512',
  name: 'objective-reversed',
  severity: 'warning',
  docs: 'A sweep maximizes a metric for which lower is better, or minimizes one for which higher is better, so its best run is the worst. Write `minimize` for errors, losses and latency, `maximize` for the others.',
  example: { wrong: 'objective: { maximize: log_loss }', right: 'objective: { minimize: log_loss }' },
  check(context) {
    for (const file of context.project.experiments.values()) {
      const objective = file.value?.sweep?.objective;
      if (!objective) continue;
      const [wrong, metric, right] =
        'maximize' in objective
          ? ['maximize', objective.maximize, 'minimize']
          : ['minimize', objective.minimize, 'maximize'];
      const name = parseMetric(metric)?.name ?? metric;
      if (metricOf(name) === undefined && !losses.includes(metric)) continue;
      if (smallerIsBetter(metric) !== (wrong === 'maximize')) continue;
      const path = ['sweep', 'objective', wrong];
      context.reportKeyIn(
        file,
        path,
        `For \`${metric}\`, ${wrong === 'maximize' ? 'lower' : 'higher'} is better; the best run would be the worst. Use \`${right}\`.`,
        { fixes: [context.fix(`Change to ${right}`, renameKey(file, path, right))] },
      );
    }
  },
};
