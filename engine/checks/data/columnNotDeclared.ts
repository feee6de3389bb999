import type { ColumnFacts } from '../../facts/facts.ts';
import { appendItem, yamlText } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { eachDataset } from './eachDataset.ts';

export const columnNotDeclared: Rule = {
  code: 'LW311',
  name: 'column-not-declared',
  severity: 'info',
  fromData: true,
  docs: 'The data has columns that the schema does not declare, so they are not checked and no model uses them. Add them, with a role if they have one. Under `fieldsMatch: exact`, `equal` or `superset` this is an error.',
  example: {
    wrong: 'fields:\n  - { name: id, type: string }       # the data has id and amount',
    right: 'fields:\n  - { name: id, type: string }\n  - { name: amount, type: number }',
  },
  check(context) {
    for (const { name, facts, file } of eachDataset(context)) {
      if (!file?.value) continue;
      const declared = new Set(file.value.fields.map((field) => field.name));
      const strangers = facts.columns.filter((column) => !declared.has(column.name));
      const forbidden = facts.tableProblems.find(({ rule }) => rule === 'unknown column' || rule === 'column order');
      if (strangers.length === 0 && !forbidden) continue;
      if (strangers.length === 0) {
        context.reportIn(file, ['fieldsMatch'], `In the data of \`${name}\`, ${forbidden?.message ?? ''}.`, {
          severity: 'error',
        });
        continue;
      }
      const items = strangers.map((column) => `{ name: ${yamlText(column.name)}, type: ${column.type} }`);
      const added = appendItem(file, ['fields'], items[0] ?? '');
      // The further items are copies of the first line.
      const all = added && {
        ...added,
        text: items.map((item) => added.text.replace(items[0] ?? '', () => item)).join(''),
      };
      context.reportKeyIn(
        file,
        ['fields'],
        `The data of \`${name}\` has ${strangers.length === 1 ? 'a column' : `${strangers.length} columns`} that ${strangers.length === 1 ? 'is' : 'are'} not declared: ${listed(strangers)}.`,
        {
          severity: forbidden ? 'error' : undefined,
          fixes: [
            context.fix(
              strangers.length === 1
                ? `Add the column ${strangers[0]?.name ?? ''}`
                : `Add the ${strangers.length} missing columns`,
              all,
            ),
          ],
        },
      );
    }
  },
};

function listed(columns: readonly ColumnFacts[]): string {
  const shown = columns
    .slice(0, 8)
    .map((column) => `\`${column.name}\` (${column.type})`)
    .join(', ');
  return columns.length > 8 ? `${shown} and ${columns.length - 8} more` : shown;
}
