import { groupBy } from './cells.ts';
import { alikeFields, testsOf, withJudgedCells, type CellSource } from './countCells.ts';
import type { Database } from './database.ts';
import { foundText, placeColumns, type FailingRows, type ModeFor, type Place, type RowColumns } from './failingRows.ts';
import { judgedSql, type CheckedField, type PlannedMark, type PlannedRule } from './judgedRows.ts';
import { longest, mostExamples, reasonStart, toExamples, toFinding, type Example } from './ruleFinding.ts';

/** Fields whose verdicts are computed in one statement. */
export const fieldsAtOnce = 40;

export interface BrokenSource {
  /** FROM expression with the number of each row, `_lw_n`. */
  numbered: string;
  /** The table and how its cells are read, where it is wide and has few rows. */
  cells: CellSource | null;
}

/**
 * Stores each value that breaks a rule, for tables in which many fields have one: row n, rule k (its position among the
 * rules) and text t. One row for each broken value takes less than a column for each rule, and the time to plan a
 * statement does not depend on the number of rules.
 */
export async function keepBrokenCells(
  db: Database,
  table: string,
  { numbered, cells }: BrokenSource,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
): Promise<void> {
  await db.run(`CREATE TEMP TABLE ${table} (n BIGINT, k INTEGER, t VARCHAR)`);
  if (cells) return insertByCells(db, table, cells, fields, rules);
  const positions = new Map(rules.map((rule, k) => [rule, k]));
  const broken = [...new Set(rules.map(({ f }) => f))];
  for (let from = 0; from < broken.length; from += fieldsAtOnce) {
    const own = new Set(broken.slice(from, from + fieldsAtOnce));
    const some = rules.filter(({ f }) => own.has(f));
    const found = some.map(
      (rule) =>
        `CASE WHEN ${rule.column} THEN {'k': ${positions.get(rule)}, 't': left(_lw_t${rule.f}, ${longest.shown})} END`,
    );
    await db.run(
      `INSERT INTO ${table} SELECT _lw_n, b.k, b.t FROM (SELECT _lw_n, unnest([${found.join(', ')}]) AS b FROM ${judgedSql(numbered, fields, some, [...own], ['_lw_n'])}) WHERE b IS NOT NULL`,
    );
  }
}

async function insertByCells(
  db: Database,
  table: string,
  source: CellSource,
  fields: readonly CheckedField[],
  rules: readonly PlannedRule[],
): Promise<void> {
  const positions = new Map(rules.map((rule, k) => [rule, k]));
  const rulesOf = groupBy(rules, ({ f }) => f);
  for (const alike of alikeFields(source, fields, (f) => rulesOf.has(f)))
    await withJudgedCells(db, source, alike, async (judged) => {
      for (const [test, same] of testsOf(alike.columns.flatMap(({ c }) => rulesOf.get(c) ?? []))) {
        const wanted = same.map((rule) => `(${rule.f}, ${positions.get(rule)}, ${rule.operand?.sql ?? 'NULL'})`);
        await db.run(
          `INSERT INTO ${table} SELECT r, k, left(t, ${longest.shown}) FROM ${judged} JOIN (VALUES ${wanted.join(', ')}) AS wanted(f, k, o) ON f = c WHERE ${test}`,
        );
      }
    });
}

/** SQL of rows with `_lw_bad`: whether the row has a stored value that breaks a rule which makes it invalid. */
export function withBad(rows: string, table: string, rules: readonly PlannedRule[], modeFor: ModeFor): string {
  const warned = rules.flatMap((rule, k) => (modeFor(rule) === 'warn' ? [k] : []));
  const bad = warned.length === 0 ? '' : ` WHERE k NOT IN (${warned.join(', ')})`;
  return `(SELECT *, _lw_n IN (SELECT n FROM ${table}${bad}) AS _lw_bad FROM ${rows})`;
}

export interface BrokenCells {
  /** Table of `keepBrokenCells`, to which the broken keys are added. */
  table: string;
  numbered: string;
  fields: readonly CheckedField[];
  columns: RowColumns;
  rules: readonly PlannedRule[];
  marks: readonly PlannedMark[];
  modeFor: ModeFor;
}

/** The rows of the stored values, their findings and reasons. */
export async function failingOfCells(
  db: Database,
  { table, numbered, fields, columns, rules, marks, modeFor }: BrokenCells,
): Promise<FailingRows> {
  const all = [...rules, ...marks];
  for (const [i, mark] of marks.entries())
    await db.run(
      `INSERT INTO ${table} SELECT m.n, ${rules.length + i}, left(${foundText(mark)}, ${longest.shown}) FROM ${judgedSql(numbered, fields, [], mark.positions, ['_lw_n'])} j JOIN ${mark.table} m ON m.n = j._lw_n`,
    );
  const [rows, said, leaving] = [`${table}_rows`, `${table}_said`, `${table}_leaving`];
  const names = [
    { name: 'k', kind: 'integer' as const },
    { name: 'start', kind: 'text' as const },
    { name: 'has', kind: 'integer' as const },
    { name: 'leaves', kind: 'integer' as const },
  ];
  await db.create(said, names);
  await db.append(said, names, [
    all.map((_, k) => k),
    all.map(reasonStart),
    all.map(({ rule }) => (rule === 'required' ? 0 : 1)),
    all.map((rule) => (modeFor(rule) === 'warn' ? 0 : 1)),
  ]);
  await db.run(
    `CREATE TEMP TABLE ${rows} AS SELECT ${placeColumns(columns).join(', ')} FROM ${numbered} WHERE _lw_n IN (SELECT n FROM ${table}) ORDER BY _lw_n`,
  );
  await db.run(
    `CREATE TEMP TABLE ${leaving} AS SELECT DISTINCT n FROM ${table} WHERE k IN (SELECT k FROM ${said} WHERE leaves = 1)`,
  );
  const reason = `CASE WHEN has = 0 THEN start ELSE start || left(t, ${longest.reason}) || ')' END`;
  const reasons = `(SELECT n, coalesce(string_agg(${reason}, '; ' ORDER BY k), '') AS reasons FROM ${table} JOIN ${said} USING (k) WHERE leaves = 1 GROUP BY n)`;
  return {
    table: rows,
    leaves: `r._lw_n IN (SELECT n FROM ${leaving})`,
    reasons: { sql: 'w.reasons', join: ` JOIN ${reasons} w ON w.n = r._lw_n` },
    leaving: `SELECT n FROM ${leaving}`,
    findings: async (place) => {
      const examples = await examplesOf(db, table, rows, place);
      return all.map((rule, k) => toFinding(rule, modeFor(rule), examples.get(k) ?? []));
    },
    tables: [table, rows, said, leaving],
  };
}

/** The first broken values of each rule. */
async function examplesOf(db: Database, table: string, rows: string, place: Place): Promise<Map<number, Example[]>> {
  const first = `(SELECT k, unnest(arg_min({'n': n, 't': t}, n, ${mostExamples}), recursive := true) FROM ${table} GROUP BY k)`;
  const from = place.from.replace(`${rows} r`, `${first} b JOIN ${rows} r ON r._lw_n = b.n`);
  const found = await db.rows(
    `SELECT b.k AS k, ${place.row} AS row, ${place.file} AS file, b.t AS value FROM ${from} ORDER BY b.k, b.n`,
  );
  return new Map([...groupBy(found, ({ k }) => Number(k))].map(([k, own]) => [k, toExamples(own)]));
}
