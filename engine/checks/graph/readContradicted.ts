import type { Rule } from '../rule.ts';
import { eachDataset } from '../data/eachDataset.ts';

export const readContradicted: Rule = {
  code: 'LW224',
  name: 'read-contradicted',
  severity: 'error',
  fromData: true,
  docs: '`read:` of a dataset or its schema says otherwise than the file: another number or order of columns, a delimiter that splits no line, an encoding that the byte order mark contradicts, or settings for text on a file that is not text. Remove the key, so that it is found in the file, or correct it.',
  example: {
    wrong: 'orders: { path: orders.csv, read: { delimiter: ";" } }    # the file has commas',
    right: 'orders: { path: orders.csv }',
  },
  check(context) {
    for (const { name, facts } of eachDataset(context)) {
      const [first] = facts.contradictions ?? [];
      if (!first) continue;
      const isOwn = context.config.datasets?.[name]?.read !== undefined;
      const message = `${first.file} ${first.says}.`;
      if (isOwn) context.report(['datasets', name, 'read'], message);
      else {
        const file = context.schemaFileOf(name);
        if (file) context.reportIn(file, ['loopwright', 'read'], message);
      }
    }
  },
};
