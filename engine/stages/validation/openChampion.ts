import { WorkError } from '../../base/errors.ts';
import type { SourceColumn } from '../../data/inspectColumns.ts';
import type { ModelTools } from '../../models/flavours/flavour.ts';
import type { Predictor } from '../../models/predictor.ts';
import { championOf } from '../../registry/aliases.ts';
import { openVersion } from '../../registry/openVersion.ts';
import type { StageContext } from '../stageContext.ts';
import type { Champion } from './validationSubject.ts';

/**
 * The champion, when it predicts the same target and the data has what it needs. Where its refit has seen test rows, the
 * fit that its validation tested is compared. `oldestTestRow` is the time of the first of them, null when not known.
 */
export async function openChampion(
  context: StageContext,
  name: string,
  { meta }: Predictor,
  columns: readonly SourceColumn[],
  { tools, oldestTestRow }: { tools: ModelTools; oldestTestRow: () => Promise<number | null> },
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
    const { refit } = version.report;
    const hasSeen = refit?.kind === 'served' && (refit.until ?? Infinity) >= ((await oldestTestRow()) ?? -Infinity);
    if (hasSeen)
      context.log(
        `the champion v${version.version} was fitted again on some of the test rows; its tested fit is compared`,
      );
    model = await openVersion(version, tools, hasSeen ? 'tested' : 'served');
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
