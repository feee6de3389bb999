import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

export const schemaOlderThanData: Rule = {
  code: 'LW320',
  name: 'schema-older-than-data',
  severity: 'info',
  fromData: true,
  docs: 'The data has changed since its schema was last edited, and no longer fits it: columns were added or removed. Update the schema, or check what changed the data.',
  check(context) {
    for (const { name, facts, file } of eachDataset(context)) {
      const newest = Math.max(...facts.files.map(({ modifiedMs }) => modifiedMs));
      if (!file?.value || facts.schemaModifiedMs === null || newest <= facts.schemaModifiedMs) continue;
      const declared = new Set(file.value.fields.map((field) => field.name));
      const news = facts.columns.filter((column) => !declared.has(column.name)).length;
      const gone = facts.tableProblems.filter(({ rule }) => rule === 'missing column').length;
      const parts = [
        news > 0 ? `${news} new ${plural(news, 'column')}` : '',
        gone > 0 ? `${gone} missing ${plural(gone, 'column')}` : '',
      ].filter(Boolean);
      if (parts.length > 0)
        context.reportKeyIn(
          file,
          ['fields'],
          `The data of \`${name}\` changed after this schema was last edited, and no longer fits it: ${parts.join(', ')}.`,
        );
    }
  },
};

const plural = (n: number, word: string) => (n === 1 ? word : `${word}s`);
