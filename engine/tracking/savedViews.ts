import type { SavedView } from '../../protocol/runs.ts';
import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';

/** The saved views of the run history, by name. */
export function listViews({ sql }: Pick<Store, 'sql'>): SavedView[] {
  return sql
    .all<{ name: string; state: string }>('SELECT name, state FROM views ORDER BY name COLLATE NOCASE')
    .map(({ name, state }) => ({ name, state: JSON.parse(state) as unknown }));
}

export function saveView({ sql }: Pick<Store, 'sql'>, { name, state }: SavedView): void {
  const text = JSON.stringify(state);
  if (name.trim() === '' || name.length > 100) throw new WorkError('The name of a view has 1 to 100 characters.');
  if (text.length > 1_000_000) throw new WorkError('This view is too large to save.');
  sql.run(
    'INSERT INTO views (name, state, saved_at) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, saved_at = excluded.saved_at',
    name.trim(),
    text,
    Date.now(),
  );
}

export function deleteView({ sql }: Pick<Store, 'sql'>, name: string): void {
  sql.run('DELETE FROM views WHERE name = ?', name);
}
