import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

/** What built-in training logs at each epoch. */
const loggedByEpoch = ['loss', 'validation_loss'];

export const halvingWithoutEffect: Rule = {
  code: 'LW427',
  name: 'halving-without-effect',
  severity: 'warning',
  docs: 'A sweep has settings to stop weak runs early, but no run will be stopped: its method is not halving, or the metric is not logged during training. A built-in stage logs loss and validation_loss at each epoch, and all other metrics at the end. Change the method, or use a metric that is logged by step.',
  example: { wrong: 'method: random\nhalving: { min_steps: 3 }', right: 'method: halving\nhalving: { min_steps: 3 }' },
  check(context) {
    const stages = Object.values(context.config.stages);
    const hasOwnPrograms = stages.some((stage) => 'cmd' in stage);
    for (const file of context.project.experiments.values()) {
      const sweep = file.value?.sweep;
      if (!sweep?.halving) continue;
      if (sweep.method !== 'halving') {
        context.reportKeyIn(
          file,
          ['sweep', 'halving'],
          `Method ${sweep.method} stops no run early; these settings are for method halving.`,
          {
            fixes: [context.fix('Change the method to halving', replaceLiteral(file, ['sweep', 'method'], 'halving'))],
          },
        );
        continue;
      }
      const { watch } = sweep.halving;
      if (!watch || hasOwnPrograms) continue;
      const [towards, metric] = 'maximize' in watch ? ['maximize', watch.maximize] : ['minimize', watch.minimize];
      if (loggedByEpoch.includes(metric)) continue;
      context.reportIn(
        file,
        ['sweep', 'halving', 'watch', towards],
        `\`${metric}\` is measured after training, so no run is stopped early. The metrics of each epoch are ${loggedByEpoch.map((name) => `\`${name}\``).join(' and ')}.`,
      );
    }
  },
};
