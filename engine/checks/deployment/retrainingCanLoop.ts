import { setAt } from '../../project/edit.ts';
import { durationMs, parseWindows } from '../../base/duration.ts';
import type { ProjectConfig } from '../../project/schema/projectSchema.ts';
import { durationText } from '../durationText.ts';
import { literalAt } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const retrainingCanLoop: Rule = {
  code: 'LW607',
  name: 'retraining-can-loop',
  severity: 'warning',
  docs: 'Retraining has no cooldown, or one that is shorter than the windows of its triggers. The window in which the model changed then starts the next retraining at once, and so on. Set `cooldown` to at least the longest window times the number of windows of a trigger.',
  example: {
    wrong: 'when:\n  - { monitor: production, drift: dataset, for: 2 windows }',
    right: 'when:\n  - { monitor: production, drift: dataset, for: 2 windows }\ncooldown: 14d',
  },
  check(context) {
    const { retraining } = context.config;
    const needed = longestWait(context.config);
    if (
      !retraining ||
      needed === null ||
      (retraining.cooldown !== undefined && durationMs(retraining.cooldown) >= needed)
    )
      return;
    const wanted = durationText(needed);
    const path = ['retraining', 'cooldown'];
    const mend =
      retraining.cooldown !== undefined && literalAt(context.project.file, path) === undefined
        ? null
        : setAt(context.project.file, path, wanted);
    const fixes = [context.fix(`Set the cooldown to ${wanted}`, mend)];
    if (retraining.cooldown === undefined)
      context.reportKey(
        ['retraining'],
        `Without \`cooldown\` the windows just before a retraining can start the next one. Set it to ${wanted} or longer.`,
        { fixes },
      );
    else
      context.report(path, `The cooldown is shorter than the windows of the triggers. Set it to ${wanted} or longer.`, {
        fixes,
      });
  },
};

/** The longest time that a trigger looks at; null when none looks at windows. */
function longestWait({ retraining, monitors }: ProjectConfig): number | null {
  const waits =
    retraining?.when.flatMap((trigger) => {
      const window = 'monitor' in trigger ? monitors?.[trigger.monitor]?.window : undefined;
      return window && 'for' in trigger
        ? [durationMs(window.every) * (parseWindows(trigger.for ?? '') ?? 1)]
        : window
          ? [durationMs(window.every)]
          : [];
    }) ?? [];
  return waits.length > 0 ? Math.max(...waits) : null;
}
