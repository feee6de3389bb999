import { join, relative } from 'node:path';
import type { ModelRef } from '../../../protocol/models.ts';
import { messageOf, WorkError } from '../../base/errors.ts';
import { writeAtomic } from '../../base/writeAtomic.ts';
import type { Store } from '../../store/store.ts';
import { inTotoPayload, preAuthEncoding, type DsseEnvelope } from './dsse.ts';
import type { PromotionStatement } from './promotionStatement.ts';
import type { FoundSigner } from './signer.ts';
import { modelSignature } from './modelSignature.ts';

/** The evidence of a promotion as it was written. */
export interface WrittenEvidence {
  /** The envelope, relative to the project. */
  path: string;
  /** Who signed; null when nobody did. */
  signedBy: { name: string; keyid: string } | null;
  /** Why it is not signed; null when it is. */
  unsigned: string | null;
  /** The signature for the tool `model_signing`, relative to the project; null without an ECDSA key. */
  modelSignature: string | null;
}

/** A promotion with its statement. */
export interface AttestedPromotion extends ModelRef {
  id: number;
  recordedAt: number;
  statement: string;
}

/** The folder of the evidence, beside the store. */
export function evidenceFolder(store: Pick<Store, 'folder'>): string {
  return join(store.folder, 'promotions');
}

/** The file of the evidence: `churn-v3-2026-05-12T14-00-00-123Z.intoto.json`. */
export function evidencePath(
  store: Pick<Store, 'folder'>,
  { name, version, recordedAt }: Pick<AttestedPromotion, 'name' | 'version' | 'recordedAt'>,
): string {
  const safe = name.replaceAll(/[^\w.-]/g, (char) => encodeURIComponent(char).replaceAll('%', '_'));
  const time = new Date(recordedAt).toISOString().replaceAll(/[:.]/g, '-');
  return join(evidenceFolder(store), `${safe}-v${version}-${time}.intoto.json`);
}

/** The last promotion of a version that has a statement; null when there is none. */
export function lastAttested({ sql }: Pick<Store, 'sql'>, { name, version }: ModelRef): AttestedPromotion | null {
  return (
    sql.get<AttestedPromotion>(
      `SELECT id, model AS name, version, recorded_at AS recordedAt, statement FROM promotions
       WHERE model = ? AND version = ? AND kind = 'promoted' AND statement IS NOT NULL ORDER BY id DESC LIMIT 1`,
      name,
      version,
    ) ?? null
  );
}

/**
 * Writes the statement of a promotion in an envelope, signed where there is a signer. With an ECDSA key in PEM it also
 * writes a signature over the model's files. Throws WorkError when the key cannot be used or nothing can be written.
 */
export function writeEvidence(store: Store, promotion: AttestedPromotion, found: FoundSigner): WrittenEvidence {
  const path = evidencePath(store, promotion);
  const payload = Buffer.from(promotion.statement, 'utf8');
  let unsigned = 'none' in found ? found.none : null;
  let signature: { keyid: string; sig: Buffer } | null = null;
  if ('signer' in found)
    try {
      signature = found.signer.sign(preAuthEncoding(inTotoPayload, payload));
    } catch (error) {
      unsigned = `${found.signer.name} could not be used: ${messageOf(error)}`;
    }
  const envelope: DsseEnvelope = {
    payload: payload.toString('base64'),
    payloadType: inTotoPayload,
    signatures: signature ? [{ keyid: signature.keyid, sig: signature.sig.toString('base64') }] : [],
  };
  writeAtomic(path, `${JSON.stringify(envelope)}\n`);
  const bundle =
    'signer' in found && signature
      ? modelSignature(JSON.parse(promotion.statement) as PromotionStatement, found.signer)
      : null;
  const bundlePath = path.replace(/\.intoto\.json$/, '.model.sig');
  if (bundle !== null) writeAtomic(bundlePath, bundle);
  return {
    path: relative(store.root, path),
    signedBy: 'signer' in found && signature ? { name: found.signer.name, keyid: signature.keyid } : null,
    unsigned,
    modelSignature: bundle === null ? null : relative(store.root, bundlePath),
  };
}

/** Signs the last promotion of a version again, and writes its evidence again. Throws WorkError without one, or a key. */
export function signEvidence(store: Store, ref: ModelRef, found: FoundSigner): WrittenEvidence {
  const promotion = lastAttested(store, ref);
  if (!promotion)
    throw new WorkError(`\`${ref.name}\` v${ref.version} was not promoted yet, so there is no evidence to sign.`);
  if ('none' in found) throw new WorkError(`Nothing is signed: ${found.none}. Name one with \`--sign-key FILE\`.`);
  const written = writeEvidence(store, promotion, found);
  if (written.unsigned !== null) throw new WorkError(`Nothing is signed: ${written.unsigned}`);
  return written;
}
