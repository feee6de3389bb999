import type { Rule } from '../rule.ts';

export const cycle: Rule = {
  code: 'LW203',
  name: 'cycle',
  severity: 'error',
  docs: 'Stages depend on each other in a circle, so none of them can run first. The message lists all stages of the circle. Remove one of the dependencies.',
  example: {
    wrong:
      'one: { cmd: make one, deps: [two.txt], outs: [one.txt] }\ntwo: { cmd: make two, deps: [one.txt], outs: [two.txt] }',
    right: 'one: { cmd: make one, outs: [one.txt] }\ntwo: { cmd: make two, deps: [one.txt], outs: [two.txt] }',
  },
  check(context) {
    for (const names of context.graph.cycles) {
      const [first, ...others] = names.slice(0, -1);
      if (first === undefined) continue;
      const related = others.map((name, i) =>
        context.keyPlace(['stages', name], `\`${names[i]}\` waits for \`${name}\`.`),
      );
      context.reportKey(
        ['stages', first],
        `These stages wait for each other: ${names.join(' → ')}. Break the circle by removing one dependency.`,
        { related },
      );
    }
  },
};
