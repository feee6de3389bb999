import type { FieldType } from '../../project/schema/datasetSchema.ts';
import type { Rule } from '../rule.ts';

const numeric: FieldType[] = ['number', 'integer', 'year'];
const times: FieldType[] = ['datetime', 'date'];

export const wrongColumnType: Rule = {
  code: 'LW303',
  name: 'wrong-column-type',
  severity: 'error',
  docs: 'A column is used for something its type does not allow: a split by time needs a date or datetime, linear regression a number as target, logistic regression classes, and a drift measure for numbers a number.',
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage)) continue;
      if (stage.uses === 'prepare' && stage.with.split?.by === 'time') {
        const { column } = stage.with.split;
        if (column === undefined) context.report(['stages', name, 'with', 'split'], 'A split by time needs `column`, the timestamp.');
        const field = column === undefined ? null : context.field(stage.with.output, column);
        if (field && !times.includes(field.type ?? 'any')) context.report(['stages', name, 'with', 'split', 'column'], `\`${field.name}\` is of type ${field.type ?? 'any'}; a split by time needs date or datetime.`);
      }
      if (stage.uses === 'train') {
        const schema = context.schemaOf(stage.with.data);
        const target = schema?.fields.find((field) => (stage.with.target ? field.name === stage.with.target : field.loopwright?.role === 'target'));
        if (!target) continue;
        const isNumber = numeric.includes(target.type ?? 'any') && !target.categories;
        if (stage.with.model === 'linear' && !isNumber) context.report(['stages', name, 'with', 'model'], `The target \`${target.name}\` is of type ${target.type ?? 'any'}; linear regression needs a number. Use logistic or mlp.`);
        if (stage.with.model === 'logistic' && target.type === 'number') context.report(['stages', name, 'with', 'model'], `The target \`${target.name}\` is a number; logistic regression needs classes. Use linear or mlp.`);
      }
    }
    for (const file of context.project.schemas.values()) {
      file.value?.fields.forEach((field, i) => {
        const measure = field.loopwright?.drift?.measure;
        if ((measure === 'wasserstein' || measure === 'ks') && ['string', 'boolean'].includes(field.type ?? 'any')) context.reportIn(file, ['fields', i, 'loopwright', 'drift', 'measure'], `\`${measure}\` measures numbers; \`${field.name}\` is of type ${field.type}. Use js or psi.`);
      });
    }
  },
};
