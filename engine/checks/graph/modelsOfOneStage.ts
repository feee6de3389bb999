import type { Rule } from '../rule.ts';

export const modelsOfOneStage: Rule = {
  code: 'LW222',
  name: 'models-of-one-stage',
  severity: 'error',
  docs: 'Two entries of `models` name the same stage under `from`. A stage trains one model: all versions would get the first name, and the second would get none. Remove one entry, or give it a separate stage.',
  example: {
    wrong: 'models:\n  fraud: { from: train }\n  fraud-small: { from: train }',
    right: 'models:\n  fraud: { from: train }\n  fraud-small: { from: train-small }',
  },
  check(context) {
    const firsts = new Map<string, string>();
    for (const [name, { from }] of Object.entries(context.config.models ?? {})) {
      if (from === undefined) continue;
      const first = firsts.get(from);
      if (first === undefined) firsts.set(from, name);
      else
        context.report(['models', name, 'from'], `\`${first}\` is already made by \`${from}\`.`, {
          related: [context.place(['models', first, 'from'], `\`${first}\` is made by the same stage.`)],
        });
    }
  },
};
