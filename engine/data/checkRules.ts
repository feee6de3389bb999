import { CancelledError, DataError, messageOf } from '../base/errors.ts';
import type { Database } from './database.ts';
import type { FieldRule } from './fieldRules.ts';
import { quoteLiteral } from './quote.ts';

const samples: Record<string, string> = {
  DOUBLE: '0',
  BIGINT: '0',
  BOOLEAN: 'false',
  TIMESTAMP: '2000-01-01',
  DATE: '2000-01-01',
  TIME: '00:00',
  VARCHAR: '',
};

/**
 * Evaluates each rule on one value, so that a pattern that DuckDB's RE2 does not support, or a bound of another type,
 * is reported before millions of rows are read. Throws DataError with the field and the rule.
 */
export async function checkRules(db: Database, rules: readonly (FieldRule & { sqlType: string })[]): Promise<void> {
  const tries = rules.flatMap((rule) => {
    const sample = samples[rule.sqlType];
    return sample === undefined
      ? []
      : [
          {
            rule,
            sql: rule.broken({ text: "''", filled: 'true', value: `CAST(${quoteLiteral(sample)} AS ${rule.sqlType})` }),
          },
        ];
  });
  for (let from = 0; from < tries.length; from += atOnce) {
    const portion = tries.slice(from, from + atOnce);
    try {
      await db.run(`SELECT ${portion.map(({ sql }) => sql).join(', ')}`);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      for (const { rule, sql } of portion) await checkRule(db, rule, sql);
      throw error;
    }
  }
}

const atOnce = 500;

async function checkRule(db: Database, { field, rule, says }: FieldRule, sql: string): Promise<void> {
  try {
    await db.run(`SELECT ${sql}`);
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const why =
      rule === 'pattern'
        ? `RE2, which supports neither lookahead nor backreferences, reports: ${messageOf(cause).split('\n')[0]}`
        : 'its value is not of the type of the field';
    throw new DataError(
      `${field}: the constraint ${rule} (${says}) cannot be used: ${why}; correct it in the dataset schema`,
      { cause: error },
    );
  }
}
