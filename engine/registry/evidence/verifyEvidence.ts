import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import type { ModelRef } from '../../../protocol/models.ts';
import { messageOf, WorkError } from '../../base/errors.ts';
import { readRegularFile } from '../../base/readRegularFile.ts';
import type { Store } from '../../store/store.ts';
import { verifyAudit } from '../verifyAudit.ts';
import { inTotoPayload, readEnvelope, type DsseEnvelope } from './dsse.ts';
import { evidencePath, lastAttested } from './promotionEvidence.ts';
import { sha256, statementType, testResultPredicate, type PromotionStatement } from './promotionStatement.ts';
import { statementDifferences } from './statementDifferences.ts';
import { verifySignatures, type TrustedKeys } from './verifySignature.ts';

export interface EvidenceProblem {
  kind: 'evidence' | 'signature' | 'files' | 'registry' | 'audit';
  text: string;
}

export interface EvidenceVerification {
  /** The envelope, relative to the project when inside. */
  path: string;
  /** Who signed, as verified; null when no signature was verified. */
  signedBy: string | null;
  /** The keys that the signatures name. */
  keyids: string[];
  statement: PromotionStatement | null;
  problems: EvidenceProblem[];
}

export interface EvidenceRequest {
  /** The envelope; that of the last promotion by default. */
  path?: string | undefined;
  /** Null when no key is known, so that no signature can be verified. */
  trusted: TrustedKeys | null;
}

/**
 * Verifies the evidence of a promotion without any network: the signature, the files of the model, and that the registry
 * and its audit log still say the same. Throws WorkError when the version was never promoted.
 */
export function verifyEvidence(store: Store, ref: ModelRef, request: EvidenceRequest): EvidenceVerification {
  const promotion = lastAttested(store, ref);
  const path = request.path ?? (promotion && evidencePath(store, promotion));
  if (path === null)
    throw new WorkError(
      `\`${ref.name}\` v${ref.version} was not promoted with evidence yet. \`loopwright models promote ${ref.name}@${ref.version}\` promotes it.`,
    );
  const shown = path.startsWith(store.root) ? relative(store.root, path) : path;
  const result: EvidenceVerification = { path: shown, signedBy: null, keyids: [], statement: null, problems: [] };
  const add = (kind: EvidenceProblem['kind'], ...texts: string[]) =>
    result.problems.push(...texts.map((text) => ({ kind, text })));
  const envelope = readFile(path, shown);
  if (typeof envelope === 'string') {
    add('evidence', envelope);
    return result;
  }
  result.keyids = envelope.signatures.map(({ keyid }) => keyid);
  if (envelope.signatures.length === 0) add('signature', 'No signature: nobody signed this evidence.');
  else if (request.trusted === null)
    add('signature', `The signature by ${result.keyids.join(' and ')} was not verified: no key was given.`);
  else {
    const found = verifySignatures(envelope, request.trusted);
    if ('signer' in found) result.signedBy = found.signer;
    else add('signature', found.problem);
  }
  const text = Buffer.from(envelope.payload, 'base64').toString('utf8');
  const statement = readStatement(text);
  if (typeof statement === 'string' || envelope.payloadType !== inTotoPayload) {
    add(
      'evidence',
      `${shown} ${typeof statement === 'string' ? statement : `holds ${envelope.payloadType}, not ${inTotoPayload}`}.`,
    );
    return result;
  }
  result.statement = statement;
  const { model, version } = statement.predicate.promotion;
  if (model !== ref.name || version !== ref.version)
    add('evidence', `The evidence is about \`${model}\` v${version}, not \`${ref.name}\` v${ref.version}.`);
  for (const { kind, text: difference } of statementDifferences(store, ref, statement)) add(kind, difference);
  add('audit', ...auditProblems(store, statement, sha256(text)));
  return result;
}

function readFile(path: string, shown: string): DsseEnvelope | string {
  if (!existsSync(path))
    return `The evidence ${shown} is gone. \`loopwright models sign\` writes it again from the registry.`;
  try {
    const envelope = readEnvelope(readRegularFile(path).toString('utf8'));
    return typeof envelope === 'string' ? `${shown} ${envelope}.` : envelope;
  } catch (error) {
    return `${shown} cannot be read: ${messageOf(error)}`;
  }
}

function readStatement(text: string): PromotionStatement | string {
  try {
    const value = JSON.parse(text) as Partial<PromotionStatement> | null;
    if (value?._type !== statementType) return 'is not an in-toto Statement v1';
    if (value.predicateType !== testResultPredicate || !value.predicate?.promotion || !Array.isArray(value.subject))
      return 'is not the statement of a promotion by Loopwright';
    return value as PromotionStatement;
  } catch {
    return 'holds a payload that is not JSON';
  }
}

/** The log is whole, holds the head that the statement names, and the hash of the statement itself. */
function auditProblems(store: Store, { predicate }: PromotionStatement, hash: string): string[] {
  const { audit } = predicate.promotion;
  const anchors = audit ? [{ ...audit, source: 'The evidence' }] : [];
  const problems = verifyAudit(store, anchors).problems.map(({ text }) => text);
  const isAttested = store.sql.get(
    `SELECT 1 FROM audit WHERE action = 'promotion attested' AND json_valid(subject) AND subject ->> '$.statement' = ?`,
    hash,
  );
  if (!isAttested)
    problems.unshift('The audit log has no promotion with this statement: it was changed, or is of another store.');
  return problems;
}
