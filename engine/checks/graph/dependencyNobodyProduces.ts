import { suggestion } from '../../base/didYouMean.ts';
import { isGlob } from '../../base/glob.ts';
import { absentPaths } from '../absentPaths.ts';
import type { Rule } from '../rule.ts';

export const dependencyNobodyProduces: Rule = {
  code: 'LW210',
  name: 'dependency-nobody-produces',
  severity: 'error',
  whole: 'written',
  docs: 'A stage depends on a file that does not exist and that no stage writes, so it can never run. Correct the path, create the file, or add it to the `outs` of the stage that makes it.',
  example: {
    wrong: 'make: { cmd: make model, outs: [model/] }\nship: { cmd: ship model, deps: [models/weights.bin] }',
    right: 'make: { cmd: make model, outs: [model/] }\nship: { cmd: ship model, deps: [model/weights.bin] }',
  },
  check(context) {
    const { absent, written } = absentPaths(context);
    const outs = [...context.graph.stages.values()].flatMap((node) => node.outs);
    for (const [name, stage] of Object.entries(context.config.stages)) {
      stage.deps?.forEach((path, i) => {
        if (!absent(path) || written.overlapping(path).size > 0) return;
        const message = isGlob(path)
          ? `No file matches \`${path}\`, and no stage writes one.`
          : `There is no file \`${path}\`, and no stage writes it.`;
        context.report(['stages', name, 'deps', i], `${message}${suggestion(path, outs)}`);
      });
    }
  },
};
