import { removeAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';

export const sweepOfOne: Rule = {
  code: 'LW419',
  name: 'sweep-of-one',
  severity: 'info',
  docs: 'A sweep varies a param over a single value, or lists a value twice, so some runs add no information. Add values, remove the duplicate, or set the param under `params`.',
  example: { wrong: 'params:\n  epochs: { choice: [20, 20, 40] }', right: 'params:\n  epochs: { choice: [20, 40] }' },
  check(context) {
    for (const file of context.project.experiments.values()) {
      for (const [name, distribution] of Object.entries(file.value?.sweep?.params ?? {})) {
        for (const [kind, values] of Object.entries(distribution)) {
          const path = ['sweep', 'params', name, kind];
          const texts = values.map((value: unknown) => JSON.stringify(value));
          if (new Set(texts).size === 1) {
            context.reportIn(
              file,
              path,
              `\`${name}\` does not vary: its only value is ${texts[0]}. Add values, or set it under \`params\`.`,
            );
            continue;
          }
          if (kind !== 'choice') continue;
          texts.forEach((text, i) => {
            if (texts.indexOf(text) < i)
              context.reportIn(file, [...path, i], `${text} is listed twice, so its runs are repeated. Remove it.`, {
                fixes: [context.fix(`Remove the second ${text}`, removeAt(file, [...path, i]))],
              });
          });
        }
      }
    }
  },
};
