import { DataError } from '../base/errors.ts';
import { rowProblems } from '../data/tableProblems.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import type { StageContext } from './stageContext.ts';

/** The required number of rows is that of the whole dataset, not of the new rows. */
export async function checkTotal(
  context: StageContext,
  plan: { dataset: string; invalid: InvalidMode },
  schema: DatasetSchema,
  sql: string,
): Promise<void> {
  const db = await context.database();
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM (${sql})`))[0]?.['n'] ?? 0);
  for (const problem of rowProblems(schema, rows)) {
    if (problem.severity === 'error' && plan.invalid !== 'warn')
      throw new DataError(`The data of \`${plan.dataset}\` does not fit its schema: ${problem.message}.`);
    context.log(`${problem.severity}: ${plan.dataset}: ${problem.message}`);
  }
}

export function withoutRowBounds(schema: DatasetSchema): DatasetSchema {
  if (schema.loopwright?.rows === undefined) return schema;
  const { rows: _rows, ...rest } = schema.loopwright;
  return { ...schema, loopwright: rest };
}
