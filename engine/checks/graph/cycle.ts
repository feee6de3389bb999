import type { Rule } from '../rule.ts';

export const cycle: Rule = {
  code: 'LW203',
  name: 'cycle',
  severity: 'error',
  docs: 'Stages depend on each other in a circle, so none of them can run first. The message names the whole circle.',
  check(context) {
    for (const names of context.graph.cycles) {
      const first = names[0];
      if (first !== undefined) context.reportKey(['stages', first], `These stages wait for each other: ${names.join(' → ')}. Break the circle by removing one dependency.`);
    }
  },
};
