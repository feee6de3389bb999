import type { ColumnProfile, DataRelations, QualityReport } from '../../protocol/dataProfile.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { Database } from './database.ts';
import { countRepeatedRows } from './equalRows.ts';
import { columnsOf } from './inspectColumns.ts';
import type { ValidationResult } from './validateTable.ts';

export interface QualityParts {
  profile: readonly ColumnProfile[];
  schema: DatasetSchema | null;
  /** Result of validating the rows with the schema; null without a schema. */
  validation: ValidationResult | null;
  relations: DataRelations | null;
  /** Texts that can stand for a missing value. */
  markers?: NonNullable<QualityReport['completeness']['markers']>;
  /** Reference time for the age, in epoch ms. */
  now: number;
}

const mostWorst = 5;
const keyRuleNames: readonly string[] = ['primaryKey', 'unique', 'uniqueKeys'];

/**
 * Reports completeness, uniqueness, validity, freshness and relevance of a FROM expression, from given measurements and
 * one more pass that counts duplicate rows.
 */
export async function qualityReport(
  db: Database,
  source: string,
  { profile, schema, validation, relations, markers = [], now }: QualityParts,
): Promise<QualityReport> {
  const rows = profile[0]?.rows ?? validation?.rows ?? 0;
  const cells = rows * profile.length;
  const missing = profile.reduce((sum, column) => sum + column.missing, 0);
  const worst = profile
    .filter((column) => column.missing > 0)
    .toSorted((a, b) => b.missing - a.missing)
    .slice(0, mostWorst)
    .map(({ name, missing: gaps }) => ({ column: name, share: 1 - gaps / rows }));
  const time =
    schema?.fields.find((field) => field.loopwright?.role === 'timestamp')?.name ??
    (profile.filter(({ type }) => type === 'datetime').length === 1
      ? profile.find(({ type }) => type === 'datetime')?.name
      : undefined);
  const times = profile.find(({ name }) => name === time)?.numbers;
  return {
    rows,
    completeness: { share: cells === 0 ? 1 : 1 - missing / cells, worst, markers },
    uniqueness: {
      repeatedRows: await repeatedRows(db, source),
      keys: (validation?.rules ?? [])
        .filter(({ rule }) => keyRuleNames.includes(rule))
        .map(({ field, count }) => ({ key: field, repeated: count })),
    },
    validity: validation && {
      validRows: validation.validRows,
      rules: validation.rules.map(({ field, rule, severity, count, message, examples }) => ({
        field,
        rule,
        severity,
        count,
        message,
        examples,
      })),
      problems: validation.tableProblems.map(({ message }) => message),
    },
    freshness:
      time !== undefined && times
        ? { column: time, oldest: times.min, newest: times.max, ageMs: now - times.max }
        : null,
    relevance: relations?.target
      ? { target: relations.target, columns: relations.relevance, sampled: relations.sampled }
      : null,
  };
}

/** Counts rows that equal an earlier row in every column. */
async function repeatedRows(db: Database, source: string): Promise<number> {
  const columns = await columnsOf(db, source);
  return countRepeatedRows(
    db,
    source,
    columns.map(({ name }) => name),
  );
}
