import { entryOf, nodeAt } from '../../project/located.ts';
import { renameKey } from '../../project/edit.ts';
import { didYouMean } from '../../base/didYouMean.ts';
import { wrongAlias } from '../../evaluation/metricName.ts';
import { keyLike, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const unknownAlias: Rule = {
  code: 'LW213',
  name: 'unknown-alias',
  severity: 'error',
  docs: 'A gate compares with something other than the champion: only `champion` is valid after `@`. The gate cannot be computed and fails. Write `@champion`.',
  example: { wrong: 'gates:\n  pr_auc@champoin: { min: -0.01 }', right: 'gates:\n  pr_auc@champion: { min: -0.01 }' },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      for (const gate of Object.keys(stage.gates ?? {})) {
        const alias = wrongAlias(gate);
        if (alias === null) continue;
        const path = ['stages', name, 'gates', gate];
        const right = `${gate.slice(0, gate.lastIndexOf('@'))}@champion`;
        const near = didYouMean(alias, ['champion'])
          ? ' Did you mean `champion`?'
          : ' A gate compares with `@champion` only.';
        const range = entryOf(nodeAt(file.parsed.root ?? undefined, path.slice(0, -1)), gate)?.keyRange;
        const taken = Object.hasOwn(stage.gates ?? {}, right);
        context.reportKey(path, `There is no alias \`${alias}\`.${near}`, {
          fixes: [
            range && !taken
              ? context.fix(`Change to ${right}`, renameKey(file, path, keyLike(file, range, right)))
              : null,
          ],
        });
      }
    }
  },
};
