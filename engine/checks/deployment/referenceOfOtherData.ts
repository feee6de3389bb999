import { featuresOf, stagesOf, trainStage } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const referenceOfOtherData: Rule = {
  code: 'LW603',
  name: 'reference-of-other-data',
  severity: 'warning',
  whole: 'named',
  docs: 'The validate stage that a monitor uses as reference tests on a dataset that lacks features of the model, so the stage fails and there is no reference. Validate on the training data, whose split holds out the test rows.',
  example: {
    wrong: 'validate: { uses: validate, with: { model: train, data: orders } }',
    right: 'validate: { uses: validate, with: { model: train, data: features } }',
  },
  check(context) {
    const validates = new Map(stagesOf(context.config, 'validate'));
    for (const [name, monitor] of Object.entries(context.config.monitors ?? {})) {
      const validate = validates.get(monitor.reference);
      const train = validate ? trainStage(context.config, validate.with.model) : null;
      const columns = validate ? context.schemaOf(validate.with.data)?.fields.map((field) => field.name) : undefined;
      const features = train ? featuresOf(context, train) : null;
      if (!validate || !train || !columns || !features || train.with.data === validate.with.data) continue;
      const lacking = features.filter((feature) => !columns.includes(feature));
      if (lacking.length === 0) continue;
      context.report(
        ['monitors', name, 'reference'],
        `\`${monitor.reference}\` tests on \`${validate.with.data}\`, which lacks ${lacking.map((feature) => `\`${feature}\``).join(', ')} of the model. Test on \`${train.with.data}\`.`,
        {
          related: [
            context.place(
              ['stages', monitor.reference, 'with', 'data'],
              `\`${monitor.reference}\` tests on this dataset.`,
            ),
          ],
        },
      );
    }
  },
};
