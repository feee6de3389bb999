import type { ModelConfig } from '../../project/schema/models.ts';
import type { Rule } from '../rule.ts';

const onlyOfStage = ['path', 'python'] as const satisfies (keyof ModelConfig)[];
const onlyOfAddress = ['protocol', 'model', 'output', 'token_env'] as const satisfies (keyof ModelConfig)[];

export const modelSource: Rule = {
  code: 'LW223',
  name: 'model-source',
  severity: 'error',
  docs: 'An entry of `models` says neither which stage creates the model (`from`) nor which server answers for it (`address`), or it says both; or it has a key that belongs to the other kind of model. Keep one of the two, with its own keys.',
  example: {
    wrong: 'models:\n  fraud: { protocol: mlflow }',
    right: 'models:\n  fraud: { address: "http://127.0.0.1:5000", protocol: mlflow }',
  },
  check(context) {
    for (const [name, entry] of Object.entries(context.config.models ?? {})) {
      const path = ['models', name];
      const { from, address } = entry;
      if (from === undefined && address === undefined)
        context.reportKey(
          path,
          `\`${name}\` has no source. Add \`from\` with its stage, or \`address\` with its server.`,
        );
      else if (from !== undefined && address !== undefined)
        context.report(
          [...path, 'address'],
          `\`${name}\` is made by the stage \`${from}\` and served by another program. Remove \`from\` or \`address\`, or make two models.`,
        );
      else {
        const strange = address === undefined ? onlyOfAddress : onlyOfStage;
        for (const key of strange)
          if (entry[key] !== undefined)
            context.reportKey(
              [...path, key],
              address === undefined
                ? `\`${key}\` belongs to a model with an \`address\`, and \`${name}\` has none.`
                : `\`${key}\` has no effect: another program serves \`${name}\`.`,
            );
      }
    }
  },
};
