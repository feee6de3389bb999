import { WorkError } from '../../base/errors.ts';
import type { SourceColumn } from '../../data/inspectColumns.ts';
import type { ModelTools } from '../../models/flavours/flavour.ts';
import type { Predictor } from '../../models/predictor.ts';
import { championOf } from '../../registry/aliases.ts';
import { openVersion } from '../../registry/openVersion.ts';
import type { StageContext } from '../stageContext.ts';
import type { Champion } from './validationSubject.ts';

/** The champion, when it predicts the same target and the data has what it needs. */
export async function openChampion(
  context: StageContext,
  name: string,
  { meta }: Predictor,
  columns: readonly SourceColumn[],
  tools: ModelTools,
): Promise<Champion> {
  const version = championOf(context.store, name);
  if (!version) return { kind: 'no_champion', note: 'there is no champion yet to compare with' };
  const refuse = (why: string): Champion => {
    const note = `the champion v${version.version} ${why}; it cannot be compared`;
    context.log(`warning: ${note}`);
    return { kind: 'champion_not_comparable', note };
  };
  let model: Predictor;
  try {
    model = await openVersion(version, tools);
  } catch (error) {
    if (!(error instanceof WorkError)) throw error;
    return refuse(`cannot be opened: ${error.message}`);
  }
  const isSameTarget =
    model.meta.task === meta.task &&
    model.meta.target === meta.target &&
    model.meta.classes.join('\n') === meta.classes.join('\n');
  const missing = featureNames(model).filter((feature) => !columns.some((column) => column.name === feature));
  if (isSameTarget && missing.length === 0) return { kind: 'comparable', version, model };
  await model.close();
  return refuse(isSameTarget ? `needs ${missing.join(', ')}, which the data does not have` : 'predicts another target');
}

export function featureNames({ meta }: Predictor): string[] {
  return meta.features.map(({ name }) => name);
}
