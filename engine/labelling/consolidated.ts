import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LabelSummary } from '../../protocol/labelling.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { writeCsv, writeParquet } from '../data/writeTable.ts';
import { DataError, ProjectError } from '../base/errors.ts';
import { handConsensus } from './consensus.ts';
import { fillTable } from './labelTables.ts';
import type { OpenTask } from './openTask.ts';
import { weakConsensusSql } from './weakLabels.ts';

/**
 * Writes one label per row: `<key>`, `<label>`, `labellers` (their number), `source` (`hand`, or `rule` where nobody
 * labelled the row), ordered by key. Rows with a tie are left out. The write is atomic; the ending selects CSV or
 * Parquet. Throws ProjectError for another ending, DataError when the rules fail.
 */
export async function writeConsolidated(
  { db, task, tables, refresh }: OpenTask,
  path: string,
): Promise<{ rows: number; hand: number; rule: number }> {
  if (!/\.(csv|parquet)$/i.test(path)) throw new ProjectError(`${path} must end in .csv or .parquet.`);
  if (isSameFile(path, task.path))
    throw new ProjectError(
      `${task.file} holds every decision with who and when, and is only ever added to. Name another file.`,
    );
  const { decisions, rulesProblem } = await refresh();
  if (rulesProblem !== null)
    throw new DataError(`The rules give nothing: ${rulesProblem}`, { place: { file: task.rules ?? '' } });
  const hand = 'loopwright_label_consensus';
  await fillTable(
    db,
    hand,
    ['key', 'label', 'labellers'],
    handConsensus(decisions).map(({ key, label, labellers }) => ({ key, label, labellers: String(labellers) })),
  );
  const keyType = tables.columns.find(({ name }) => name === task.key)?.sqlType ?? 'VARCHAR';
  const all = `(SELECT key, label, labellers::INTEGER AS labellers, 'hand' AS source FROM ${hand} WHERE label IS NOT NULL
    UNION ALL SELECT key, label, 0, 'rule' FROM ${weakConsensusSql} WHERE label IS NOT NULL AND key NOT IN (SELECT key FROM ${hand}))`;
  const select = `SELECT TRY_CAST(key AS ${keyType}) AS ${quoteIdentifier(task.key)}, CAST(label AS ${labelType(task.classes)}) AS ${quoteIdentifier(task.label)}, labellers, source FROM ${all} ORDER BY 1, key`;
  const counts = await db.rows(`SELECT source, count(*) AS n FROM ${all} GROUP BY source`);
  const n = (source: string) => Number(counts.find((row) => row['source'] === source)?.['n'] ?? 0);
  await (/\.parquet$/i.test(path) ? writeParquet : writeCsv)(db, select, path);
  return { rows: n('hand') + n('rule'), hand: n('hand'), rule: n('rule') };
}

function isSameFile(path: string, other: string): boolean {
  const [a, b] = [statSync(path, { throwIfNoEntry: false }), statSync(other, { throwIfNoEntry: false })];
  return resolve(path) === resolve(other) || (a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev);
}

/** The type of the written labels: one type for all classes. */
function labelType(classes: LabelSummary['task']['classes']): string {
  if (classes.every((label) => label === 'true' || label === 'false')) return 'BOOLEAN';
  if (classes.every((label) => /^-?\d{1,15}$/.test(label) && String(Number(label)) === label)) return 'BIGINT';
  if (classes.every((label) => label.trim() !== '' && String(Number(label)) === label)) return 'DOUBLE';
  return 'VARCHAR';
}
