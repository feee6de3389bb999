import { PathIndex } from '../../project/pathIndex.ts';
import type { Rule } from '../rule.ts';

export const outputTwice: Rule = {
  code: 'LW207',
  name: 'output-written-twice',
  severity: 'error',
  docs: 'Two stages write the same file or folder, so the result depends on which stage ran last. Give each stage a separate output.',
  example: {
    wrong: 'one: { cmd: make one, outs: [model/] }\ntwo: { cmd: make two, outs: [model/weights.bin] }',
    right: 'one: { cmd: make one, outs: [model-one/] }\ntwo: { cmd: make two, outs: [model-two/] }',
  },
  check(context) {
    const earlier = new PathIndex();
    for (const node of context.graph.stages.values()) {
      const told = new Set<string>();
      for (const out of node.outs) {
        for (const other of earlier.overlapping(out)) {
          if (!told.has(other))
            context.reportKey(['stages', node.name], `\`${node.name}\` and \`${other}\` both write \`${out}\`.`);
          told.add(other);
        }
      }
      for (const out of node.outs) earlier.add(out, node.name);
    }
  },
};
