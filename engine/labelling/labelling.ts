import type { LabelDone, LabelOrder, LabelQueue, LabelRow, LabelSummary } from '../../protocol/labelling.ts';
import { ProjectError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import { disagreements, pairwiseAgreement } from './agreement.ts';
import { handConsensus } from './consensus.ts';
import { decisionsOf } from './decisions.ts';
import { appendRecord, readLog } from './labelLog.ts';
import { countsByKey, keyColumn, labelTables } from './labelTables.ts';
import type { OpenTask, Refreshed } from './openTask.ts';
import { nextKeys, readCards, usableOrder } from './queue.ts';
import { taskInfo, type LabelTask } from './task.ts';
import { judgeRules, weakConsensusSql } from './weakLabels.ts';

/** The maximum number of rows per request. */
const mostRows = 200;

export interface NextRequest {
  labeller: string;
  limit: number;
  order?: LabelOrder;
  skipped?: boolean;
}

/** The next rows for a labeller. */
export async function nextRows(open: OpenTask, request: NextRequest): Promise<LabelQueue> {
  const { db, task, tables, model, score } = open;
  const labeller = labellerName(request.labeller);
  const { decisions, rulesProblem } = await open.refresh();
  const { order, note } = usableOrder(request.order ?? task.order, model);
  const limit = Math.min(mostRows, Math.max(1, Math.floor(request.limit)));
  const asked = {
    task,
    labeller,
    limit,
    order,
    skipped: request.skipped === true,
    columns: tables.columns,
    decisions,
    score,
  };
  const { keys, left, skipped } = await nextKeys(db, asked);
  const notes = [note, rulesProblem === null ? null : `The rules give nothing: ${rulesProblem}`].filter(
    (one) => one !== null,
  );
  return {
    rows: await readCards(db, keys, asked),
    order,
    note: notes.length === 0 ? null : notes.join(' '),
    modelVersion: score ? (model?.version ?? null) : null,
    left,
    skipped,
  };
}

/** The cards of rows by their keys, with this labeller's decisions. */
export async function rowsByKey(open: OpenTask, keys: readonly string[], labeller: string): Promise<LabelRow[]> {
  const { decisions } = await open.refresh();
  return readCards(open.db, keys.slice(0, mostRows), {
    task: open.task,
    columns: open.tables.columns,
    decisions,
    labeller: labellerName(labeller),
    score: open.score,
  });
}

/** Appends one decision of a labeller; a null label skips the row. Throws ProjectError for an unknown row or class. */
export async function addLabel(
  open: OpenTask,
  { key, label, labeller, now = Date.now() }: { key: string; label: string | null; labeller: string; now?: number },
): Promise<LabelDone> {
  const { task, db } = open;
  const who = labellerName(labeller);
  if (label !== null && !task.classes.includes(label))
    throw new ProjectError(
      `\`${label}\` is no class of \`${task.name}\`.${suggestion(label, task.classes) || ` Its classes are ${task.classes.join(', ')}.`}`,
    );
  const there = await db.rows(`SELECT 1 AS there FROM ${labelTables.rows} WHERE ${keyColumn} = $1`, [key]);
  if (there.length === 0)
    throw new ProjectError(`\`${task.dataset}\` has no row whose \`${task.key}\` is ${JSON.stringify(key)}.`);
  const { note } = appendRecord(task, {
    key,
    label: label ?? '',
    labeller: who,
    at: now,
    source: label === null ? 'skip' : 'hand',
  });
  return { key, label, note };
}

/** Undoes a labeller's latest decision by appending an undo. Throws ProjectError when there is none. Reads no data. */
export function undoLabel(task: LabelTask, labeller: string, now = Date.now()): LabelDone {
  const who = labellerName(labeller);
  const { records } = readLog(task);
  const last = decisionsOf(records, task.classes).trails.get(who)?.at(-1);
  if (!last) throw new ProjectError(`${who} has decided nothing in \`${task.name}\` that could be taken back.`);
  const { note } = appendRecord(task, { key: last.key, label: '', labeller: who, at: now, source: 'undo' });
  const holds = decisionsOf(readLog(task).records, task.classes).byKey.get(last.key)?.get(who);
  return { key: last.key, ...(holds ? { label: holds.label } : {}), note };
}

const shownDisagreements = 100;

/** The progress of a task by class and labeller, with the agreement and the quality of the rules. */
export async function summarise(open: OpenTask, now = Date.now()): Promise<LabelSummary> {
  const { db, task, tables } = open;
  const refreshed = await open.refresh();
  const { decisions } = refreshed;
  const present = new Set(
    (
      await db.rows(`SELECT DISTINCT key FROM ${labelTables.decisions} JOIN ${labelTables.rows} ON key = ${keyColumn}`)
    ).map((row) => String(row['key'])),
  );
  const hand = handConsensus(decisions).filter(({ key }) => present.has(key));
  const counts = [...countsByKey(decisions)].filter(([key]) => present.has(key));
  const weak = await db.rows(
    `SELECT label, count(*) AS n FROM ${weakConsensusSql} WHERE key NOT IN (SELECT key FROM ${labelTables.decisions} WHERE label IS NOT NULL) GROUP BY label`,
  );
  const weakOf = (label: string | null) => Number(weak.find((row) => row['label'] === label)?.['n'] ?? 0);
  const differ = disagreements(decisions);
  const hasRules = task.rules !== null || decisions.byRule.length > 0;
  return {
    task: taskInfo(task),
    rows: tables.rows,
    labelled: hand.length,
    complete: counts.filter(([, n]) => n >= task.labellers).length,
    classes: task.classes.map((label) => ({
      label,
      rows: hand.filter((one) => one.label === label).length,
      weak: weakOf(label),
    })),
    ties: hand.filter(({ label }) => label === null).length,
    people: peopleOf(refreshed, now),
    agreement: pairwiseAgreement(decisions),
    disagreements: differ.slice(0, shownDisagreements),
    disagreementCount: differ.length,
    rules: hasRules ? await judgeRules(db, hand) : [],
    weak: hasRules
      ? { labelled: task.classes.reduce((sum, label) => sum + weakOf(label), 0), undecided: weakOf(null) }
      : null,
    notes: notesOf(open, refreshed, decisions.byKey.size - present.size),
  };
}

function peopleOf({ decisions }: Refreshed, now: number): LabelSummary['people'] {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  const people = new Map<string, LabelSummary['people'][number]>();
  for (const row of decisions.byKey.values()) {
    for (const { labeller, label, at } of row.values()) {
      const one = people.get(labeller) ?? { labeller, labelled: 0, skipped: 0, today: 0, last: 0 };
      people.set(labeller, one);
      if (label === null) one.skipped++;
      else one.labelled++;
      if (label !== null && at >= midnight) one.today++;
      one.last = Math.max(one.last, at);
    }
  }
  return [...people.values()].sort((a, b) => b.labelled - a.labelled || (a.labeller < b.labeller ? -1 : 1));
}

function notesOf({ task, tables }: OpenTask, { broken, decisions, rulesProblem }: Refreshed, gone: number): string[] {
  const some = (n: number, one: string, many: string) => `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
  return [
    rulesProblem === null ? '' : `The rules give nothing: ${rulesProblem}`,
    broken.length === 0
      ? ''
      : `${some(broken.length, 'line', 'lines')} of ${task.file} cannot be read and ${broken.length === 1 ? 'is' : 'are'} left out: ${broken.slice(0, 5).join(', ')}${broken.length > 5 ? ', …' : ''}.`,
    decisions.unknown === 0
      ? ''
      : `${some(decisions.unknown, 'decision gives', 'decisions give')} a label that is no class now; they count for nothing.`,
    gone === 0
      ? ''
      : `${some(gone, 'row that was decided on is', 'rows that were decided on are')} no longer in \`${task.dataset}\`.`,
    tables.keyless === 0
      ? ''
      : `${some(tables.keyless, 'row has', 'rows have')} no \`${task.key}\` and cannot be labelled.`,
    tables.repeated === 0
      ? ''
      : `${some(tables.repeated, 'row repeats', 'rows repeat')} the \`${task.key}\` of another; the first of each is labelled for all.`,
  ].filter(Boolean);
}

/**
 * A name as written into the file. Throws ProjectError for an empty name, control characters, or more than 100
 * characters.
 */
export function labellerName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '') throw new ProjectError('Say who labels: a name must not be empty.');
  if (trimmed.length > 100 || /\p{Cc}/u.test(trimmed))
    throw new ProjectError('The name of a labeller has at most 100 characters, on one line.');
  return trimmed;
}
