import { renameKey } from '../../project/edit.ts';
import { entryOf, nodeAt } from '../../project/located.ts';
import { keyLike, cmdStages } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const championOfCommand: Rule = {
  code: 'LW519',
  name: 'champion-of-command',
  severity: 'error',
  docs: 'A gate of a command compares with the champion. A command only has the numbers of its metrics files, and no champion is measured on its rows, so the gate always fails. Compare in a `validate` stage, or write the difference into the metrics file under a name of its own.',
  example: {
    wrong: 'bench: { cmd: python bench.py, metrics: [m.json], gates: { accuracy@champion: { min: 0 } } }',
    right:
      'validate:\n  uses: validate\n  with: { model: train, data: features }\n  gates:\n    accuracy@champion: { min: 0 }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of cmdStages(context.config)) {
      for (const gate of Object.keys(stage.gates ?? {})) {
        const at = gate.lastIndexOf('@');
        if (at <= 0) continue;
        const path = ['stages', name, 'gates', gate];
        const bare = gate.slice(0, at);
        const range = entryOf(nodeAt(file.parsed.root ?? undefined, path.slice(0, -1)), gate)?.keyRange;
        const isFree = !Object.hasOwn(stage.gates ?? {}, bare);
        context.reportKey(
          path,
          `A command is not compared with the champion, so \`${gate}\` has no value and fails. Compare in a validate stage.`,
          {
            fixes: [
              range && isFree
                ? context.fix(`Change to ${bare}`, renameKey(file, path, keyLike(file, range, bare)))
                : null,
            ],
          },
        );
      }
    }
  },
};
