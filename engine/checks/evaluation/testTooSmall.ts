import { parseMetric } from '../../evaluation/metricName.ts';
import { count } from '../data/eachDataset.ts';
import type { Rule } from '../rule.ts';

/** Metrics that are, or behave like, a share of the positives, and of all rows. */
const ofPositives = ['pr_auc', 'recall', 'recall_at_precision', 'f1', 'precision', 'balanced_accuracy', 'roc_auc'];
const ofRows = ['accuracy', 'macro_f1', 'macro_recall', 'macro_precision'];
const widest = 0.1;

export const testTooSmall: Rule = {
  code: 'LW508',
  name: 'test-too-small',
  severity: 'warning',
  whole: 'named',
  fromData: true,
  docs: 'The test part has so few rows (of the positive class, for metrics about it) that the metric is imprecise, and a gate passes or fails by chance. The interval is that of a proportion of n rows, ±1.96·√(p(1−p)/n) at the bound. Use a larger test share, or more data.',
  example: {
    wrong: 'gates: { recall: { min: 0.9 } }      # 12 positives in the test part',
    right: 'split: { …, test: 0.4 }',
  },
  check(context) {
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'validate') continue;
      const test = context.facts.train(stage.with.model)?.parts.find(({ part }) => part === 'test');
      if (!test) continue;
      for (const [gate, { min }] of Object.entries(stage.gates ?? {})) {
        const metric = parseMetric(gate);
        if (
          !metric ||
          metric.champion ||
          metric.test ||
          metric.attribute !== null ||
          min === undefined ||
          min <= 0 ||
          min >= 1
        )
          continue;
        const n = ofPositives.includes(metric.name) ? test.positives : ofRows.includes(metric.name) ? test.rows : null;
        if (n === null) continue;
        const half = n === 0 ? 1 : 1.96 * Math.sqrt((min * (1 - min)) / n);
        if (half > widest)
          context.reportKey(
            ['stages', name, 'gates', gate],
            `The test part has ${count(n)} ${ofRows.includes(metric.name) ? 'rows' : 'positive rows'}, so \`${metric.name}\` near ${min} is known to about ±${half.toFixed(2)}: a model near the bound passes or fails by chance.`,
          );
      }
    }
  },
};
