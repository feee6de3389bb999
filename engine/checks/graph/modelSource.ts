import type { ModelConfig } from '../../project/schema/models.ts';
import type { Rule } from '../rule.ts';

const sources = ['from', 'address', 'predictions'] as const satisfies (keyof ModelConfig)[];
type Source = (typeof sources)[number];

/** The source that a key needs. */
const sourceOf = {
  path: 'from',
  python: 'from',
  protocol: 'address',
  model: 'address',
  output: 'address',
  token_env: 'address',
} as const satisfies Partial<Record<keyof ModelConfig, Source>>;

export const modelSource: Rule = {
  code: 'LW223',
  name: 'model-source',
  severity: 'error',
  docs: 'An entry of `models` does not say where the model comes from: the stage that creates it (`from`), the server that answers for it (`address`), or the dataset with its predictions (`predictions`). Or it says more than one of them, or has a key that belongs to another one. Keep one, with its own keys.',
  example: {
    wrong: 'models:\n  fraud: { protocol: mlflow }',
    right: 'models:\n  fraud: { address: "http://127.0.0.1:5000", protocol: mlflow }',
  },
  check(context) {
    for (const [name, entry] of Object.entries(context.config.models ?? {})) {
      const path = ['models', name];
      const [source, ...others] = sources.filter((key) => entry[key] !== undefined);
      if (source === undefined)
        context.reportKey(
          path,
          `\`${name}\` has no source. Add \`from\` with its stage, \`address\` with its server, or \`predictions\` with a dataset of them.`,
        );
      for (const other of others)
        context.reportKey(
          [...path, other],
          `\`${name}\` has \`${source}\` already. Remove \`${source}\` or \`${other}\`, or make two models.`,
        );
      if (source === undefined || others.length > 0) continue;
      for (const [key, needed] of Object.entries(sourceOf))
        if (entry[key as keyof typeof sourceOf] !== undefined && needed !== source)
          context.reportKey(
            [...path, key],
            `\`${key}\` belongs to a model with \`${needed}\`; \`${name}\` has \`${source}\`.`,
          );
    }
  },
};
