import type { Store } from '../store/store.ts';
import type { AuditRow, AuditSubject } from './audit.ts';

/** An entry of the audit log. */
export interface AuditEntry {
  id: number;
  /** Epoch milliseconds of the machine that wrote it. */
  at: number;
  actor: string;
  action: string;
  /** The stored text when it is not JSON, which only a changed entry has. */
  subject: AuditSubject | string;
  hash: string;
}

/** The entries of the audit log, oldest first: of one model, or all; the newest `limit` of them, or all. */
export function listAudit(
  { sql }: Pick<Store, 'sql'>,
  { model = null, limit = null }: { model?: string | null; limit?: number | null } = {},
): AuditEntry[] {
  const rows = sql.all<AuditRow>(
    `SELECT * FROM audit
     WHERE ? IS NULL OR iif(json_valid(subject), ? IN (subject ->> '$.model', subject ->> '$.renamed'), 0)
     ORDER BY id DESC LIMIT ?`,
    model,
    model,
    limit ?? -1,
  );
  return rows.toReversed().map(({ id, at, actor, action, subject, hash }) => ({
    id,
    at,
    actor,
    action,
    subject: readSubject(subject),
    hash,
  }));
}

function readSubject(text: string): AuditEntry['subject'] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as AuditSubject) : text;
  } catch {
    return text;
  }
}
