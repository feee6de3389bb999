import type { RunChange } from '../../protocol/runs.ts';
import { WorkError } from '../base/errors.ts';
import { findRun } from './runDetail.ts';
import type { Store } from '../store/store.ts';
import { knownTags, writeTag } from './writeRun.ts';

export interface ChangedRun {
  runId: string;
  change: RunChange;
}

const longestNote = 100_000;

/** Applies changes to runs in one write and returns the inverse changes, in the order to apply them. */
export function changeRuns(store: Pick<Store, 'sql'>, changes: readonly ChangedRun[]): ChangedRun[] {
  return store.sql.write(() => changes.map(({ runId, change }) => changeRun(store, runId, change))).toReversed();
}

function changeRun({ sql }: Pick<Store, 'sql'>, runId: string, change: RunChange): ChangedRun {
  const row = findRun({ sql }, runId);
  const undo: RunChange = {};
  const tagOf = (key: string) =>
    sql.get<{ value: string }>('SELECT value FROM tags WHERE run = ? AND key = ?', row.id, key)?.value ?? null;
  if (change.starred !== undefined) {
    undo.starred = row.starred === 1;
    sql.run('UPDATE runs SET starred = ? WHERE id = ?', change.starred ? 1 : 0, row.id);
  }
  if (change.archived !== undefined) {
    undo.archived = row.archived === 1;
    sql.run('UPDATE runs SET archived = ? WHERE id = ?', change.archived ? 1 : 0, row.id);
  }
  if (change.deleted !== undefined) {
    if (change.deleted && row.status === 'running')
      throw new WorkError(`${row.name} is still running. Stop it before you delete it.`);
    undo.deleted = row.deleted_at !== null;
    sql.run(
      'UPDATE runs SET deleted_at = ? WHERE id = ?',
      change.deleted ? (row.deleted_at ?? Date.now()) : null,
      row.id,
    );
  }
  if (change.note !== undefined) {
    if (change.note.length > longestNote)
      throw new WorkError(`A note has at most ${longestNote.toLocaleString('en')} characters.`);
    undo.note = tagOf(knownTags.note) ?? '';
    writeTag({ sql }, row.id, knownTags.note, change.note === '' ? null : change.note);
  }
  if (change.name !== undefined) {
    const name = change.name.trim();
    if (name === '' || name.length > 500) throw new WorkError('A name has 1 to 500 characters.');
    undo.name = row.name;
    sql.run('UPDATE runs SET name = ? WHERE id = ?', name, row.id);
    if (tagOf(knownTags.name) !== null) writeTag({ sql }, row.id, knownTags.name, name);
  }
  for (const [key, value] of Object.entries(change.tags ?? {})) {
    if (key.trim() === '' || key.length > 250 || key.startsWith('mlflow.'))
      throw new WorkError(
        `\`${key}\` cannot be the name of a tag: it has 1 to 250 characters and does not begin with \`mlflow.\`.`,
      );
    undo.tags = { ...undo.tags, [key]: tagOf(key) };
    writeTag({ sql }, row.id, key, value);
  }
  return { runId: row.run_id, change: undo };
}
