import type { Database } from '../database.ts';
import { withLeapSeconds } from '../leapSecond.ts';
import { quoteIdentifier } from '../quote.ts';

/** Returns the narrowest type of each text column of a FROM expression in which every value of some rows can be read. */
export async function narrowTypes(
  db: Database,
  source: string,
  rows: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const described = await db.rows(`DESCRIBE SELECT * FROM ${source}`);
  const texts = names.filter((name) =>
    described.some((row) => row['column_name'] === name && row['column_type'] === 'VARCHAR'),
  );
  if (texts.length === 0) return new Map();
  const all = (test: (column: string) => string) => (name: string, i: number) => {
    const column = quoteIdentifier(name);
    return `bool_and(${column} IS NULL OR ${test(column)}) AS t${i}`;
  };
  const tests: [type: string, test: (column: string) => string][] = [
    // A number with leading zeros is a name.
    [
      'BIGINT',
      (column) =>
        `(regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,18})') AND TRY_CAST(${column} AS BIGINT) IS NOT NULL)`,
    ],
    [
      'DOUBLE',
      (column) => `regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,14})([.][0-9]{1,17})?([eE][+-]?[0-9]{1,3})?')`,
    ],
    ['BOOLEAN', (column) => `${column} IN ('true', 'false')`],
    [
      'TIMESTAMPTZ',
      (column) =>
        `(regexp_matches(${column}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:') AND ${withLeapSeconds(column, (text) => `CAST(TRY_CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`)} IS NOT NULL)`,
    ],
  ];
  const types = new Map<string, string>();
  for (const [type, test] of tests) {
    const left = texts.filter((name) => !types.has(name));
    if (left.length === 0) break;
    const filled = left.map((name, i) => `count(${quoteIdentifier(name)}) AS f${i}`);
    const [row] = await db.rows(
      `SELECT ${[...left.map(all(test)), ...filled].join(', ')} FROM ${source} WHERE ${rows}`,
    );
    for (const [i, name] of left.entries())
      if (row?.[`t${i}`] === true && Number(row[`f${i}`]) > 0) types.set(name, type);
  }
  return types;
}
