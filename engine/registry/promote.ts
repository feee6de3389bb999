import type { ModelRef } from '../../protocol/models.ts';
import { WorkError } from '../base/errors.ts';
import { describeGate } from '../evaluation/gates.ts';
import type { Store } from '../store/store.ts';
import { recordEvent } from '../tracking/events.ts';
import { champion, challenger, championBefore, challengerOf, championOf, setAlias } from './aliases.ts';
import { gatesAgainst } from './championGates.ts';
import { getVersion } from './modelVersions.ts';

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
}

/** Makes a version the champion; the only way to promote. Throws WorkError with the failed gates. */
export function promote(store: Store, { name, version }: ModelRef, request: PromotionRequest): Promotion {
  const { why, actor, at = Date.now() } = request;
  return store.sql.write(() => {
    const wanted = getVersion(store, name, version);
    const current = championOf(store, name);
    const isChampion = current?.version === version;
    const gates = gatesAgainst(wanted, isChampion ? null : current);
    const failed = gates.filter((gate) => !gate.passed);
    if (failed.length > 0)
      throw new WorkError(
        `\`${name}\` v${version} did not pass ${failed.length} of ${gates.length} gates, so it is not promoted: ${failed.map(describeGate).join('; ')}.`,
      );
    if (isChampion) return { name, version, previous: version };
    const previous = setAlias(store, { model: name, alias: champion, version, kind: 'promoted', why, actor, at });
    if (challengerOf(store, name)?.version === version)
      setAlias(store, {
        model: name,
        alias: challenger,
        version: null,
        kind: 'cleared',
        why: 'became champion',
        actor,
        at,
      });
    recordEvent(store, {
      at,
      kind: 'promoted',
      monitor: null,
      text: `v${version} became champion${previous === null ? '' : `, v${previous} before`}: ${why}`,
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
 * just rolled back.
 */
export function rollback(
  store: Store,
  name: string,
  { actor, at = Date.now() }: Omit<PromotionRequest, 'why'>,
): Promotion {
  return store.sql.write(() => {
    const current = championOf(store, name);
    if (!current) throw new WorkError(`\`${name}\` has no champion to roll back.`);
    const before = championBefore(store, name);
    if (before === null)
      throw new WorkError(
        `\`${name}\` v${current.version} is its first champion; there is no earlier one to go back to.`,
      );
    setAlias(store, {
      model: name,
      alias: champion,
      version: before,
      kind: 'rolled back',
      why: `rolled back from ${current.version}`,
      actor,
      at,
    });
    recordEvent(store, {
      at,
      kind: 'rolled back',
      monitor: null,
      text: `v${current.version} rolled back to v${before}`,
      model: name,
      modelVersion: before,
      runId: null,
      actor,
    });
    return { name, version: before, previous: current.version };
  });
}
