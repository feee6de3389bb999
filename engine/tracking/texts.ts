import { createHash } from 'node:crypto';
import type { Store } from '../store/store.ts';

/** Keeps a text once, however many runs have the same; gives the hash it is found by. */
export function keepText({ sql }: Pick<Store, 'sql'>, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  sql.run('INSERT INTO texts (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING', hash, text);
  return hash;
}

/** The text of a hash; null when it is not kept. */
export function textOf({ sql }: Pick<Store, 'sql'>, hash: string): string | null {
  return sql.get<{ text: string }>('SELECT text FROM texts WHERE hash = ?', hash)?.text ?? null;
}
