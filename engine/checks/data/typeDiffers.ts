import { named } from '../../base/named.ts';
import { setAt } from '../../project/edit.ts';
import type { Rule } from '../rule.ts';
import { brokenFields } from './brokenFields.ts';
import { inRows } from './eachDataset.ts';

export const typeDiffers: Rule = {
  code: 'LW312',
  name: 'type-differs',
  severity: 'warning',
  fromData: true,
  docs: 'Values of a column are not of the type that the schema declares. Collect and prepare quarantine such rows, or fail. The finding gives the number and the first value.',
  example: {
    wrong: '- { name: age, type: integer }       # row 17 holds "n/a"',
    right: '- { name: age, type: integer, missingValues: ["", "n/a"] }',
  },
  check(context) {
    for (const { dataset, file, field, path, finding } of brokenFields(context, ['type'])) {
      const actual = named(dataset.facts.columns, field.name);
      const everywhere =
        finding.count >= dataset.facts.rows - (actual?.missing ?? 0) &&
        actual !== undefined &&
        actual.type !== field.type;
      const typed =
        actual && actual.type !== field.type && actual.type !== 'string' ? actual.type : everywhere ? 'string' : null;
      const word = finding.firstValue;
      const missing =
        word !== null && /^(n\/?a|nan|null|none|nil|-+|\?+|\.|missing|unknown|undefined)$/i.test(word.trim())
          ? word
          : null;
      const kept = field.missingValues ?? file.value?.missingValues ?? [''];
      context.reportIn(
        file,
        field.type === undefined ? [...path, 'name'] : [...path, 'type'],
        `\`${field.name}\` is declared as ${field.type ?? 'any'}, but has another type in ${inRows(dataset, finding)}.`,
        {
          fixes: [
            missing === null
              ? null
              : context.fix(
                  `Count ${JSON.stringify(missing)} as missing`,
                  setAt(
                    file,
                    [...path, 'missingValues'],
                    `[${[...kept, missing].map((text) => JSON.stringify(text)).join(', ')}]`,
                  ),
                ),
            typed === null ? null : context.fix(`Declare it as ${typed}`, setAt(file, [...path, 'type'], typed)),
          ],
        },
      );
    }
  },
};
