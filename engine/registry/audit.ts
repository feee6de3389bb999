import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Store } from '../store/store.ts';

/** The part of Loopwright that changed the registry. */
export type Face = 'terminal' | 'editor' | 'run' | 'loop' | 'mlflow' | 'import';

/** The action on a version or an alias. The names are stored and never reused with another meaning. */
export type AuditAction =
  | 'model created'
  | 'model renamed'
  | 'model deleted'
  | 'version registered'
  | 'version validated'
  | 'version deleted'
  | 'stage set'
  | 'alias set'
  | 'alias removed';

interface Entry {
  at: number;
  actor: string;
  action: string;
  subject: string;
}

interface Row extends Entry {
  id: number;
  hash: string;
  previous_hash: string;
}

/** The actor of a change: the part of Loopwright and the account, such as `terminal:anna`. */
export function actorOf(face: Face): string {
  return `${face}:${accountName()}`;
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without an account.
    return String(process.getuid?.() ?? 'unknown');
  }
}

/**
 * Appends to the audit log of the registry. Each entry contains the hash of the previous one, so that later changes and
 * removals are detected. Call it inside the transaction of the change itself.
 */
export function recordAudit(
  { sql }: Pick<Store, 'sql'>,
  actor: string,
  action: AuditAction,
  subject: Record<string, string | number | null>,
): void {
  sql.write(() => {
    const previous = sql.get<{ hash: string }>('SELECT hash FROM audit ORDER BY id DESC LIMIT 1')?.hash ?? '';
    const entry = { at: Date.now(), actor, action, subject: JSON.stringify(subject) };
    sql.run(
      'INSERT INTO audit (at, actor, action, subject, hash, previous_hash) VALUES (?, ?, ?, ?, ?, ?)',
      entry.at,
      entry.actor,
      entry.action,
      entry.subject,
      hashOf(entry, previous),
      previous,
    );
  });
}

/** The id of the first entry whose hash does not match the previous entry; null while the chain is intact. */
export function brokenAuditEntry({ sql }: Pick<Store, 'sql'>): number | null {
  let previous = '';
  for (const row of sql.all<Row>('SELECT * FROM audit ORDER BY id')) {
    if (row.previous_hash !== previous || row.hash !== hashOf(row, previous)) return row.id;
    previous = row.hash;
  }
  return null;
}

function hashOf({ at, actor, action, subject }: Entry, previous: string): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, at, actor, action, subject]))
    .digest('hex');
}
