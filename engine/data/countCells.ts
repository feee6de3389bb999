import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { cellsTable, formField, groupBy, mostColumns, ofColumns, stackColumns } from './cells.ts';
import type { Database } from './database.ts';
import type { CheckedField, Counts, PlannedRule } from './judgedRows.ts';
import { parseField } from './parseField.ts';

export interface CellSource {
  /** A table. */
  source: string;
  rows: number;
  schema: DatasetSchema;
  mode: 'raw' | 'typed';
  /** DuckDB's types of the columns. */
  types: ReadonlyMap<string, string>;
}

/** The SQL of a value of parsed cells. */
const cellValue = { text: 't', value: 'x', filled: 'p' };
/** Cells of at most so many columns are parsed at once. */
const columnsAtOnce = 2000;
/** Rules in one statement. */
const rulesAtOnce = 40;

/**
 * Counts the broken rows of each rule by the cells of a wide table of few rows, as `countAll` does by its columns. Fields
 * that are parsed alike share a statement, and rules that differ only in their bounds do.
 */
export async function countCells(
  db: Database,
  source: CellSource,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
): Promise<Counts> {
  const filled = fields.map(() => 0);
  for (const rule of rules) rule.count = 0;
  const rulesOf = groupBy(rules, ({ f }) => f);
  for (const alike of alikeFields(source, fields))
    await withJudgedCells(db, source, alike, async (table) => {
      for (const { c, n } of await db.rows(`SELECT c, count(*) FILTER (p) AS n FROM ${table} GROUP BY c`))
        filled[Number(c)] = Number(n);
      await countRules(
        db,
        table,
        alike.columns.flatMap(({ c }) => rulesOf.get(c) ?? []),
      );
    });
  return { rows: source.rows, filled };
}

/** Columns whose cells are read by the same expressions. */
export interface AlikeFields {
  columns: readonly { c: number; name: string }[];
  text: string;
  value: string;
  filled: string;
}

/** Groups the wanted fields, by their position, by how their cells are read, in portions. */
export function alikeFields(
  { rows, schema, mode, types }: CellSource,
  fields: readonly CheckedField[],
  isWanted: (f: number) => boolean = () => true,
): AlikeFields[] {
  const size = Math.min(columnsAtOnce, mostColumns(rows));
  const parsed = fields.flatMap(({ field }, c) => {
    if (!isWanted(c)) return [];
    const sqlType = types.get(field.name) ?? 'VARCHAR';
    const { text, value, filled } = parseField(formField(field), schema, sqlType, mode);
    return [{ c, name: field.name, sqlType, text, value, filled }];
  });
  const groups = groupBy(parsed, ({ sqlType, text, value, filled }) => `${sqlType} ${text} ${value} ${filled}`);
  return [...groups.values()].flatMap((own) =>
    Array.from({ length: Math.ceil(own.length / size) }, (_, i) => {
      const columns = own.slice(i * size, (i + 1) * size);
      const { text = 'v', value = 'v', filled = 'true' } = own[0] ?? {};
      return { columns, text, value, filled };
    }),
  );
}

/** Calls a function with a table of parsed cells: row r, column c, text t, value x, and p where a value exists. */
export async function withJudgedCells(
  db: Database,
  { source }: CellSource,
  { columns, text, value, filled }: AlikeFields,
  work: (table: string) => Promise<void>,
): Promise<void> {
  const cells = await stackColumns(db, source, columns, { rows: true });
  const table = cellsTable();
  try {
    await db.run(
      `CREATE TEMP TABLE ${table} AS SELECT r, c, ${text} AS t, ${value} AS x, (${filled}) AS p FROM ${cells}`,
    );
    await db.run(`DROP TABLE ${cells}`);
    await work(table);
  } finally {
    for (const done of [cells, table]) await db.run(`DROP TABLE IF EXISTS ${done}`);
  }
}

/** Rules with the same test of a cell, which can be true for a column o, their operand. */
export function testsOf(rules: readonly PlannedRule[]): Map<string, PlannedRule[]> {
  return groupBy(rules, (rule) => rule.operand?.broken(cellValue, 'o') ?? rule.broken(cellValue));
}

async function countRules(db: Database, table: string, rules: readonly PlannedRule[]): Promise<void> {
  const tests = testsOf(rules);
  const withOperand = [...tests].filter(([, own]) => own[0]?.operand !== undefined && own.length > 1);
  for (const [test, own] of withOperand) {
    const operands = own.map(({ f, operand }) => `(${f}, ${operand?.sql ?? 'NULL'})`).join(', ');
    await count(
      db,
      `${table} JOIN (VALUES ${operands}) AS operands(f, o) ON f = c`,
      [test],
      [new Map(own.map((rule) => [rule.f, rule]))],
    );
  }
  const others = [...tests].filter(([, own]) => own[0]?.operand === undefined || own.length === 1);
  // Tests of the same columns share a statement.
  const byColumns = groupBy(others, ([, own]) => own.map(({ f }) => f).join());
  for (const same of byColumns.values())
    for (let from = 0; from < same.length; from += rulesAtOnce) {
      const some = same.slice(from, from + rulesAtOnce);
      const columns = some[0]?.[1].map(({ f }) => f) ?? [];
      await count(
        db,
        `${table} WHERE ${ofColumns(columns)}`,
        some.map(([, own]) => own[0]?.broken(cellValue) ?? 'false'),
        some.map(([, own]) => new Map(own.map((rule) => [rule.f, rule]))),
      );
    }
}

/** Counts where tests are true, by column, and keeps the counts in the rules of each test. */
async function count(
  db: Database,
  from: string,
  tests: readonly string[],
  rules: readonly ReadonlyMap<number, PlannedRule>[],
): Promise<void> {
  const counts = tests.map((test, i) => `count(*) FILTER (${test}) AS n${i}`);
  for (const row of await db.rows(`SELECT c, ${counts.join(', ')} FROM ${from} GROUP BY c`))
    for (const [i, own] of rules.entries()) {
      const rule = own.get(Number(row['c']));
      if (rule) rule.count = Number(row[`n${i}`]);
    }
}
