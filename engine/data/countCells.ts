import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { cellsTable, formField, groupBy, ofColumns, stackColumns } from './cells.ts';
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
const value = { text: 't', value: 'x', filled: 'p' };
/** Cells of so many columns are parsed at once. */
const columnsAtOnce = 2000;
/** Rules in one statement. */
const rulesAtOnce = 40;

/**
 * Counts the broken rows of each rule by the cells of a wide table of few rows, as `countAll` does by its columns. Fields
 * that are parsed alike share a statement, and rules that differ only in their bounds do.
 */
export async function countCells(
  db: Database,
  { source, rows, schema, mode, types }: CellSource,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
): Promise<Counts> {
  const filled = fields.map(() => 0);
  for (const rule of rules) rule.count = 0;
  const rulesOf = new Map<number, PlannedRule[]>();
  for (const rule of rules) {
    const own = rulesOf.get(rule.f);
    if (own) own.push(rule);
    else rulesOf.set(rule.f, [rule]);
  }
  const parsed = fields.map(({ field }, c) => {
    const sqlType = types.get(field.name) ?? 'VARCHAR';
    return { c, name: field.name, sqlType, ...parseForm(fields[c], schema, sqlType, mode) };
  });
  for (const alike of groupBy(parsed, ({ sqlType, form }) => `${sqlType} ${form}`).values())
    for (let from = 0; from < alike.length; from += columnsAtOnce) {
      const some = alike.slice(from, from + columnsAtOnce);
      const cells = await stackColumns(db, source, some);
      const table = cellsTable();
      try {
        const { text = 'v', value: typed = 'v', filled: present = 'true' } = some[0] ?? {};
        await db.run(
          `CREATE TEMP TABLE ${table} AS SELECT c, ${text} AS t, ${typed} AS x, (${present}) AS p FROM ${cells}`,
        );
        for (const { c, n } of await db.rows(`SELECT c, count(*) FILTER (p) AS n FROM ${table} GROUP BY c`))
          filled[Number(c)] = Number(n);
        await countRules(
          db,
          table,
          some.flatMap(({ c }) => rulesOf.get(c) ?? []),
        );
      } finally {
        await db.run(`DROP TABLE IF EXISTS ${cells}`);
        await db.run(`DROP TABLE IF EXISTS ${table}`);
      }
    }
  return { rows, filled };
}

/** The expressions that read a field from cells; `form` is equal for fields that are read alike. */
function parseForm(
  checked: CheckedField | undefined,
  schema: DatasetSchema,
  sqlType: string,
  mode: 'raw' | 'typed',
): { text: string; value: string; filled: string; form: string } {
  const { text, value: typed, filled } = parseField(formField(checked?.field), schema, sqlType, mode);
  return { text, value: typed, filled, form: `${text} ${typed} ${filled}` };
}

async function countRules(db: Database, table: string, rules: readonly PlannedRule[]): Promise<void> {
  const tests = groupBy(rules, (rule) => rule.operand?.broken(value, 'o') ?? rule.broken(value));
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
        some.map(([, own]) => own[0]?.broken(value) ?? 'false'),
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
