import { didYouMean } from '../../base/didYouMean.ts';
import { replaceValue } from '../../project/edit.ts';
import { metricOf, metricsFor, smallerIsBetter } from '../../evaluation/metrics.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import { taskValidated } from '../bounds.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

/** What training logs by epoch, besides the metrics of validation. */
const losses = ['loss', 'validation_loss'];

export const primaryMetricUnknown: Rule = {
  code: 'LW514',
  name: 'primary-metric-unknown',
  severity: 'warning',
  docs: 'The primary metric is not measured by any stage and not logged by any run, or its direction is reversed. Lists, tables and charts then show another metric first, or present the worst run as the best. Correct the name or the direction.',
  example: { wrong: 'primary_metric: pr_acu', right: 'primary_metric: pr_auc' },
  check(context) {
    const declared = context.config.primary_metric;
    if (declared === undefined) return;
    const { name, direction } = typeof declared === 'string' ? { name: declared, direction: undefined } : declared;
    const path: Path = typeof declared === 'string' ? ['primary_metric'] : ['primary_metric', 'name'];
    if (parseMetric(name)?.champion)
      return context.report(
        path,
        `\`${name}\` is a difference to the champion, which no run logs. Name the metric itself.`,
      );
    const { known, complete } = metricsOf(context);
    const near = didYouMean(name, known);
    if (!known.has(name) && (complete !== null || near !== null)) {
      const fix = near === null ? null : replaceValue(context.project.file, path, near);
      return context.report(
        path,
        `No stage measures \`${name}\`${complete === 'logged' ? ' and no run has logged it' : ''}.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
        { fixes: [context.fix(`Change to ${near}`, fix)] },
      );
    }
    if (
      direction === undefined ||
      !(metricOf(name) !== undefined || losses.includes(name)) ||
      smallerIsBetter(name) === (direction === 'minimize')
    )
      return;
    const right = smallerIsBetter(name) ? 'minimize' : 'maximize';
    context.report(
      ['primary_metric', 'direction'],
      `Of \`${name}\`, ${smallerIsBetter(name) ? 'less' : 'more'} is better; the best run would be the worst. Write \`${right}\`.`,
      {
        fixes: [
          context.fix(`Change to ${right}`, replaceValue(context.project.file, ['primary_metric', 'direction'], right)),
        ],
      },
    );
  },
};

/** The metrics that are known, and whether those are all: a program may log any, which its runs tell. */
function metricsOf(context: CheckContext): { known: Set<string>; complete: 'measured' | 'logged' | null } {
  const known = new Set<string>();
  let programs = false;
  for (const stage of Object.values(context.config.stages)) {
    for (const gate of 'gates' in stage ? Object.keys(stage.gates ?? {}) : []) if (!/[@[]/.test(gate)) known.add(gate);
    if (!('uses' in stage)) programs = true;
    else if (stage.uses === 'train') for (const one of losses) known.add(one);
    else if (stage.uses === 'validate') {
      for (const one of metricsFor(taskValidated(context, stage))) known.add(one);
    }
  }
  const logged = (context.facts.history()?.runs ?? []).flatMap(({ metrics }) => Object.keys(metrics));
  for (const one of logged) known.add(one);
  return {
    known,
    complete: programs
      ? logged.some((one) => !one.startsWith('system/'))
        ? 'logged'
        : null
      : known.size > 0
        ? 'measured'
        : null,
  };
}
