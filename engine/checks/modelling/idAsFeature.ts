import { named } from '../../base/named.ts';
import { removeAt } from '../../project/edit.ts';
import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const idAsFeature: Rule = {
  code: 'LW405',
  name: 'id-as-feature',
  severity: 'warning',
  docs: 'A column that identifies rows is among the features. Its values do not recur, so the model memorizes the training rows and does not generalize. Remove it from `features`.',
  example: {
    wrong: 'with: { data: features, model: mlp, features: [order_id, amount, hour] }',
    right: 'with: { data: features, model: mlp, features: [amount, hour] }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const schema = context.schemaOf(stage.with.data);
      stage.with.features?.forEach((feature, i) => {
        const field = named(schema?.fields, feature);
        if (!schema || !field || !namesRows(schema, field)) return;
        const path = ['stages', name, 'with', 'features', i];
        const last = stage.with.features?.length === 1;
        context.report(
          path,
          `\`${feature}\` identifies rows; its values do not recur, so the model cannot learn from them. Remove it from the features.`,
          { fixes: [last ? null : context.fix(`Remove ${feature}`, removeAt(context.project.file, path))] },
        );
      });
    }
  },
};

function namesRows(schema: DatasetSchema, field: Field): boolean {
  const role = field.loopwright?.role;
  if (role === 'id') return true;
  if (role !== undefined) return false;
  const key = [schema.primaryKey ?? []].flat();
  return (
    (key.length === 1 && key[0] === field.name) ||
    (field.constraints?.unique === true && (field.type === 'string' || field.type === 'integer'))
  );
}
