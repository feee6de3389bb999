import { suggestion } from '../../base/didYouMean.ts';
import type { Rule } from '../rule.ts';

export const foreignKeyOfNothing: Rule = {
  code: 'LW322',
  name: 'foreign-key-of-nothing',
  severity: 'error',
  docs: 'A foreign key names a column, a dataset or a column there that is not declared, or pairs different numbers of columns, so it cannot be checked.',
  example: {
    wrong: 'foreignKeys:\n  - { fields: customer, reference: { resource: custmers, fields: id } }',
    right: 'foreignKeys:\n  - { fields: customer, reference: { resource: customers, fields: id } }',
  },
  check(context) {
    const datasets = Object.keys(context.config.datasets ?? {});
    for (const file of context.project.schemas.values()) {
      const own = file.value?.fields.map((field) => field.name) ?? [];
      file.value?.foreignKeys?.forEach(({ fields, reference }, i) => {
        const here = [fields].flat();
        const there = [reference.fields].flat();
        for (const column of here)
          if (!own.includes(column))
            context.reportIn(
              file,
              ['foreignKeys', i, 'fields'],
              `The foreign key names \`${column}\`, which is not a field.${suggestion(column, own)}`,
            );
        if (here.length !== there.length)
          context.reportIn(
            file,
            ['foreignKeys', i, 'reference', 'fields'],
            `The foreign key has ${here.length} ${here.length === 1 ? 'column' : 'columns'} here and ${there.length} there.`,
          );
        const { resource } = reference;
        const elsewhere = resource !== undefined && resource !== '';
        if (elsewhere && !datasets.includes(resource))
          return context.reportIn(
            file,
            ['foreignKeys', i, 'reference', 'resource'],
            `There is no dataset \`${resource}\`.${suggestion(resource, datasets)}`,
          );
        const target = elsewhere ? context.schemaOf(resource) : file.value;
        const columns = target?.fields.map((field) => field.name);
        if (columns)
          for (const column of there)
            if (!columns.includes(column))
              context.reportIn(
                file,
                ['foreignKeys', i, 'reference', 'fields'],
                `${elsewhere ? `The schema of \`${resource}\`` : 'This schema'} has no column \`${column}\`.${suggestion(column, columns)}`,
              );
        return undefined;
      });
    }
  },
};
