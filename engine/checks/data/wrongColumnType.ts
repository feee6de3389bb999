import type { FieldType } from '../../project/schema/datasetSchema.ts';
import type { Rule } from '../rule.ts';

const times: FieldType[] = ['datetime', 'date'];

const ofNumbers: readonly string[] = ['wasserstein', 'ks', 'energy'];
const ofTexts: readonly string[] = ['total_variation', 'l_infinity'];

export const wrongColumnType: Rule = {
  code: 'LW303',
  name: 'wrong-column-type',
  severity: 'error',
  docs: 'A column is used in a way that its type does not allow: a split by time needs a date or datetime, and a drift measure for numbers a number.',
  example: {
    wrong: '# amount is a number\nsplit: { by: time, column: amount, train: 0.8, test: 0.2 }',
    right: '# at is a datetime\nsplit: { by: time, column: at, train: 0.8, test: 0.2 }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage)) continue;
      if (stage.uses === 'prepare' && stage.with.split?.by === 'time') {
        const { column } = stage.with.split;
        if (column === undefined)
          context.report(['stages', name, 'with', 'split'], 'A split by time needs `column`, the timestamp.');
        const field = column === undefined ? null : context.field(stage.with.output, column);
        if (field && !times.includes(field.type ?? 'any'))
          context.report(
            ['stages', name, 'with', 'split', 'column'],
            `\`${field.name}\` is of type ${field.type ?? 'any'}; a split by time needs date or datetime.`,
          );
      }
    }
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        for (const kind of ['drift', 'skew'] as const) {
          const measure = field.loopwright?.[kind]?.measure ?? '';
          const type = field.type ?? 'any';
          const path = ['fields', i, 'loopwright', kind, 'measure'];
          if (ofNumbers.includes(measure) && ['string', 'boolean'].includes(type))
            context.reportIn(
              file,
              path,
              `\`${measure}\` measures numbers; \`${field.name}\` is of type ${type}. Use js or psi.`,
            );
          if (ofTexts.includes(measure) && ['number', 'integer'].includes(type))
            context.reportIn(
              file,
              path,
              `\`${measure}\` measures texts; \`${field.name}\` is of type ${type}. Use wasserstein or ks.`,
            );
        }
      });
    }
  },
};
