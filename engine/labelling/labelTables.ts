import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { DataError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import type { Decisions } from './decisions.ts';
import { handLabels } from './decisions.ts';
import type { LabelTask } from './task.ts';

/** Tables of a labelling task in its database. Keys are text in all of them. */
export const labelTables = {
  /** One row per key: `keyColumn`, then the columns of the dataset. */
  rows: 'loopwright_label_rows',
  /** `key`, `labeller`, `label` (null: skipped). */
  decisions: 'loopwright_label_decisions',
  /** `key`, `label`, `rule`. */
  rules: 'loopwright_label_rules',
} as const;

/** The key as text, in addition to its source column. */
export const keyColumn = 'loopwright_label_key';

export interface LabelTables {
  /** Columns of the dataset. */
  columns: SourceColumn[];
  rows: number;
  /** Rows without a key, and rows with a duplicate key; neither can be labelled. */
  keyless: number;
  repeated: number;
}

/** Creates the table of rows from FROM-able SQL. Throws DataError when the key or a shown column is missing. */
export async function openRows(db: Database, source: string, task: LabelTask): Promise<LabelTables> {
  const columns = await columnsOf(db, source);
  const names = columns.map(({ name }) => name);
  for (const name of [task.key, ...(task.show ?? [])]) {
    if (!names.includes(name))
      throw new DataError(
        `The data of \`${task.dataset}\` has no column \`${name}\`, which the labelling task \`${task.name}\` names.${suggestion(name, names) || ` It has ${names.slice(0, 20).join(', ')}.`}`,
      );
  }
  const key = `CAST(${quoteIdentifier(task.key)} AS VARCHAR)`;
  // The first row of a key in reading order is used; duplicates are left out.
  await db.run(`CREATE OR REPLACE TEMP TABLE ${labelTables.rows} AS SELECT * FROM
    (SELECT ${key} AS ${keyColumn}, row_number() OVER () AS loopwright_label_place, * FROM ${source})
    WHERE coalesce(${keyColumn}, '') <> '' QUALIFY row_number() OVER (PARTITION BY ${keyColumn} ORDER BY loopwright_label_place) = 1`);
  const [counts] = await db.rows(
    `SELECT (SELECT count(*) FROM ${labelTables.rows}) AS n, count(*) AS total, count(*) FILTER (WHERE coalesce(${key}, '') = '') AS keyless FROM ${source}`,
  );
  const [rows, total, keyless] = [Number(counts?.['n']), Number(counts?.['total']), Number(counts?.['keyless'])];
  return { columns, rows, keyless, repeated: total - keyless - rows };
}

const insertedAtOnce = 20_000;

/** Writes the current decisions into the database. Texts are bound, never written into SQL. */
export async function loadDecisions(db: Database, { byKey }: Pick<Decisions, 'byKey'>): Promise<void> {
  const list = [...byKey.values()].flatMap((people) =>
    [...people.values()].map(({ key, labeller, label }) => ({ key, labeller, label })),
  );
  await fillTable(db, labelTables.decisions, ['key', 'labeller', 'label'], list);
}

/** Replaces a table of texts. */
export async function fillTable<K extends string>(
  db: Database,
  table: string,
  columns: readonly K[],
  rows: readonly Readonly<Record<K, string | null>>[],
): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP TABLE ${table} (${columns.map((column) => `${column} VARCHAR`).join(', ')})`);
  for (let from = 0; from < rows.length; from += insertedAtOnce) {
    const part = rows.slice(from, from + insertedAtOnce).map((row) => columns.map((column) => row[column]));
    await db.run(
      `INSERT INTO ${table} SELECT ${columns.map((_, i) => `value[${i + 1}]`).join(', ')} FROM (SELECT unnest(from_json($1, '[["VARCHAR"]]')) AS value)`,
      [JSON.stringify(part)],
    );
  }
}

/** The number of labellers of each row, by key; skips do not count. */
export function countsByKey({ byKey }: Pick<Decisions, 'byKey'>): Map<string, number> {
  return new Map([...byKey].map(([key, people]) => [key, handLabels(people).length]));
}
