import type { SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { timestampOf } from '../project/timestampOf.ts';

/**
 * SQL that is true for the rows from the time `regime` on. The time of a row is its column with the role `timestamp`,
 * else the `otherwise` column. Null when there is no regime, or no such column with dates or times.
 */
export function newRegimeSql(
  columns: readonly SourceColumn[],
  schema: DatasetSchema | null,
  regime: number | null,
  otherwise: string | null = null,
): string | null {
  if (regime === null) return null;
  const column = [timestampOf(schema), otherwise]
    .map((name) => columns.find((known) => known.name === name))
    .find((known) => known?.type === 'datetime' || known?.type === 'date');
  return column ? `coalesce(${quoteIdentifier(column.name)} >= make_timestamp_ms(${Math.round(regime)}), false)` : null;
}

/** SQL that is true for the rows whose target is known; `true` when the schema names no target. */
export function labelledSql(columns: readonly { name: string }[], schema: DatasetSchema | null): string {
  const target = schema?.fields.find((field) => field.loopwright?.role === 'target')?.name;
  return target !== undefined && columns.some(({ name }) => name === target)
    ? `${quoteIdentifier(target)} IS NOT NULL`
    : 'true';
}

/** The column of the split by time of the stage that prepares a dataset; null without one. */
export function splitTime({ stages }: Pick<ProjectConfig, 'stages'>, dataset: string): string | null {
  for (const stage of Object.values(stages))
    if ('uses' in stage && stage.uses === 'prepare' && stage.with.output === dataset)
      return stage.with.split?.by === 'time' ? (stage.with.split.column ?? null) : null;
  return null;
}
