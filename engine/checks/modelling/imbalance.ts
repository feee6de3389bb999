import { setAt } from '../../project/edit.ts';
import { count, percent } from '../data/eachDataset.ts';
import type { Rule } from '../rule.ts';

export const imbalance: Rule = {
  code: 'LW412',
  name: 'imbalance-without-weights',
  severity: 'info',
  whole: 'named',
  fromData: true,
  docs: 'One class has less than a twentieth of the rows and the classes have equal weight, so the model may score well by never predicting it. Set `class_weight`, or choose a threshold by precision as `validate` does, and gate on `pr_auc` or `balanced_accuracy`.',
  example: {
    wrong: 'with: { data: features, model: mlp }   # 1.4 % of the rows are fraud',
    right: 'with: { data: features, model: mlp, class_weight: balanced }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'train' || stage.with.class_weight !== undefined) continue;
      const facts = context.facts.train(name);
      const rarest = facts?.classes.at(-1);
      const total = facts?.classes.reduce((sum, { count: n }) => sum + n, 0) ?? 0;
      if (!rarest || !facts || facts.classes.length < 2 || rarest.count / total >= 0.05) continue;
      // A validate stage with ranking metrics and a threshold by precision is the other way to deal with it.
      const ranked = Object.values(context.config.stages).some(
        (other) =>
          'uses' in other &&
          other.uses === 'validate' &&
          other.with.model === name &&
          Object.keys(other.gates ?? {}).some((gate) =>
            /^(pr_auc|recall_at_precision|balanced_accuracy|macro_\w+)$/.test(gate),
          ),
      );
      if (ranked) continue;
      context.report(
        ['stages', name, 'with', 'data'],
        `\`${rarest.value}\` is rare: ${count(rarest.count)} of ${count(total)} rows (${percent(rarest.count / total)}), and the classes have equal weight.`,
        {
          fixes: [
            context.fix(
              'Balance the class weights',
              setAt(context.project.file, ['stages', name, 'with', 'class_weight'], 'balanced'),
            ),
          ],
        },
      );
    }
  },
};
