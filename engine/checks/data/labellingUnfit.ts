import { nodeAt } from '../../project/located.ts';
import { taskProblems } from '../../project/labelTask.ts';
import type { Path, Rule } from '../rule.ts';

export const labellingUnfit: Rule = {
  code: 'LW328',
  name: 'labelling-unfit',
  severity: 'error',
  docs: 'A labelling task cannot be used: it names a dataset, column, model or file that does not exist, or the key column or the classes are not known. Correct the name, or add what is missing.',
  example: {
    wrong: 'labelling:\n  review: { data: order, label: late, file: data/labels/review.csv }',
    right: 'labelling:\n  review: { data: orders, label: late, file: data/labels/review.csv }',
  },
  check(context) {
    for (const [name, task] of Object.entries(context.config.labelling ?? {})) {
      for (const { path, message } of taskProblems(context.project, context.config, task)) {
        const at: Path = ['labelling', name, ...path];
        // A default has no place of its own.
        context.report(nodeAt(context.project.resolved.root ?? undefined, at) ? at : ['labelling', name], message);
      }
    }
  },
};
