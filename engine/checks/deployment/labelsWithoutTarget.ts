import { suggestion } from '../../base/didYouMean.ts';
import { stagesOf, targetIn, targetOf, trainStage } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const labelsWithoutTarget: Rule = {
  code: 'LW615',
  name: 'labels-without-target',
  severity: 'warning',
  whole: 'named',
  docs: 'The labels of a monitor come from a dataset whose schema lacks the target of the model, so performance cannot be computed and the evaluation of a window fails. Name the column as in training, or use another dataset.',
  example: {
    wrong:
      '# the model tells late; labels.dataset.yaml has the fields id and was_late\nlabels: { dataset: labels, key: id }',
    right: '# labels.dataset.yaml has the fields id and late\nlabels: { dataset: labels, key: id }',
  },
  check(context) {
    const validates = new Map(stagesOf(context.config, 'validate'));
    for (const [name, monitor] of Object.entries(context.config.monitors ?? {})) {
      const validate = validates.get(monitor.reference);
      const train = validate ? trainStage(context.config, validate.with.model) : null;
      const target = train ? targetOf(context, train)?.name : validate && targetIn(context, validate.with.data)?.name;
      const columns = monitor.labels
        ? context.schemaOf(monitor.labels.dataset)?.fields.map((field) => field.name)
        : undefined;
      if (!monitor.labels || target === undefined || !columns || columns.includes(target)) continue;
      context.report(
        ['monitors', name, 'labels', 'dataset'],
        `The schema of \`${monitor.labels.dataset}\` has no \`${target}\`, which the model predicts, so performance cannot be computed.${suggestion(target, columns)}`,
      );
    }
  },
};
