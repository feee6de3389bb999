import { entryOf } from '../../project/located.ts';
import type { Rule } from '../rule.ts';

export const deploymentWithoutMonitor: Rule = {
  code: 'LW614',
  name: 'deployment-without-monitor',
  severity: 'info',
  whole: 'named',
  docs: 'The project has monitors, but none for this deployment: its drift and errors go unnoticed. Add one under `monitors`. Not reported in projects without monitors.',
  example: {
    wrong:
      'deployments:\n  production: { model: champion, as: api, port: 8080 }\n  trial: { model: challenger, as: api, port: 8081 }\nmonitors:\n  production: { deployment: production, reference: validate, window: { every: 1d } }',
    right:
      'monitors:\n  production: { deployment: production, reference: validate, window: { every: 1d } }\n  trial: { deployment: trial, reference: validate, window: { every: 1d } }',
  },
  check(context) {
    const { deployments, monitors, retraining } = context.config;
    const watched = new Set(Object.values(monitors ?? {}).flatMap(({ deployment }) => deployment ?? []));
    // A monitor of an unknown deployment may mean this one; unknown-deployment tells.
    const written = entryOf(context.project.resolved.root ?? undefined, 'monitors')?.value;
    const none = watched.size === 0 && (written?.kind !== 'map' || written.entries.length === 0);
    if (
      (none && !retraining) ||
      [...watched].some(
        (name) => !Object.hasOwn(deployments ?? {}, name) && !context.project.readable?.leftOut.has(name),
      )
    )
      return;
    for (const [name, deployment] of Object.entries(deployments ?? {})) {
      if (deployment.as === 'api' && !watched.has(name))
        context.reportKey(
          ['deployments', name],
          `\`${name}\` has no monitor, so its drift and errors go unnoticed. Add one under \`monitors\`.`,
        );
    }
  },
};
