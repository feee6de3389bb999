import type { ModelRef } from '../../protocol/models.ts';
import { WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { recordEvent } from '../tracking/events.ts';
import { describeGate } from '../evaluation/gates.ts';
import { champion, challenger, championBefore, challengerOf, championOf, setAlias } from './aliases.ts';
import { recordAudit } from './audit.ts';
import { judgePromotion } from './judgePromotion.ts';
import { getVersion } from './modelVersions.ts';
import { recordPromotion } from './promotions.ts';
import { readRegistryRules } from './registryRules.ts';

export interface Promotion extends ModelRef {
  previous: number | null;
}

export interface PromotionRequest {
  /** The reason, for display. */
  why: string;
  /** See `actorOf`. */
  actor: string;
  /** The time of the promotion on the caller's clock; now by default. */
  at?: number | undefined;
  /** The reason to promote against gates that did not pass; only of a person. */
  override?: string | undefined;
}

/**
 * Makes a version the champion; the only way to promote. Throws WorkError with the failed gates or the missing
 * approvals. With `override` a person promotes against gates that did not pass, which is recorded.
 */
export function promote(store: Store, { name, version }: ModelRef, request: PromotionRequest): Promotion {
  const { why, actor, at = Date.now(), override } = request;
  const rules = readRegistryRules(store.root);
  return store.sql.write(() => {
    const recordedAt = Date.now();
    const wanted = getVersion(store, name, version);
    const current = championOf(store, name);
    if (current?.version === version) return { name, version, previous: version };
    const { gates, overridden } = judgePromotion(store, wanted, current, { actor, override, rules });
    const reason = overridden.length > 0 ? (override ?? null) : null;
    const subject = { model: name, version };
    if (reason !== null) recordAudit(store, actor, 'gates overridden', { ...subject, reason, gates: overridden });
    recordAudit(store, actor, 'version promoted', {
      ...subject,
      previous: current?.version ?? null,
      why,
      gates: gates.map((gate) => `${gate.kind}: ${describeGate(gate)}`),
    });
    const moved = { model: name, actor, at, recordedAt };
    const previous = setAlias(store, { ...moved, alias: champion, version, kind: 'promoted', why });
    if (challengerOf(store, name)?.version === version)
      setAlias(store, { ...moved, alias: challenger, version: null, kind: 'cleared', why: 'became champion' });
    recordPromotion(store, {
      name,
      version,
      kind: 'promoted',
      previous,
      at,
      recordedAt,
      actor,
      why,
      overrideReason: reason,
      gates,
      statement: null,
    });
    recordEvent(store, {
      at,
      kind: 'promoted',
      monitor: null,
      text: `v${version} became champion${previous === null ? '' : `, v${previous} before`}: ${why}${reason === null ? '' : `; gates overridden: ${reason}`}`,
      model: name,
      modelVersion: version,
      runId: wanted.runId,
      actor,
    });
    return { name, version, previous };
  });
}

/**
 * Makes the previous champion champion again. A second rollback goes one version further back, not to the one that was
 * just rolled back. It needs neither gates nor approvals: that version was promoted before.
 */
export function rollback(
  store: Store,
  name: string,
  { actor, at = Date.now(), why }: { actor: string; at?: number | undefined; why?: string | undefined },
): Promotion {
  return store.sql.write(() => {
    const recordedAt = Date.now();
    const current = championOf(store, name);
    if (!current) throw new WorkError(`\`${name}\` has no champion to roll back.`);
    const before = championBefore(store, name);
    if (before === null)
      throw new WorkError(
        `\`${name}\` v${current.version} is its first champion; there is no earlier one to go back to.`,
      );
    const { gates } = getVersion(store, name, before).report;
    const reason = why === undefined || why.trim() === '' ? `rolled back from ${current.version}` : why;
    recordAudit(store, actor, 'version rolled back', {
      model: name,
      version: before,
      previous: current.version,
      why: reason,
      gates: gates.map((gate) => `${gate.kind}: ${describeGate(gate)}`),
    });
    setAlias(store, {
      model: name,
      alias: champion,
      version: before,
      kind: 'rolled back',
      why: reason,
      actor,
      at,
      recordedAt,
    });
    recordPromotion(store, {
      name,
      version: before,
      kind: 'rolled back',
      previous: current.version,
      at,
      recordedAt,
      actor,
      why: reason,
      overrideReason: null,
      gates,
      statement: null,
    });
    recordEvent(store, {
      at,
      kind: 'rolled back',
      monitor: null,
      text: `v${current.version} rolled back to v${before}${why === undefined || why.trim() === '' ? '' : `: ${why}`}`,
      model: name,
      modelVersion: before,
      runId: null,
      actor,
    });
    return { name, version: before, previous: current.version };
  });
}
