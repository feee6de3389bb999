import { entryOf, nodeAt } from '../../project/located.ts';
import { removeAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';

export const fieldTwice: Rule = {
  code: 'LW304',
  name: 'field-twice',
  severity: 'error',
  docs: 'Two fields of a schema have the same name, so it is ambiguous which one describes the column.',
  example: {
    wrong: 'fields:\n  - { name: id, type: string }\n  - { name: id, type: integer }',
    right: 'fields:\n  - { name: id, type: string }',
  },
  check(context) {
    for (const file of context.project.schemas.values()) {
      const first = new Map<string, number>();
      file.value?.fields.forEach(({ name }, i) => {
        const other = first.get(name);
        if (other === undefined) return void first.set(name, i);
        const range = entryOf(nodeAt(file.parsed.root ?? undefined, ['fields', other]), 'name')?.value.range ?? {
          start: 0,
          end: 0,
        };
        return context.reportIn(file, ['fields', i, 'name'], `The field \`${name}\` is declared twice.`, {
          related: [{ ...file.parsed.lines.place(file.path, range), message: 'the first' }],
          fixes: [context.fix(`Remove the second ${name}`, removeAt(file, ['fields', i]))],
        });
      });
    }
  },
};
