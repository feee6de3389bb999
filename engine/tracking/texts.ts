import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';

/** Stores a text once for any number of runs; returns its hash. */
export function keepText({ sql }: Pick<Store, 'sql'>, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  sql.run('INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, text);
  return hash;
}

/** The text of a hash; null when it is not stored. */
export function textOf({ sql }: Pick<Store, 'sql'>, hash: string): string | null {
  return sql.get<{ text: string }>('SELECT text FROM texts WHERE hash = ?', hash)?.text ?? null;
}
