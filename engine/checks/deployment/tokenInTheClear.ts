import { sendsInTheClear } from '../../models/remote/address.ts';
import type { Rule } from '../rule.ts';

export const tokenInTheClear: Rule = {
  code: 'LW620',
  name: 'token-in-the-clear',
  severity: 'warning',
  docs: 'The address of a model is http on another machine, and a token is sent to it. Everyone on the way can read the token and use it. Write the https address of the server.',
  example: {
    wrong: 'fraud: { address: "http://models.example.com/invocations", token_env: MODELS_TOKEN }',
    right: 'fraud: { address: "https://models.example.com/invocations", token_env: MODELS_TOKEN }',
  },
  check(context) {
    for (const [name, { address, token_env: variable }] of Object.entries(context.config.models ?? {})) {
      if (address === undefined || variable === undefined || !sendsInTheClear(address)) continue;
      context.report(
        ['models', name, 'address'],
        `The token in ${variable} is sent to ${new URL(address).host} without encryption. Use https.`,
      );
    }
  },
};
