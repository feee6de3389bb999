import { nodeAt } from '../../project/located.ts';
import { preparerOf, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const earlyStoppingWithoutValidation: Rule = {
  code: 'LW416',
  name: 'early-stopping-without-validation',
  severity: 'warning',
  whole: 'named',
  docs: 'Training has a `patience`, but the split has no validation rows, which early stopping needs. All epochs or trees are trained, and the last state is kept. Give the split a share for `validation`, or remove `patience`.',
  example: {
    wrong: 'split: { by: time, column: at, train: 0.8, test: 0.2 }',
    right: 'split: { by: time, column: at, train: 0.7, validation: 0.1, test: 0.2 }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const { patience, data } = stage.with;
      const preparer = preparerOf(context.config, data);
      if (stage.with.model === 'random_forest') continue;
      if (patience === undefined || patience === 0 || !preparer || (preparer[1].with.split?.validation ?? 0) > 0)
        continue;
      const split = ['stages', preparer[0], 'with', 'split'];
      const at = nodeAt(context.project.resolved.root ?? undefined, split) ? split : split.slice(0, 2);
      context.report(
        ['stages', name, 'with', 'patience'],
        `\`${data}\` has no validation rows, so training never stops early. Give the split of \`${preparer[0]}\` a share for \`validation\`.`,
        {
          related: [
            at.length === 4
              ? context.place(at, 'The split has no `validation`.')
              : context.keyPlace(at, 'This stage does not split.'),
          ],
        },
      );
    }
  },
};
