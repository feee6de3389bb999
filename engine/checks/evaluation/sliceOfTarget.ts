import type { Grouping } from '../../evaluation/grouping.ts';
import { removeAt } from '../../project/edit.ts';
import { placesOf } from '../groupingPlaces.ts';
import { stagesOf, targetIn, trainStage } from '../lookUp.ts';
import type { Path, Rule } from '../rule.ts';

export const sliceOfTarget: Rule = {
  code: 'LW522',
  name: 'slice-of-target',
  severity: 'warning',
  docs: 'A validation groups the test rows by the target itself. Each group has one true value, so most metrics are not defined in it, and fairness between the groups only repeats the errors of the model. Group by another column.',
  example: { wrong: 'slices: [fraud]      # the target', right: 'slices: [country]' },
  check(context) {
    for (const [name, { with: inputs }] of stagesOf(context.config, 'validate')) {
      const target = trainStage(context.config, inputs.model)?.with.target ?? targetIn(context, inputs.data)?.name;
      if (target === undefined) continue;
      const lists: [Path, readonly Grouping[]][] = [
        [['slices'], inputs.slices ?? []],
        [['fairness', 'attributes'], inputs.fairness?.attributes ?? []],
      ];
      for (const [key, groupings] of lists)
        for (const { column, at, isWhole } of placesOf(groupings)) {
          if (column !== target) continue;
          const path = ['stages', name, 'with', ...key, ...at];
          const fix =
            isWhole && groupings.length > 1
              ? context.fix(`Remove ${column}`, removeAt(context.project.file, path))
              : null;
          context.report(
            path,
            `\`${column}\` is the target: each of its groups has one true value. Group by another column.`,
            {
              fixes: [fix],
            },
          );
        }
    }
  },
};
