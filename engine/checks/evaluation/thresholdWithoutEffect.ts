import { removeAt } from '../../project/edit.ts';
import { predictionColumns } from '../../project/predictionColumns.ts';
import { keyTasks } from '../../project/schema/metricKeys.ts';
import type { Task } from '../../evaluation/predictions.ts';
import { taskValidated } from '../bounds.ts';
import { stagesOf } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

const entries = Object.entries(keyTasks) as [keyof typeof keyTasks, readonly Task[]][];

export const thresholdWithoutEffect: Rule = {
  code: 'LW521',
  name: 'threshold-without-effect',
  severity: 'warning',
  docs: 'A validation sets a key that no metric of its task reads: `threshold`, `min_precision`, `beta`, `top_share` and `at_k` are about the score of a binary model, `costs` about classes, `top_k` about several classes, `quantile` about numbers, `relevant_from`, `gain` and `queries_without_relevant` about a ranking; `fairness`, `importance` and `find_slices` are not computed for several labels or a ranking. Or it sets `threshold`, and its table of predictions holds the decisions already. The key has no effect. Remove it.',
  example: {
    wrong: '# the target is a number\nwith: { model: train, data: features, threshold: 0.5 }',
    right: 'with: { model: train, data: features }',
  },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const task = taskValidated(context, stage);
      const { predictions } = stage.with;
      const columns = predictions === undefined ? null : predictionColumns(context.schemaOf(predictions)?.fields ?? []);
      const isDecided = (task === 'binary' || task === 'multilabel') && columns?.prediction != null;
      for (const [key, tasks] of entries) {
        if (stage.with[key] === undefined || stage.with[key] === false) continue;
        const reason =
          task !== null && !tasks.includes(task)
            ? `this is a ${task} model`
            : key === 'threshold' && task === 'multilabel' && typeof stage.with.threshold !== 'number'
              ? 'labels are decided from one score on, which is written as a number'
              : key === 'threshold' && isDecided
                ? `\`${predictions ?? ''}\` holds the decisions`
                : null;
        if (reason === null) continue;
        const path = ['stages', name, 'with', key];
        context.reportKey(path, `\`${key}\` has no effect: ${reason}. Remove it.`, {
          fixes: [context.fix(`Remove ${key}`, removeAt(context.project.file, path))],
        });
      }
    }
  },
};
