import type { TrainStage } from '../../project/schema/trainStage.ts';
import type { CheckContext, More } from '../rule.ts';
import { removeAt, setAt } from '../../project/edit.ts';
import type { Fix } from '../../../protocol/problem.ts';

type Tell = (message: string, more?: More) => void;

/** Where a feature of a train stage was chosen: in `features`, or by its role in the schema. */
export function featurePlace(context: CheckContext, name: string, stage: TrainStage, feature: string): Tell {
  const at = stage.with.features?.indexOf(feature) ?? -1;
  if (at !== -1)
    return (message, more) =>
      context.report(['stages', name, 'with', 'features', at], message, {
        fixes: [dropFeature(context, name, stage, feature)],
        ...more,
      });
  const file = context.schemaFileOf(stage.with.data);
  const i = file?.value?.fields.findIndex((field) => field.name === feature) ?? -1;
  if (!file || i === -1) return (message, more) => context.report(['stages', name, 'with', 'data'], message, more);
  return (message, more) =>
    context.reportIn(file, ['fields', i, 'loopwright', 'role'], message, {
      fixes: [dropFeature(context, name, stage, feature)],
      ...more,
    });
}

/** Takes a feature out where it was chosen. */
export function dropFeature(context: CheckContext, name: string, stage: TrainStage, feature: string): Fix | null {
  const at = stage.with.features?.indexOf(feature) ?? -1;
  if (at !== -1)
    return stage.with.features?.length === 1
      ? null
      : context.fix(
          `Remove ${feature} from the features`,
          removeAt(context.project.file, ['stages', name, 'with', 'features', at]),
        );
  const file = context.schemaFileOf(stage.with.data);
  const i = file?.value?.fields.findIndex((field) => field.name === feature) ?? -1;
  return file && i !== -1
    ? context.fix(`Give ${feature} the role ignore`, setAt(file, ['fields', i, 'loopwright', 'role'], 'ignore'))
    : null;
}
