import type { Rule } from '../rule.ts';

export const gateWithoutBound: Rule = {
  code: 'LW502',
  name: 'gate-without-bound',
  severity: 'error',
  docs: 'A gate has neither `min` nor `max`, so every model passes it, or a `min` above its `max`, so none does. Set the intended bound.',
  example: {
    wrong: 'gates:\n  pr_auc: { at_confidence: 0.95 }',
    right: 'gates:\n  pr_auc: { min: 0.8, at_confidence: 0.95 }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('gates' in stage)) continue;
      for (const [gate, { min, max }] of Object.entries(stage.gates ?? {})) {
        const path = ['stages', name, 'gates', gate];
        if (min === undefined && max === undefined)
          context.reportKey(path, `The gate \`${gate}\` has neither \`min\` nor \`max\`, so every model passes it.`);
        else if (min !== undefined && max !== undefined && min > max)
          context.reportKey(
            path,
            `No model can pass the gate \`${gate}\`: its \`min\` ${min} is above its \`max\` ${max}.`,
          );
      }
    }
  },
};
