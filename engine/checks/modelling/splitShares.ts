import { stagesOf, trainStage } from '../lookUp.ts';
import type { Rule } from '../rule.ts';

export const splitShares: Rule = {
  code: 'LW403',
  name: 'split-shares',
  severity: 'error',
  whole: 'named',
  docs: 'The shares of a split do not add up to 1, so rows would be lost or counted twice; or a stage validates a model of a train stage on a dataset that no stage splits, so there are no test rows. Correct the shares, or add `split` to the stage that writes the dataset.',
  example: {
    wrong: 'split: { by: time, column: at, train: 0.8, validation: 0.2, test: 0.2 }',
    right: 'split: { by: time, column: at, train: 0.6, validation: 0.2, test: 0.2 }',
  },
  check(context) {
    const split = new Set<string>();
    for (const [name, stage] of Object.entries(context.config.stages)) {
      if (!('uses' in stage) || stage.uses !== 'prepare' || !stage.with.split) continue;
      split.add(stage.with.output);
      const { train, validation = 0, test } = stage.with.split;
      const sum = train + validation + test;
      if (Math.abs(sum - 1) > 1e-6)
        context.report(
          ['stages', name, 'with', 'split'],
          `The shares of the split add up to ${Number(sum.toFixed(4))}; they must add up to 1.`,
        );
    }
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const { model, data } = stage.with;
      // Data that no stage of this project learned from is tested whole.
      if (!trainStage(context.config, model) || !context.config.datasets?.[data] || split.has(data)) continue;
      context.report(
        ['stages', name, 'with', 'data'],
        `No prepare stage splits \`${data}\`, so it has no test rows. Add \`split\` to the stage that writes it.`,
      );
    }
  },
};
