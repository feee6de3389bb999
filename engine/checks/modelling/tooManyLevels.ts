import { featuresOf, stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

const most = 100;

export const tooManyLevels: Rule = {
  code: 'LW415',
  name: 'too-many-levels',
  severity: 'warning',
  docs: 'A feature has more than 100 categories. Each becomes a separate input, so the model grows and has few rows for each. Group the rare categories in SQL, or derive a number such as a frequency.',
  example: {
    wrong: '- { name: postcode, type: string, categories: ["10115", "10117", …], loopwright: { role: feature } }',
    right: '- { name: region, type: string, categories: [north, east, south, west], loopwright: { role: feature } }',
  },
  check(context) {
    const told = new Set<string>();
    for (const [, stage] of stagesOf(context.config, 'train')) {
      // Boosted trees split by categories as they are.
      if (stage.with.model === 'boosted_trees') continue;
      const file = context.schemaFileOf(stage.with.data);
      const features = featuresOf(context, stage) ?? [];
      file?.value?.fields.forEach((field, i) => {
        const levels = field.categories?.length ?? 0;
        const key = `${file.path} ${field.name}`;
        if (levels <= most || !features.includes(field.name) || told.has(key)) return;
        told.add(key);
        context.reportIn(
          file,
          ['fields', i, 'name'],
          `\`${field.name}\` has ${levels} categories, and each becomes an input of the model. Group the rare categories in SQL, or derive a number.`,
        );
      });
    }
  },
};
