import { suggestion } from '../../base/didYouMean.ts';
import { WorkError } from '../../base/errors.ts';
import type { Validation } from '../../project/schema/validateStage.ts';

/**
 * The column of the weights of rows, if a validation names one. Throws WorkError where the data has no such column.
 */
export function weightColumns(
  { sample_weight: name, data }: Validation,
  columns: ReadonlyMap<string, unknown>,
): string[] {
  if (name === undefined) return [];
  if (!columns.has(name))
    throw new WorkError(
      `\`sample_weight\` names \`${name}\`, which \`${data}\` does not have.${suggestion(name, [...columns.keys()])}`,
      { place: { file: 'loopwright.yaml' } },
    );
  return [name];
}
