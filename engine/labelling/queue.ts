import type { LabelOrder, LabelRow, LabelValue } from '../../protocol/labelling.ts';
import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { SourceColumn } from '../data/inspectColumns.ts';
import { splitColumn } from '../project/splitColumn.ts';
import type { Decisions } from './decisions.ts';
import { handLabels } from './decisions.ts';
import { keyColumn, labelTables } from './labelTables.ts';
import type { LabelTask } from './task.ts';
import type { Scored } from './uncertainty.ts';

/** The maximum number of rows that the model scores, chosen by the hash of their keys. */
export const mostScored = 20_000;

export interface QueueRequest {
  task: LabelTask;
  labeller: string;
  limit: number;
  order: LabelOrder;
  /** Returns the rows that the labeller skipped instead of new ones. */
  skipped: boolean;
  columns: readonly SourceColumn[];
  decisions: Decisions;
  /** Scores by key; null without a usable model. */
  score: ((keys: readonly string[]) => Promise<Map<string, Scored>>) | null;
}

/** The next keys and the number of remaining ones. The tables of rows and decisions must exist. */
export async function nextKeys(
  db: Database,
  request: QueueRequest,
): Promise<{ keys: string[]; left: number; skipped: number }> {
  const { task, labeller, limit, order, score } = request;
  const { rows, decisions } = labelTables;
  const seen = request.skipped ? 'coalesce(d.mine, false) AND d.mine_label IS NULL' : 'NOT coalesce(d.mine, false)';
  const counts = `(SELECT key, count(label) AS labels, bool_or(labeller = $labeller) AS mine, any_value(label) FILTER (WHERE labeller = $labeller) AS mine_label FROM ${decisions} GROUP BY key)`;
  // Rows that have a label in the data come last.
  const known = request.columns.some(({ name }) => name === task.label)
    ? `(r.${quoteIdentifier(task.label)} IS NOT NULL)`
    : 'false';
  await db.run(
    `CREATE OR REPLACE TEMP TABLE loopwright_label_open AS SELECT r.${keyColumn} AS key, r.loopwright_label_place AS place, coalesce(d.labels, 0) AS labels, ${known} AS known, hash(r.${keyColumn} || ':' || $seed) AS shuffled
    FROM ${rows} r LEFT JOIN ${counts} d ON d.key = r.${keyColumn} WHERE ${seen} AND coalesce(d.labels, 0) < $wanted`,
    { labeller, seed: String(task.seed), wanted: task.labellers },
  );
  const [state] = await db.rows(
    `SELECT (SELECT count(*) FROM loopwright_label_open) AS n, (SELECT count(*) FROM ${decisions} JOIN ${rows} ON key = ${keyColumn} WHERE labeller = $1 AND label IS NULL) AS skipped`,
    [labeller],
  );
  const counted = { left: Number(state?.['n'] ?? 0), skipped: Number(state?.['skipped'] ?? 0) };
  const by = order === 'unlabelled' ? 'place' : 'shuffled, key';
  const take = order === 'uncertain' && score ? mostScored : limit;
  const found = await db.rows(
    `SELECT key, labels, known FROM loopwright_label_open ORDER BY labels, known, ${by} LIMIT ${Math.max(0, Math.floor(take))}`,
  );
  const candidates = found.map((row) => ({
    key: String(row['key']),
    labels: Number(row['labels']),
    known: row['known'] === true,
  }));
  if (order !== 'uncertain' || !score) return { keys: candidates.map(({ key }) => key), ...counted };
  const scores = await score(candidates.map(({ key }) => key));
  const margin = (key: string) => scores.get(key)?.margin ?? 2;
  candidates.sort((a, b) => a.labels - b.labels || Number(a.known) - Number(b.known) || margin(a.key) - margin(b.key));
  return { keys: candidates.slice(0, limit).map(({ key }) => key), ...counted };
}

/** The cards of these keys in order; unknown keys are left out. */
export async function readCards(
  db: Database,
  keys: readonly string[],
  request: Pick<QueueRequest, 'task' | 'columns' | 'decisions' | 'labeller' | 'score'>,
): Promise<LabelRow[]> {
  if (keys.length === 0) return [];
  const { task, columns, decisions, labeller, score } = request;
  const shown = shownColumns(task, columns);
  const wanted = '(SELECT unnest(from_json($1, \'["VARCHAR"]\')))';
  const values = shown.map((name, i) => `CAST(${quoteIdentifier(name)} AS VARCHAR) AS v${i}`);
  const rows = await db.rows(
    `SELECT ${[`${keyColumn} AS key`, ...values].join(', ')} FROM ${labelTables.rows} WHERE ${keyColumn} IN ${wanted}`,
    [JSON.stringify(keys)],
  );
  const rules = await db.rows(
    `SELECT key, rule, label FROM ${labelTables.rules} WHERE key IN ${wanted} ORDER BY rule, label`,
    [JSON.stringify(keys)],
  );
  const scores = score ? await score(keys) : null;
  const byKey = new Map(rows.map((row) => [String(row['key']), row]));
  const numeric = new Set(columns.filter(({ type }) => type === 'number').map(({ name }) => name));
  const facts = new Map(task.schema?.fields.map((field) => [field.name, field]) ?? []);
  return keys.flatMap((key): LabelRow[] => {
    const row = byKey.get(key);
    if (!row) return [];
    const people = decisions.byKey.get(key);
    const mine = people?.get(labeller);
    const told = shown.map((name, i): LabelValue => ({
      name,
      value: textOf(row[`v${i}`], numeric.has(name)),
      unit: facts.get(name)?.loopwright?.unit ?? null,
      description: facts.get(name)?.description ?? facts.get(name)?.title ?? null,
    }));
    return [
      {
        key,
        values: told,
        labels: people ? handLabels(people).length : 0,
        ...(mine ? { mine: mine.label } : {}),
        model: scores?.get(key) ?? null,
        rules: rules
          .filter((rule) => rule['key'] === key)
          .map((rule) => ({ rule: String(rule['rule']), label: String(rule['label']) })),
      },
    ];
  });
}

/** The columns on the card. By default, no column that would reveal the label. */
export function shownColumns(task: LabelTask, columns: readonly SourceColumn[]): string[] {
  if (task.show) return task.show;
  const telling = new Set([
    task.key,
    task.label,
    splitColumn,
    ...(task.schema?.fields
      .filter(({ loopwright }) => loopwright?.role === 'prediction' || loopwright?.role === 'score')
      .map(({ name }) => name) ?? []),
  ]);
  return columns.map(({ name }) => name).filter((name) => !telling.has(name));
}

const longestText = 20_000;

/** A value as text; DuckDB writes a DOUBLE without fraction as `10.0`. */
function textOf(value: unknown, isNumber: boolean): string | null {
  if (typeof value !== 'string') return null;
  if (isNumber) return value.replace(/\.0$/, '');
  return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
}

/** The available order, and why it differs from the requested one. */
export function usableOrder(
  asked: LabelOrder,
  model: { problem: string | null } | null,
): { order: LabelOrder; note: string | null } {
  if (asked !== 'uncertain' || (model && model.problem === null)) return { order: asked, note: null };
  return {
    order: 'unlabelled',
    note: model
      ? `Rows come as the data stands: ${model.problem ?? ''}.`
      : 'Rows come as the data stands: there is no model yet that could say which are uncertain.',
  };
}
