import { named } from '../../base/named.ts';
import { didYouMean } from '../../base/didYouMean.ts';
import { removeAt, renameKey, yamlKey } from '../../project/edit.ts';
import { featuresOf, stagesOf, targetOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const preprocessUnfit: Rule = {
  code: 'LW426',
  name: 'preprocess-unfit',
  severity: 'error',
  docs: 'A `preprocess` setting cannot be applied: the column is not a feature of the model, a text is to be scaled or a number encoded, or target encoding is used with a target of several classes. The train stage fails.',
  example: {
    wrong: 'preprocess: { country: { scale: robust } }   # country is a text',
    right: 'preprocess: { country: { encode: frequency } }',
  },
  check(context) {
    const { file } = context.project;
    for (const [name, stage] of stagesOf(context.config, 'train')) {
      const schema = context.schemaOf(stage.with.data);
      if (!schema || !stage.with.preprocess) continue;
      const features = featuresOf(context, stage) ?? [];
      const target = targetOf(context, stage);
      for (const [column, settings] of Object.entries(stage.with.preprocess)) {
        const path = ['stages', name, 'with', 'preprocess', column];
        const field = named(schema.fields, column);
        if (!field || !features.includes(column)) {
          const near = didYouMean(column, features);
          const fixes =
            near === null ? [] : [context.fix(`Change to ${near}`, renameKey(file, path, yamlKey(near, true)))];
          context.reportKey(
            path,
            `\`${column}\` is not a feature of the model, which reads ${features.slice(0, 8).join(', ')}.${near === null ? '' : ` Did you mean \`${near}\`?`}`,
            { fixes },
          );
          continue;
        }
        const text = field.categories !== undefined || (field.type ?? 'any') === 'string';
        for (const key of Object.keys(settings)) {
          if ((key === 'encode') !== text)
            context.report(
              [...path, key],
              `\`${key}\` is for ${key === 'encode' ? 'texts' : 'numbers'}, and \`${column}\` is ${text ? 'a text' : 'a number'}.`,
              { fixes: [context.fix(`Remove ${key}`, removeAt(file, [...path, key]))] },
            );
        }
        // The target encoding of trees takes several classes.
        const isTree = stage.with.model === 'boosted_trees' || stage.with.model === 'random_forest';
        const several = !isTree && target?.type === 'string' && (target.categories?.length ?? 0) > 2;
        if (text && settings.encode === 'target' && several)
          context.report(
            [...path, 'encode'],
            `The target encoding needs a number or two classes; \`${target.name}\` has ${target.categories?.length} classes.`,
          );
      }
    }
  },
};
