import { suggestion } from '../../base/didYouMean.ts';
import { stagesOf, trainStage } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const labelsKeyMismatch: Rule = {
  code: 'LW616',
  name: 'labels-key-mismatch',
  severity: 'warning',
  whole: 'named',
  docs: 'The key that joins labels to predictions is not a column of the training data. Unless requests contain it anyway, labels do not match predictions, and performance stays empty. Keep the key in the SQL, and declare it in the schema.',
  example: {
    wrong: '# features.dataset.yaml has the field id\nlabels: { dataset: labels, key: order_id }',
    right: '# features.dataset.yaml has the field order_id\nlabels: { dataset: labels, key: order_id }',
  },
  check(context) {
    const validates = new Map(stagesOf(context.config, 'validate'));
    for (const [name, { labels, reference }] of Object.entries(context.config.monitors ?? {})) {
      const validate = validates.get(reference);
      const train = validate ? trainStage(context.config, validate.with.model) : null;
      const data = train?.with.data ?? validate?.with.data;
      const columns = data === undefined ? undefined : context.schemaOf(data)?.fields.map((field) => field.name);
      if (
        !labels ||
        !columns ||
        columns.includes(labels.key) ||
        labelsLack(context.schemaOf(labels.dataset)?.fields, labels.key)
      )
        continue;
      context.report(
        ['monitors', name, 'labels', 'key'],
        `\`${labels.key}\` is not a column of the ${train ? 'training ' : ''}data \`${data}\`, so predictions may lack it and labels do not match them.${suggestion(labels.key, columns)}`,
      );
    }
  },
};

/** That the labels lack the key themselves is told by column-not-in-schema. */
function labelsLack(fields: { name: string }[] | undefined, key: string): boolean {
  return fields !== undefined && !fields.some((field) => field.name === key);
}
