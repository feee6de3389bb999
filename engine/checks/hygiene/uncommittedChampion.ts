import { findAlias } from '../../project/models.ts';
import type { Rule } from '../rule.ts';

export const uncommittedChampion: Rule = {
  code: 'LW703',
  name: 'uncommitted-code',
  severity: 'info',
  fromData: true,
  docs: 'The served model version was made by a run with uncommitted changes in the project, so its code cannot be recovered. Commit, run again, and promote that version.',
  check(context) {
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      const served = findAlias(context.config, deployment.model);
      const alias = context.facts
        .history()
        ?.aliases.find((candidate) => candidate.model === served?.name && candidate.alias === served.alias);
      if (alias?.dirty)
        context.report(
          ['deployments', name, 'model'],
          `The ${alias.alias} (v${alias.version}) came from the run ${alias.runName}, made with uncommitted changes${alias.commit === null ? '' : ` on ${alias.commit.slice(0, 7)}`}.`,
        );
    }
  },
};
