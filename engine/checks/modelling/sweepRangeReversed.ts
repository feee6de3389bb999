import { replaceLiteral } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const sweepRangeReversed: Rule = {
  code: 'LW417',
  name: 'sweep-range-reversed',
  severity: 'error',
  docs: 'A range of a sweep starts above its end. Whole numbers are then sampled from outside the range, and other ranges are not what was intended. Write the smaller value first.',
  example: { wrong: 'params:\n  epochs: { int: [50, 10] }', right: 'params:\n  epochs: { int: [10, 50] }' },
  check(context) {
    for (const file of context.project.experiments.values()) {
      for (const [name, distribution] of Object.entries(file.value?.sweep?.params ?? {})) {
        for (const [kind, values] of Object.entries(distribution)) {
          const [low, high] = values;
          if (kind === 'choice' || typeof low !== 'number' || typeof high !== 'number' || low <= high) continue;
          const path = ['sweep', 'params', name, kind];
          const fix = context.fix(
            `Change to [${high}, ${low}]`,
            replaceLiteral(file, [...path, 0], String(high)),
            replaceLiteral(file, [...path, 1], String(low)),
          );
          context.reportIn(
            file,
            path,
            `The range of \`${name}\` starts at ${low}, above its end ${high}. Write the smaller value first.`,
            { severity: kind === 'int' ? 'error' : 'warning', fixes: [fix] },
          );
        }
      }
    }
  },
};
