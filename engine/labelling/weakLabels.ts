import type { WeakRule } from '../../protocol/labelling.ts';
import type { Database } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { explainConfined } from '../data/confineSql.ts';
import { checkOneSelect } from '../data/oneSelect.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { DataError, WorkError, messageOf } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import { withoutSqlEnd } from '../base/withoutSqlEnd.ts';
import { fillTable, keyColumn, labelTables } from './labelTables.ts';
import type { HandConsensus } from './consensus.ts';
import type { Decisions } from './decisions.ts';
import type { LabelTask } from './task.ts';

export interface RulesInput {
  /** The text of the SQL file; null when the task has no rules. */
  sql: string | null;
  /** Creates views for the datasets that the SQL reads. */
  makeViews: (sql: string) => Promise<void>;
  /** Labels by rules that are in the label file. */
  written: Decisions['byRule'];
}

const raw = 'loopwright_label_rules_raw';

/**
 * Runs the rules and stores their labels for existing rows, each (row, rule, label) once; a null label is an
 * abstention. Throws DataError when the SQL fails, lacks a column, or returns a label that is not a class.
 */
export async function loadRules(db: Database, task: LabelTask, { sql, makeViews, written }: RulesInput): Promise<void> {
  const { rules, rows } = labelTables;
  await fillTable(db, rules, ['key', 'label', 'rule'], written);
  if (sql === null) return;
  const place = { file: task.rules ?? '', line: 1, column: 1 };
  await makeViews(sql);
  const query = withoutSqlEnd(sql);
  try {
    await checkOneSelect(db, query);
    await db.run(`CREATE OR REPLACE TEMP TABLE ${raw} AS ${query}\n`);
  } catch (error) {
    const line = /LINE (\d+):/.exec(messageOf(error instanceof Error && error.cause ? error.cause : error))?.[1];
    if (error instanceof WorkError)
      throw new DataError(
        `\`${place.file}\` failed: ${explainConfined(messageOf(error).replace(/^.*?Error:\s*/, ''))}`,
        {
          cause: error,
          place: { ...place, line: Number(line ?? 1) },
        },
      );
    throw error;
  }
  const columns = (await columnsOf(db, raw)).map(({ name }) => name);
  const column = (...names: string[]) => {
    const found = names
      .map((name) => columns.find((one) => one.toLowerCase() === name.toLowerCase()))
      .find((name) => name !== undefined);
    if (found === undefined)
      throw new DataError(
        `\`${place.file}\` gives no column \`${names[0] ?? ''}\`; it needs \`key\`, \`label\` and \`rule\` and gives ${columns.join(', ')}.${suggestion(names[0] ?? '', columns)}`,
        { place },
      );
    return `CAST(${quoteIdentifier(found)} AS VARCHAR)`;
  };
  const [key, label, rule] = [column('key', task.key), column('label', task.label), column('rule')];
  const wrong = await db.rows(
    `SELECT DISTINCT ${label} AS label FROM ${raw} WHERE ${label} NOT IN (SELECT unnest(from_json($1, '["VARCHAR"]'))) LIMIT 5`,
    [JSON.stringify(task.classes)],
  );
  if (wrong.length > 0)
    throw new DataError(
      `\`${place.file}\` gives ${wrong.map((row) => JSON.stringify(row['label'])).join(', ')}, which ${wrong.length === 1 ? 'is no class' : 'are no classes'} of \`${task.name}\`; its classes are ${task.classes.join(', ')}.`,
      { place },
    );
  await db.run(
    `INSERT INTO ${rules} SELECT DISTINCT ${key}, ${label}, coalesce(${rule}, 'rule') FROM ${raw} WHERE ${label} IS NOT NULL AND ${key} IN (SELECT ${keyColumn} FROM ${rows})`,
  );
  await db.run(`DROP TABLE ${raw}`);
}

/** The majority label of each row by its rules; null for a tie. */
export const weakConsensusSql = `(SELECT key, CASE WHEN count(*) FILTER (WHERE votes = most) = 1 THEN any_value(label) FILTER (WHERE votes = most) END AS label, sum(votes) AS rules
  FROM (SELECT key, label, count(*) AS votes, max(count(*)) OVER (PARTITION BY key) AS most FROM ${labelTables.rules} GROUP BY key, label) GROUP BY key)`;

/** The coverage of each rule, its rate of conflicts with other rules, and its agreement with labellers. */
export async function judgeRules(db: Database, hand: readonly HandConsensus[]): Promise<WeakRule[]> {
  const table = 'loopwright_label_hand';
  await fillTable(db, table, ['key', 'label'], hand);
  const rows =
    await db.rows(`WITH split AS (SELECT key FROM ${labelTables.rules} GROUP BY key HAVING count(DISTINCT label) > 1)
    SELECT r.rule, count(DISTINCT r.key) AS covered, count(DISTINCT r.key) FILTER (WHERE s.key IS NOT NULL) AS conflicts,
      count(*) FILTER (WHERE h.label IS NOT NULL) AS judged, count(*) FILTER (WHERE h.label = r.label) AS hits
    FROM ${labelTables.rules} r LEFT JOIN split s USING (key) LEFT JOIN ${table} h USING (key) GROUP BY r.rule ORDER BY covered DESC, r.rule`);
  return rows.map((row) => {
    const judged = Number(row['judged']);
    return {
      rule: String(row['rule']),
      covered: Number(row['covered']),
      conflicts: Number(row['conflicts']),
      judged,
      accuracy: judged === 0 ? null : Number(row['hits']) / judged,
    };
  });
}
