import type { ValidateStage } from '../../project/schema/validateStage.ts';
import { taskValidated } from '../bounds.ts';
import { stagesOf } from '../lookUp.ts';
import type { CheckContext, Path, Rule } from '../rule.ts';

export const thresholdOfOneClass: Rule = {
  code: 'LW523',
  name: 'threshold-of-one-class',
  severity: 'error',
  docs: 'A `threshold` decides every row alike: it is no finite number, it is outside the range of probabilities, or a false negative costs nothing, so that no positive decision is ever worth its cost. Write a value above 0 and at most 1, or the cost of a false negative.',
  example: { wrong: 'threshold: 1.5', right: 'threshold: 0.5' },
  check(context) {
    for (const [name, stage] of stagesOf(context.config, 'validate')) {
      const found = problemOf(context, stage);
      if (found) context.report(['stages', name, 'with', 'threshold', ...found.path], found.message);
    }
  },
};

function problemOf(context: CheckContext, stage: ValidateStage): { path: Path; message: string } | null {
  const { threshold } = stage.with;
  if (typeof threshold === 'object' && 'cost' in threshold)
    return threshold.cost.false_negative === 0
      ? {
          path: ['cost', 'false_negative'],
          message: 'A false negative costs nothing, so no row is ever positive. Write its cost.',
        }
      : null;
  if (typeof threshold !== 'number') return null;
  if (!Number.isFinite(threshold))
    return { path: [], message: `The threshold ${threshold} is no finite number: it decides every row alike.` };
  const maker = Object.hasOwn(context.config.stages, stage.with.model)
    ? context.config.stages[stage.with.model]
    : undefined;
  // A program's model may score by a decision function, whose scores have no limits.
  if (!maker || !('uses' in maker) || maker.uses !== 'train' || taskValidated(context, stage) !== 'binary') return null;
  if (threshold > 0 && threshold <= 1) return null;
  const side = threshold > 1 ? 'negative' : 'positive';
  return {
    path: [],
    message: `The scores are probabilities from 0 to 1, so the threshold ${threshold} makes every row ${side}.`,
  };
}
