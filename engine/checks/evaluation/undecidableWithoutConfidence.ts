import { removeAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';

export const undecidableWithoutConfidence: Rule = {
  code: 'LW525',
  name: 'undecidable-without-confidence',
  severity: 'warning',
  docs: 'A gate sets `undecidable` and no `at_confidence`. It compares the value alone, which meets a bound or not, so it is never undecidable. Add `at_confidence`, or remove `undecidable`.',
  example: {
    wrong: 'gates:\n  pr_auc: { min: 0.8, undecidable: allow }',
    right: 'gates:\n  pr_auc: { min: 0.8, at_confidence: 0.95, undecidable: allow }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages))
      for (const [gate, bound] of Object.entries(('gates' in stage ? stage.gates : undefined) ?? {})) {
        if (bound.undecidable === undefined || bound.at_confidence !== undefined) continue;
        const path = ['stages', name, 'gates', gate, 'undecidable'];
        context.reportKey(
          path,
          `\`${gate}\` compares the value alone, so it is never undecidable. Add \`at_confidence\`, or remove this.`,
          { fixes: [context.fix('Remove undecidable', removeAt(context.project.file, path))] },
        );
      }
  },
};
