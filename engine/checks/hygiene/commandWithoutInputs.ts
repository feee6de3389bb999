import { cmdStages } from '../lookUp.ts';
import { undeclaredScripts } from '../scriptsIn.ts';
import type { Rule } from '../rule.ts';

export const commandWithoutInputs: Rule = {
  code: 'LW708',
  name: 'command-without-inputs',
  severity: 'info',
  whole: 'named',
  docs: 'A command declares neither inputs nor outputs. It runs once and is then considered up to date regardless of changes, and no other stage waits for it. Name its files under `deps` and `outs`.',
  example: {
    wrong: 'report: { cmd: make report }',
    right: 'report: { cmd: make report, deps: [data/features.parquet], outs: [report.html] }',
  },
  check(context) {
    for (const [name, stage] of cmdStages(context.config)) {
      const files = [stage.deps, stage.outs, stage.metrics, stage.plots].flatMap((list) => list ?? []);
      // A script that it should name is told by command-reads-undeclared-file.
      if (files.length === 0 && undeclaredScripts(context, stage).length === 0)
        context.reportKey(
          ['stages', name],
          `\`${name}\` names no file that it reads or writes, so it runs once and then counts as up to date. Name them under \`deps\` and \`outs\`.`,
        );
    }
  },
};
