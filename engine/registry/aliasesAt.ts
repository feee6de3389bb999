import type { Store } from '../store/store.ts';
import type { AliasChangeKind } from './aliases.ts';

/** A change of an alias. Times are epoch milliseconds on the clock of the change, which a replay moves. */
export interface AliasMove {
  model: string;
  alias: string;
  /** Null when the alias was removed. */
  version: number | null;
  previous: number | null;
  at: number;
  kind: AliasChangeKind;
  why: string;
  /** See `actorOf`; empty in the history of the first releases. */
  actor: string;
  /** The reason of the override, when gates were overridden for it; else null. */
  override: string | null;
}

/** An alias as it was at a moment. */
export interface AliasAt extends Omit<AliasMove, 'version' | 'at'> {
  version: number;
  since: number;
  /** True when the version was deleted later. */
  isDeleted: boolean;
}

// A change to the version that it already was is none, so `since` is when that version got the alias.
const moves = `
  SELECT h.id, h.model, h.alias, h.version, h.previous, h.at, h.kind, h.why, h.actor,
    (SELECT p.override_reason FROM promotions p
     WHERE p.model = h.model AND p.version = h.version AND p.kind = h.kind AND p.recorded_at = h.recorded_at) AS override,
    ifnull(h.recorded_at, h.at) AS recorded
  FROM alias_history h WHERE h.version IS NOT h.previous`;

/**
 * The aliases at a moment, by model and alias: the last change until then. What was in production then is the version
 * that had the alias `champion`.
 */
export function aliasesAt({ sql }: Pick<Store, 'sql'>, at: number): AliasAt[] {
  return sql
    .all<Omit<AliasAt, 'isDeleted'> & { deleted: number }>(
      `WITH placed AS (
         SELECT m.*, row_number() OVER (PARTITION BY m.model, m.alias ORDER BY m.id DESC) AS place
         FROM (${moves}) m WHERE m.at <= ?)
       SELECT p.model, p.alias, p.version, p.previous, p.at AS since, p.kind, p.why, p.actor, p.override,
         NOT EXISTS (SELECT 1 FROM model_versions v
           WHERE v.model = p.model AND v.version = p.version AND v.created_at <= max(p.recorded, p.at)) AS deleted
       FROM placed p WHERE p.place = 1 AND p.version IS NOT NULL ORDER BY p.model, p.alias <> 'champion', p.alias`,
      at,
    )
    .map(({ deleted, ...row }) => ({ ...row, isDeleted: deleted === 1 }));
}

/** The changes of aliases in a period, oldest first. Null for no bound; both bounds belong to it. */
export function aliasMoves({ sql }: Pick<Store, 'sql'>, from: number | null, to: number | null): AliasMove[] {
  return sql.all<AliasMove>(
    `SELECT model, alias, version, previous, at, kind, why, actor, override FROM (${moves})
     WHERE at >= ifnull(?, at) AND at <= ifnull(?, at) ORDER BY at, id`,
    from,
    to,
  );
}
