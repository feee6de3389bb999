import type { BoundAt } from '../bounds.ts';
import type { Path, Rule } from '../rule.ts';

export const gateWithoutBound: Rule = {
  code: 'LW502',
  name: 'gate-without-bound',
  severity: 'error',
  docs: 'A gate or expectation has neither `min` nor `max`, so every model meets it, or a `min` above its `max`, so none does. Set the intended bound.',
  example: {
    wrong: 'gates:\n  pr_auc: { at_confidence: 0.95 }',
    right: 'gates:\n  pr_auc: { min: 0.8, at_confidence: 0.95 }',
  },
  check(context) {
    const gates = Object.entries(context.config.stages).flatMap(([name, stage]) =>
      'gates' in stage ? boundsAt(['stages', name, 'gates'], stage.gates, 'gate') : [],
    );
    const expectations = Object.entries(context.config.monitors ?? {}).flatMap(([name, { expect }]) =>
      boundsAt(['monitors', name, 'expect'], expect, 'expectation'),
    );
    for (const { path, metric, bound, what } of [...gates, ...expectations]) {
      const { min, max } = bound;
      if (min === undefined && max === undefined)
        context.reportKey(path, `The ${what} \`${metric}\` has neither \`min\` nor \`max\`, so every model meets it.`);
      else if (min !== undefined && max !== undefined && min > max)
        context.reportKey(
          path,
          `No model can meet the ${what} \`${metric}\`: its \`min\` ${min} is above its \`max\` ${max}.`,
        );
    }
  },
};

function boundsAt(path: Path, bounds: Record<string, BoundAt['bound']> | undefined, what: BoundAt['what']): BoundAt[] {
  return Object.entries(bounds ?? {}).map(([metric, bound]) => ({ path: [...path, metric], metric, bound, what }));
}
