import type { Rule } from '../rule.ts';

export const privilegedPort: Rule = {
  code: 'LW609',
  name: 'privileged-port',
  severity: 'info',
  docs: 'A deployment listens on a port below 1024. On Linux and some other systems only an administrator may open such ports, so starting it may fail. Use a port of at least 1024, and put a web server in front of it on the low port.',
  example: {
    wrong: 'production: { model: champion, as: api, port: 80 }',
    right: 'production: { model: champion, as: api, port: 8080 }',
  },
  check(context) {
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (deployment.as === 'api' && deployment.port < 1024)
        context.report(
          ['deployments', name, 'port'],
          `Port ${deployment.port} may need administrator rights. Use a port of at least 1024, such as ${deployment.port + 8000}.`,
        );
    }
  },
};
