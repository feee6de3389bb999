import { setAt } from '../../project/edit.ts';
import { isLoopback } from '../../http/loopback.ts';
import type { Rule } from '../rule.ts';

export const openWithoutAuth: Rule = {
  code: 'LW602',
  name: 'open-without-auth',
  severity: 'error',
  docs: 'A deployment listens on an address that other machines can reach, and requires no token. Anyone could use it, so it is refused. Add `auth` with the environment variable that holds the token, or listen on 127.0.0.1.',
  example: {
    wrong: 'production: { model: champion, as: api, port: 8080, host: 0.0.0.0 }',
    right: 'production: { model: champion, as: api, port: 8080, host: 0.0.0.0, auth: { token_env: LOOPWRIGHT_TOKEN } }',
  },
  check(context) {
    for (const [name, deployment] of Object.entries(context.config.deployments ?? {})) {
      if (deployment.as !== 'api' || deployment.auth || deployment.host === undefined || isLoopback(deployment.host))
        continue;
      const path = ['deployments', name];
      context.report(
        [...path, 'host'],
        `\`${name}\` would answer everyone who can reach ${deployment.host}. Add \`auth\`, or listen on 127.0.0.1.`,
        {
          fixes: [
            context.fix(
              'Require the token in LOOPWRIGHT_TOKEN',
              setAt(context.project.file, [...path, 'auth'], '{ token_env: LOOPWRIGHT_TOKEN }'),
            ),
          ],
        },
      );
    }
  },
};
