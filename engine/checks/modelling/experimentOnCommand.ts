import { removeAt } from '../../project/edit.ts';
import { cmdStages } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const experimentOnCommand: Rule = {
  code: 'LW423',
  name: 'experiment-with-on-cmd',
  severity: 'warning',
  whole: 'named',
  docs: 'An experiment changes `with` of a stage that runs a command. A command has no `with`, so the change has no effect, and the runs are identical to runs without it. Pass a param to the command with `${params.x}`, and change the param.',
  example: {
    wrong: 'stages: { train: { with: { lr: 0.1 } } }',
    right: '# loopwright.yaml has cmd: python train.py --lr ${params.lr}\nparams: { lr: 0.1 }',
  },
  check(context) {
    const commands = new Set(cmdStages(context.config).map(([name]) => name));
    for (const file of context.project.experiments.values()) {
      for (const [name, stage] of Object.entries(file.value?.stages ?? {})) {
        if (!commands.has(name) || !stage.with || Object.keys(stage.with).length === 0) continue;
        const path = ['stages', name];
        const alone = Object.keys(file.value?.stages ?? {}).length === 1;
        context.reportKeyIn(
          file,
          [...path, 'with'],
          `\`${name}\` runs a command and has no \`with\`, so this has no effect. Use \`\${params.x}\` in the command, and change the param.`,
          {
            related: [context.keyPlace(['stages', name], `\`${name}\` runs a command.`)],
            fixes: [alone ? null : context.fix(`Remove ${name}`, removeAt(file, path))],
          },
        );
      }
    }
  },
};
