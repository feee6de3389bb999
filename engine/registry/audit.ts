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
  | 'model described'
  | 'model tag set'
  | 'model tag removed'
  | 'version registered'
  | 'version validated'
  | 'version described'
  | 'version status set'
  | 'version tag set'
  | 'version tag removed'
  | 'version deleted'
  | 'version promoted'
  | 'promotion attested'
  | 'version rolled back'
  | 'gates overridden'
  | 'version approved'
  | 'approval withdrawn'
  | 'version commented'
  | 'stage set'
  | 'alias set'
  | 'alias removed';

/** The object of a change and its details: the model, the version, the reason, gates. */
export type AuditSubject = Readonly<Record<string, AuditValue>>;
export type AuditValue =
  string | number | boolean | null | readonly AuditValue[] | { readonly [key: string]: AuditValue };

interface Entry {
  at: number;
  actor: string;
  action: string;
  subject: string;
}

/** An entry of the audit log as it is stored. */
export interface AuditRow extends Entry {
  id: number;
  hash: string;
  previous_hash: string;
}

/** The newest entry: it stands for the whole log, since its hash contains all earlier ones. */
export interface AuditHead {
  /** The number of entries. */
  entries: number;
  hash: string;
}

/** The actor of a change: the part of Loopwright and the person, such as `terminal:anna`. */
export function actorOf(face: Face): string {
  return `${face}:${personName()}`;
}

/** The person of an actor, without the part of Loopwright: `anna` of `terminal:anna` and `editor:anna (account root)`. */
export function personOf(actor: string): string {
  return actor.slice(actor.indexOf(':') + 1).replace(/ \(account .*\)$/, '');
}

/** The part of Loopwright of an actor, such as `terminal`. */
export function faceOf(actor: string): string {
  return actor.slice(0, Math.max(0, actor.indexOf(':')));
}

/**
 * The account, or the person that `LOOPWRIGHT_USER` names where several people share an account, as in a job of CI. The
 * account is kept beside the name.
 */
function personName(): string {
  const account = accountName();
  const given = (process.env['LOOPWRIGHT_USER'] ?? '')
    .replaceAll(/[\p{Cc}()]/gu, ' ')
    .trim()
    .slice(0, 200);
  return given === '' || given === account ? account : `${given} (account ${account})`;
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
  subject: AuditSubject,
): void {
  sql.write(() => {
    const previous = sql.get<{ hash: string }>('SELECT hash FROM audit ORDER BY id DESC LIMIT 1')?.hash ?? '';
    const entry = { at: Date.now(), actor, action, subject: JSON.stringify(subject) };
    const hash = hashOf(entry, previous);
    sql.run(
      'INSERT INTO audit (at, actor, action, subject, hash, previous_hash) VALUES (?, ?, ?, ?, ?, ?)',
      entry.at,
      entry.actor,
      entry.action,
      entry.subject,
      hash,
      previous,
    );
  });
}

/** The head of the log; null while it is empty. */
export function auditHead({ sql }: Pick<Store, 'sql'>): AuditHead | null {
  const last = sql.get<{ hash: string }>('SELECT hash FROM audit ORDER BY id DESC LIMIT 1');
  return last ? { entries: sql.get<{ n: number }>('SELECT count(*) AS n FROM audit')?.n ?? 0, hash: last.hash } : null;
}

/** The hash of an entry: over its content and the hash of the entry before it. */
export function hashOf({ at, actor, action, subject }: Entry, previous: string): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, at, actor, action, subject]))
    .digest('hex');
}
