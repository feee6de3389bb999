import { appendItem, setAt, yamlText } from '../../project/edit.ts';
import { cmdStages } from '../lookUp.ts';
import { undeclaredScripts } from '../scriptsIn.ts';
import type { Rule } from '../rule.ts';

export const undeclaredScript: Rule = {
  code: 'LW709',
  name: 'command-reads-undeclared-file',
  severity: 'warning',
  docs: 'A command runs a script of the project that is not under its `deps`. When the script changes, the stage is still considered up to date, and its old results are used. Add the script to `deps`.',
  example: {
    wrong: 'train: { cmd: python train.py, deps: [data/features.parquet], outs: [model/] }',
    right: 'train: { cmd: python train.py, deps: [train.py, data/features.parquet], outs: [model/] }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of cmdStages(context.config)) {
      for (const script of undeclaredScripts(context, stage)) {
        const path = ['stages', name, 'deps'];
        const text = /^\w[\w./-]*$/.test(script) ? script : yamlText(script);
        const edit = stage.deps ? appendItem(file, path, text) : setAt(file, path, `[${text}]`);
        context.report(
          ['stages', name, 'cmd'],
          `\`${script}\` is not under \`deps\`, so the stage counts as up to date when it changes. Add it.`,
          { fixes: [context.fix(`Add ${script} to deps`, edit)] },
        );
      }
    }
  },
};
