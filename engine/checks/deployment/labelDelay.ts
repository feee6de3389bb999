import { durationMs } from '../../base/duration.ts';
import type { Rule } from '../rule.ts';

export const labelDelay: Rule = {
  code: 'LW606',
  name: 'label-delay-of-many-windows',
  severity: 'info',
  whole: 'named',
  docs: 'Labels take longer to arrive than two windows of the monitor, so the performance of a window is known only after several later windows. Longer windows give the same information in fewer steps. A warning from four windows on if retraining depends on that performance: use drift as a trigger too.',
  example: {
    wrong: 'window: { every: 1h }\nlabels: { dataset: labels, key: id, delay: 7d }',
    right: 'window: { every: 7d }\nlabels: { dataset: labels, key: id, delay: 7d }',
  },
  check(context) {
    const { monitors, retraining } = context.config;
    for (const [name, { window, labels }] of Object.entries(monitors ?? {})) {
      if (labels?.delay === undefined) continue;
      const windows = durationMs(labels.delay) / durationMs(window.every);
      if (windows <= 2) continue;
      const own = retraining?.when.filter((trigger) => 'monitor' in trigger && trigger.monitor === name) ?? [];
      const waits = own.some((trigger) => 'below' in trigger) && !own.some((trigger) => 'drift' in trigger);
      const path = ['monitors', name];
      context.report(
        [...path, 'labels', 'delay'],
        `Performance is known ${Math.floor(windows)} windows late: labels take ${labels.delay}, and a window ${window.every}. Use longer windows${waits ? ', or let drift trigger retraining too' : ''}.`,
        {
          ...(waits && windows > 4 ? { severity: 'warning' } : {}),
          related: [context.place([...path, 'window', 'every'], `A window takes ${window.every}.`)],
        },
      );
    }
  },
};
