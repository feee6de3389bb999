import { normalisePath } from '../../base/glob.ts';
import type { Rule } from '../rule.ts';

export const samePathTwice: Rule = {
  code: 'LW216',
  name: 'same-path-twice',
  severity: 'warning',
  docs: 'Two datasets name the same files. With different schemas, one of them checks rows by the wrong rules; with the same schema, the second name is redundant. Keep one dataset, or correct a path.',
  example: {
    wrong:
      'datasets:\n  orders: { path: data/orders.parquet, schema: schemas/orders.dataset.yaml }\n  features: { path: data/orders.parquet, schema: schemas/features.dataset.yaml }',
    right:
      'datasets:\n  orders: { path: data/orders.parquet, schema: schemas/orders.dataset.yaml }\n  features: { path: data/features.parquet, schema: schemas/features.dataset.yaml }',
  },
  check(context) {
    const earlier = new Map<string, [name: string, path: string, schema: string | undefined]>();
    for (const [name, { path, schema }] of Object.entries(context.config.datasets ?? {})) {
      const key = normalisePath(path);
      const twin = earlier.get(key);
      if (!twin) earlier.set(key, [name, path, schema]);
      if (!twin) continue;
      const same = twin[2] === schema;
      context.report(
        ['datasets', name, 'path'],
        `\`${twin[0]}\` already stands for \`${twin[1]}\`${same ? '' : ', with another schema'}. Keep one of the two, or correct a path.`,
        {
          ...(same ? { severity: 'info' } : {}),
          related: [context.place(['datasets', twin[0], 'path'], `\`${twin[0]}\` has the same path.`)],
        },
      );
    }
  },
};
