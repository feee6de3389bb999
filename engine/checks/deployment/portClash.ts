import type { Rule } from '../rule.ts';

export const portClash: Rule = {
  code: 'LW601',
  name: 'port-clash',
  severity: 'error',
  docs: 'Two deployments listen on the same port, so the second cannot start. Give each a different port.',
  example: {
    wrong:
      'deployments:\n  production: { model: champion, as: api, port: 8080 }\n  trial: { model: challenger, as: api, port: 8080 }',
    right:
      'deployments:\n  production: { model: champion, as: api, port: 8080 }\n  trial: { model: challenger, as: api, port: 8081 }',
  },
  check(context) {
    const byPort = new Map<number, string>();
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (deployment.as !== 'api') continue;
      const other = byPort.get(deployment.port);
      if (other !== undefined)
        context.report(['deployments', name, 'port'], `\`${other}\` already listens on port ${deployment.port}.`);
      byPort.set(deployment.port, name);
    }
  },
};
