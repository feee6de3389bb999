import type { ModelAlias } from '../../protocol/models.ts';
import type { Store } from '../store/store.ts';
import { recordAudit } from './audit.ts';
import { versionOf, type ModelVersion } from './modelVersions.ts';

// The policy of aliases: a version whose gates pass becomes the challenger, a promotion makes it the champion, and the
// champion serves. A rollback restores the previous champion.

/** The alias of the version that serves. */
export const champion: ModelAlias = 'champion';
/** The alias of the newest version that passed its gates and waits for promotion. */
export const challenger: ModelAlias = 'challenger';

/**
 * The reason for a change of an alias. `registered`: its gates passed. `chosen`: a person registered the run.
 * `promoted` and `rolled back`: the champion changed. `cleared`: the challenger was promoted. `set` and `removed`:
 * by a person or through MLflow's API. `imported`: with the registry of another tool. `deleted`: with its version.
 */
export type AliasChangeKind =
  'registered' | 'chosen' | 'promoted' | 'rolled back' | 'cleared' | 'set' | 'removed' | 'imported' | 'deleted';

export interface AliasChange {
  model: string;
  /** An alias of Loopwright, or any other that MLflow's API sets. */
  alias: string;
  /** Null removes the alias. */
  version: number | null;
  kind: AliasChangeKind;
  /** For display only; no logic depends on it. */
  why: string;
  /** See `actorOf`. */
  actor: string;
  /** The time of the change on the caller's clock, which a replay moves; now by default. Epoch milliseconds. */
  at?: number | undefined;
  /** The time of this machine, when another row has the same; now by default. */
  recordedAt?: number | undefined;
}

/** The champion of a model; null when none was promoted. */
export function championOf(store: Pick<Store, 'sql'>, model: string): ModelVersion | null {
  return versionOf(store, model, champion);
}

/** The version of a model that waits for promotion; null when none does. */
export function challengerOf(store: Pick<Store, 'sql'>, model: string): ModelVersion | null {
  return versionOf(store, model, challenger);
}

/** The aliases of each version of a model. */
export function aliasesOf({ sql }: Pick<Store, 'sql'>, model: string): Map<number, string[]> {
  const result = new Map<number, string[]>();
  for (const { alias, version } of sql.all<{ alias: string; version: number }>(
    'SELECT alias, version FROM aliases WHERE model = ?',
    model,
  ))
    result.set(version, [...(result.get(version) ?? []), alias]);
  return result;
}

/** Moves or removes an alias, with its history and audit; returns the version that had it. */
export function setAlias(store: Pick<Store, 'sql'>, change: AliasChange): number | null {
  const { sql } = store;
  const { model, alias, version, kind, why, actor, recordedAt: now = Date.now(), at = now } = change;
  return sql.write(() => {
    const previous =
      sql.get<{ version: number }>('SELECT version FROM aliases WHERE model = ? AND alias = ?', model, alias)
        ?.version ?? null;
    if (version === null) sql.run('DELETE FROM aliases WHERE model = ? AND alias = ?', model, alias);
    else
      sql.run(
        `INSERT INTO aliases (model, alias, version) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET version = excluded.version`,
        model,
        alias,
        version,
      );
    sql.run(
      `INSERT INTO alias_history (model, alias, version, previous, at, recorded_at, kind, why, actor)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      model,
      alias,
      version,
      previous,
      at,
      now,
      kind,
      why,
      actor,
    );
    recordAudit(store, actor, version === null ? 'alias removed' : 'alias set', {
      model,
      alias,
      version,
      previous,
      kind,
      why,
    });
    return previous;
  });
}

/**
 * The version that a rollback makes champion: the previous champion among the versions that still exist. Null when
 * there is none. A champion that was rolled back does not count.
 */
export function championBefore({ sql }: Pick<Store, 'sql'>, model: string): number | null {
  const changes = sql.all<{ version: number | null; kind: AliasChangeKind }>(
    'SELECT version, kind FROM alias_history WHERE model = ? AND alias = ? ORDER BY id',
    model,
    champion,
  );
  const line: number[] = [];
  for (const { version, kind } of changes) {
    if (version === null) continue;
    if (kind === 'rolled back') while (line.length > 0 && line.at(-1) !== version) line.pop();
    if (line.at(-1) !== version) line.push(version);
  }
  const current = line.pop();
  const validated = new Set(
    sql
      .all<{ version: number }>('SELECT version FROM model_versions WHERE model = ? AND report IS NOT NULL', model)
      .map(({ version }) => version),
  );
  return line.findLast((version) => version !== current && validated.has(version)) ?? null;
}
