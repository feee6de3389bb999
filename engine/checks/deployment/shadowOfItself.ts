import { removeAt } from '../../project/edit.ts';
import { findAlias } from '../../project/models.ts';
import type { Rule } from '../rule.ts';

export const shadowOfItself: Rule = {
  code: 'LW622',
  name: 'shadow-of-itself',
  severity: 'warning',
  docs: 'The shadow of a deployment is the version that answers anyway, so it scores nothing. Name the challenger, or another model.',
  example: {
    wrong: 'production: { model: champion, shadow: champion, as: api, port: 8080 }',
    right: 'production: { model: champion, shadow: challenger, as: api, port: 8080 }',
  },
  check(context) {
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (deployment.as !== 'api' || deployment.shadow === undefined) continue;
      const [own, shadow] = [deployment.model, deployment.shadow].map((text) => findAlias(context.config, text));
      if (!own || !shadow || own.name !== shadow.name || own.alias !== shadow.alias) continue;
      const path = ['deployments', name, 'shadow'];
      context.report(path, `\`${deployment.shadow}\` answers the requests of \`${name}\` already.`, {
        fixes: [context.fix('Remove shadow', removeAt(context.project.file, path))],
      });
    }
  },
};
