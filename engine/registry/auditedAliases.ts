import type { Store } from '../store/store.ts';
import type { AuditRow } from './audit.ts';

export interface AuditedAlias {
  model: string;
  alias: string;
  /** Null when the alias was removed last. */
  version: number | null;
  /** The id of the entry that says so. */
  entry: number;
}

/**
 * The aliases as the audit log leaves them. An alias that was set before the log existed and never since is not among
 * them.
 */
export function auditedAliases({ sql }: Pick<Store, 'sql'>): AuditedAlias[] {
  const known = new Map<string, AuditedAlias>();
  const keyOf = (model: string, alias: string) => JSON.stringify([model, alias]);
  const change = (entry: number, isMeant: (one: AuditedAlias) => boolean, change: Partial<AuditedAlias>) => {
    for (const [key, one] of known)
      if (isMeant(one)) {
        known.delete(key);
        const changed = { ...one, ...change, entry };
        known.set(keyOf(changed.model, changed.alias), changed);
      }
  };
  for (const { id, action, subject } of sql.iterate<AuditRow>(
    `SELECT * FROM audit WHERE action IN ('alias set', 'alias removed', 'model renamed', 'model deleted', 'version deleted')
     ORDER BY id`,
  )) {
    const { model, alias, version, renamed } = read(subject);
    if (model === undefined) continue;
    if (action === 'alias set' && alias !== undefined && version !== undefined)
      known.set(keyOf(model, alias), { model, alias, version, entry: id });
    else if (action === 'alias removed' && alias !== undefined)
      known.set(keyOf(model, alias), { model, alias, version: null, entry: id });
    else if (action === 'model renamed' && renamed !== undefined)
      change(id, (one) => one.model === model, { model: renamed });
    else if (action === 'model deleted') change(id, (one) => one.model === model, { version: null });
    else if (action === 'version deleted')
      change(id, (one) => one.model === model && one.version === version, { version: null });
  }
  return [...known.values()];
}

interface AliasSubject {
  model?: string;
  alias?: string;
  version?: number;
  renamed?: string;
}

/** A row that somebody wrote by hand may hold anything; the chain reports it. */
function read(subject: string): AliasSubject {
  try {
    return (JSON.parse(subject) ?? {}) as AliasSubject;
  } catch {
    return {};
  }
}
