import { pathsOverlap } from '../project/glob.ts';
import type { Rule } from './rule.ts';

export const outputTwice: Rule = {
  code: 'LW207',
  name: 'output-written-twice',
  severity: 'error',
  docs: 'Two stages write the same file or folder, so the result depends on which ran last.',
  check(context) {
    const stages = [...context.graph.stages.values()];
    stages.forEach((node, i) => {
      for (const other of stages.slice(0, i)) {
        const shared = node.outs.find((out) => other.outs.some((earlier) => pathsOverlap(out, earlier)));
        if (shared !== undefined) context.reportKey(['stages', node.name], `\`${node.name}\` and \`${other.name}\` both write \`${shared}\`.`);
      }
    });
  },
};
