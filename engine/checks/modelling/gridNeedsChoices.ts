import { nodeAt } from '../../project/located.ts';
import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const gridNeedsChoices: Rule = {
  code: 'LW418',
  name: 'grid-needs-choices',
  severity: 'error',
  docs: 'A sweep by grid tries every combination, so it needs a list of values for each param; a range fails. List the values with `choice`, or sample the range with method random.',
  example: {
    wrong: 'method: grid\nparams:\n  learning_rate: { log_uniform: [0.0001, 0.01] }',
    right: 'method: random\nparams:\n  learning_rate: { log_uniform: [0.0001, 0.01] }',
  },
  check(context) {
    for (const file of context.project.experiments.values()) {
      const sweep = file.value?.sweep;
      if (sweep?.method !== 'grid') continue;
      for (const [name, distribution] of Object.entries(sweep.params)) {
        if ('choice' in distribution) continue;
        context.reportIn(
          file,
          ['sweep', 'params', name],
          `A grid cannot try a range. List the values of \`${name}\` with \`choice\`, or use method random.`,
          {
            related: [
              {
                ...file.parsed.lines.place(
                  file.path,
                  nodeAt(file.parsed.root ?? undefined, ['sweep', 'method'])?.range ?? { start: 0, end: 0 },
                ),
                message: 'The method is grid.',
              },
            ],
            fixes: [context.fix('Change the method to random', replaceLiteral(file, ['sweep', 'method'], 'random'))],
          },
        );
      }
    }
  },
};
