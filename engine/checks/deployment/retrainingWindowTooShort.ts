import { setAt } from '../../project/edit.ts';
import { durationMs } from '../../base/duration.ts';
import { durationText } from '../durationText.ts';
import { literalAt } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const retrainingWindowTooShort: Rule = {
  code: 'LW612',
  name: 'retraining-window-too-short',
  severity: 'warning',
  whole: 'named',
  docs: 'Retraining uses rows of a shorter period than a window of the monitor plus the delay of its labels. Hardly any of these rows has a label yet, so the new model is trained on almost nothing. Use a longer `data.window`.',
  example: {
    wrong: '# a window takes 7d, labels 10d\ndata: { window: 14d }',
    right: '# a window takes 7d, labels 10d\ndata: { window: 90d }',
  },
  check(context) {
    const { retraining, monitors } = context.config;
    if (!retraining?.data) return;
    const watched = retraining.when.flatMap((trigger) => ('monitor' in trigger ? [trigger.monitor] : []));
    const needs = watched.flatMap((name) => {
      const monitor = monitors?.[name];
      return monitor
        ? [
            durationMs(monitor.window.every) +
              (monitor.labels?.delay === undefined ? 0 : durationMs(monitor.labels.delay)),
          ]
        : [];
    });
    const needed = Math.max(0, ...needs);
    if (durationMs(retraining.data.window) >= needed) return;
    const path = ['retraining', 'data', 'window'];
    const longer = durationText(needed * 2);
    context.report(
      path,
      `Rows of ${retraining.data.window} span less than a window plus the delay of its labels, ${durationText(needed)}; hardly any has a label. Use a longer period.`,
      {
        fixes: [
          context.fix(
            `Change to ${longer}`,
            literalAt(context.project.file, path) === undefined ? null : setAt(context.project.file, path, longer),
          ),
        ],
      },
    );
  },
};
