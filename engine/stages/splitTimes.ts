import type { Database } from '../data/database.ts';
import type { SourceColumn } from '../data/inspectColumns.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { PrepareStage } from '../project/schema/prepareStage.ts';
import { labelledSql, newRegimeSql } from './newRegime.ts';
import { splitExpression, type SplitRegime } from './split.ts';
import type { StageContext } from './stageContext.ts';

type Split = NonNullable<PrepareStage['with']['split']>;

/**
 * SQL for the side of each row of `rows`. A split by time keeps the rows of one time on one side where every declared
 * side then has rows (of a regime: rows with a target). With few times, as two dates after a change, it cuts through the rows of a time.
 */
export async function splitTimes(
  context: StageContext,
  db: Database,
  rows: string,
  split: Split,
  known: readonly SourceColumn[],
  schema: DatasetSchema | null,
): Promise<string> {
  const columns = known.map(({ name }) => name);
  const regime = regimeOf(context, split, known, schema);
  const expression = (cutsTimes: boolean) => splitExpression(split, schema, columns, context.seed, regime, cutsTimes);
  const together = expression(false);
  if (split.by !== 'time') return together;
  const cut = regime ? `${regime.isLabelled} AND ${regime.isNew}` : 'true';
  const found = await db.rows(
    `SELECT _side, count(*) AS n FROM (SELECT ${together} AS _side, ${cut} AS _cut FROM ${rows}) WHERE _cut GROUP BY 1`,
  );
  const sides = new Set(found.map((row) => String(row['_side'])));
  const empty = sidesOf(split).filter((side) => !sides.has(side));
  if (empty.length === 0 || found.reduce((sum, row) => sum + Number(row['n']), 0) < sidesOf(split).length)
    return together;
  context.log(
    `\`${split.column ?? ''}\` has too few different times for the shares${regime ? ' after the change' : ''}: ${empty.join(' and ')} would be empty, so the rows of one time are split by their hash`,
  );
  return expression(true);
}

function sidesOf({ validation = 0, test }: Split): string[] {
  return ['train', ...(validation > 0 ? ['validation'] : []), ...(test > 0 ? ['test'] : [])];
}

/** The rows after the change that a retraining answers; null when there is none. */
function regimeOf(
  { period: { regime }, log }: StageContext,
  split: Split,
  columns: readonly SourceColumn[],
  schema: DatasetSchema | null,
): SplitRegime | null {
  if (regime === null || split.by !== 'time') return null;
  const isNew = newRegimeSql(columns, schema, regime, split.column);
  if (isNew === null) return null;
  const since = new Date(regime).toISOString().slice(0, 10);
  log(`the rows from ${since} on are split by their time; all rows before it are training rows`);
  return { isNew, isLabelled: labelledSql(columns, schema) };
}
