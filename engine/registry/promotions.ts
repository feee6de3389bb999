import type { ModelRef } from '../../protocol/models.ts';
import type { GateOverride, PromotionRecord, VersionRecord } from '../../protocol/registry.ts';
import { describeGate, type GateOutcome } from '../evaluation/gates.ts';
import type { Store } from '../store/store.ts';
import { approvalsOf } from './approvals.ts';
import { commentsOf } from './comments.ts';

/** A promotion or rollback to be recorded. */
export interface NewPromotion extends ModelRef {
  kind: PromotionRecord['kind'];
  previous: number | null;
  at: number;
  recordedAt: number;
  actor: string;
  why: string;
  overrideReason: string | null;
  /** The gates as they were judged for it. */
  gates: readonly GateOutcome[];
  /** The in-toto statement about it; null for a rollback. */
  statement: string | null;
}

/** Records a promotion; returns its number. Call it inside the transaction of the promotion. */
export function recordPromotion({ sql }: Pick<Store, 'sql'>, promotion: NewPromotion): number {
  return sql.run(
    `INSERT INTO promotions (model, version, previous, kind, at, recorded_at, actor, why, override_reason, gates, statement)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    promotion.name,
    promotion.version,
    promotion.previous,
    promotion.kind,
    promotion.at,
    promotion.recordedAt,
    promotion.actor,
    promotion.why,
    promotion.overrideReason,
    JSON.stringify({ format: 1, gates: promotion.gates } satisfies StoredGates),
    promotion.statement,
  ).lastId;
}

/** The gates of a promotion as the column `promotions.gates` holds them. */
interface StoredGates {
  format: 1;
  gates: readonly GateOutcome[];
}

/** The promotions of a version and the rollbacks to it, newest first. */
export function promotionsOf({ sql }: Pick<Store, 'sql'>, { name, version }: ModelRef): PromotionRecord[] {
  return sql
    .all<Omit<PromotionRecord, 'override'> & { override_reason: string | null; gates: string }>(
      `SELECT kind, at, actor, why, previous, override_reason, gates FROM promotions
       WHERE model = ? AND version = ? ORDER BY id DESC`,
      name,
      version,
    )
    .map(({ override_reason, gates, ...record }) => ({ ...record, override: overrideOf(override_reason, gates) }));
}

/** The versions of a model whose gates were overridden, with the last reason. */
export function overriddenVersions({ sql }: Pick<Store, 'sql'>, model: string): Map<number, string> {
  return new Map(
    sql
      .all<{ version: number; reason: string }>(
        `SELECT version, override_reason AS reason FROM promotions
         WHERE model = ? AND override_reason IS NOT NULL ORDER BY id`,
        model,
      )
      .map(({ version, reason }) => [version, reason]),
  );
}

/** The records of people and promotions about a version. */
export function versionRecord(store: Pick<Store, 'sql'>, ref: ModelRef): VersionRecord {
  const promotions = promotionsOf(store, ref);
  const overridden = promotions.find(({ override }) => override !== null);
  return {
    override: overridden?.override ? { ...overridden.override, at: overridden.at, actor: overridden.actor } : null,
    approvals: approvalsOf(store, ref),
    comments: commentsOf(store, ref),
    promotions,
  };
}

function overrideOf(reason: string | null, text: string): GateOverride | null {
  if (reason === null) return null;
  const { gates } = JSON.parse(text) as StoredGates;
  return { reason, gates: gates.filter(({ passed }) => !passed).map(describeGate) };
}
