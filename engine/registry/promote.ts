import type { ModelRef } from '../../protocol/models.ts';
import { messageOf, WorkError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { recordEvent } from '../tracking/events.ts';
import { describeGate } from '../evaluation/gates.ts';
import { champion, challenger, championBefore, challengerOf, championOf, setAlias } from './aliases.ts';
import { approvalsOf } from './approvals.ts';
import { auditHead, recordAudit } from './audit.ts';
import { writeEvidence, type AttestedPromotion, type WrittenEvidence } from './evidence/promotionEvidence.ts';
import { promotionStatement, sha256 } from './evidence/promotionStatement.ts';
import { servedModelFiles, type ServedFiles } from './evidence/servedModelFiles.ts';
import { findSigner, type FoundSigner } from './evidence/signer.ts';
import { judgePromotion } from './judgePromotion.ts';
import { getVersion } from './modelVersions.ts';
import { recordPromotion } from './promotions.ts';
import { servedFiles } from './refit.ts';
import { registeredVersion } from './registeredModels.ts';
import { readRegistryRules, type RegistryRules } from './registryRules.ts';

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
  /** The key that signs the evidence; that of the user by default, see `findSigner`. */
  signer?: FoundSigner | undefined;
  /** Receives the evidence that was written, or the reason why it could not be. */
  onEvidence?: ((evidence: Evidence) => void) | undefined;
}

/** The evidence of a promotion, or why it could not be written. */
export type Evidence = ({ kind: 'written' } & WrittenEvidence) | { kind: 'failed'; why: string };

/**
 * Makes a version the champion; the only way to promote. Throws WorkError with the failed gates, the missing approvals or
 * the files that changed. With `override` a person promotes against gates that did not pass, which is recorded. Writes the
 * evidence of the promotion beside the store, see `promotionStatement`.
 */
export function promote(store: Store, ref: ModelRef, request: PromotionRequest): Promotion {
  const rules = readRegistryRules(store.root);
  // Large files are hashed before the store is locked.
  const files = servedModelFiles(store.root, getVersion(store, ref.name, ref.version));
  const { promotion, attested } = store.sql.write(() => moveChampion(store, ref, request, { rules, files }));
  if (attested) attest(store, attested, request);
  return promotion;
}

/** The store holds the statement, so a promotion stands when its file cannot be written, and `models sign` writes it. */
function attest(store: Store, promotion: AttestedPromotion, { signer, onEvidence }: PromotionRequest): void {
  let evidence: Evidence;
  try {
    evidence = { kind: 'written', ...writeEvidence(store, promotion, signer ?? usualSigner(store.root)) };
  } catch (error) {
    evidence = { kind: 'failed', why: messageOf(error) };
  }
  onEvidence?.(evidence);
}

/** A key that the environment names and that is none leaves the evidence unsigned, with the reason. */
function usualSigner(root: string): FoundSigner {
  try {
    return findSigner(root);
  } catch (error) {
    return { none: messageOf(error).replace(/\.$/, '') };
  }
}

function moveChampion(
  store: Store,
  { name, version }: ModelRef,
  request: PromotionRequest,
  { rules, files }: { rules: RegistryRules; files: ServedFiles },
): { promotion: Promotion; attested: AttestedPromotion | null } {
  const { why, actor, at = Date.now(), override } = request;
  const recordedAt = Date.now();
  const wanted = getVersion(store, name, version);
  const current = championOf(store, name);
  if (current?.version === version) return { promotion: { name, version, previous: version }, attested: null };
  if (servedFiles(wanted.report).path !== files.path)
    throw new WorkError(`\`${name}\` v${version} was validated again meanwhile. Promote it once more.`);
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
  const statement = JSON.stringify(
    promotionStatement({
      version: wanted,
      files,
      reportText: registeredVersion(store, name, version)?.report ?? '',
      root: store.root,
      previous,
      at,
      actor,
      why,
      override: reason === null ? null : { reason, gates: overridden },
      approvals: approvalsOf(store, { name, version }).filter(({ isCurrent }) => isCurrent),
      gates,
      audit: auditHead(store),
    }),
  );
  // The log holds the hash of the statement, and the statement the head of the log.
  recordAudit(store, actor, 'promotion attested', { ...subject, statement: sha256(statement) });
  const record = { name, version, at, recordedAt, actor, why, previous, gates, statement };
  const id = recordPromotion(store, { ...record, kind: 'promoted', overrideReason: reason });
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
  return { promotion: { name, version, previous }, attested: { id, name, version, recordedAt, statement } };
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
