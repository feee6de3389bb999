import { createHash, createPublicKey } from 'node:crypto';
import { basename } from 'node:path/posix';
import { inTotoPayload, preAuthEncoding } from './dsse.ts';
import { reportResource, statementType, type PromotionStatement } from './promotionStatement.ts';
import type { Signer } from './signer.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const signaturePredicate = 'https://model_signing/signature/v1.0';

/** What `model_signing` leaves out of every model by default, and caches, which no model consists of. */
const leftOut = ['.git', '.gitattributes', '.github', '.gitignore', '__pycache__', '.ipynb_checkpoints', '.DS_Store'];

/**
 * A signature over the files of a model for OpenSSF's `model_signing verify key`: a sigstore bundle with an in-toto
 * statement that lists each file. Null when the signer is no ECDSA key, the only kind that tool takes, or the model has no
 * files here.
 */
export function modelSignature(
  { subject, predicate: { promotion } }: PromotionStatement,
  { key, sign }: Signer,
): string | null {
  if (key?.asymmetricKeyType !== 'ec' || subject.every(({ name }) => name === reportResource)) return null;
  const path = promotion.files.path.replaceAll('\\', '/').replace(/\/+$/, '');
  const name = basename(path);
  // The tool calls a model that is one file `.`.
  const isFile = subject.length === 1 && subject[0]?.name === name;
  const resources = subject
    .filter((file) => !leftOut.includes(file.name.split('/')[0] ?? ''))
    .map((file) => ({ name: isFile ? '.' : file.name, algorithm: 'sha256', digest: file.digest.sha256 }))
    .toSorted((a, b) => byParts(a.name, b.name));
  const root = createHash('sha256');
  for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'));
  const statement = {
    _type: statementType,
    subject: [{ name, digest: { sha256: root.digest('hex') } }],
    predicateType: signaturePredicate,
    predicate: {
      serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: true, ignore_paths: leftOut },
      resources,
    },
  };
  const payload = Buffer.from(JSON.stringify(statement), 'utf8');
  const { sig } = sign(preAuthEncoding(inTotoPayload, payload));
  const pem = createPublicKey(key).export({ type: 'spki', format: 'pem' });
  return `${JSON.stringify({
    mediaType: bundleType,
    verificationMaterial: {
      publicKey: { hint: createHash('sha256').update(pem).digest('hex') },
      tlogEntries: [],
    },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: inTotoPayload,
      signatures: [{ sig: sig.toString('base64'), keyid: '' }],
    },
  })}\n`;
}

/** The order of paths by their parts, as the tool lists them. */
function byParts(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = Buffer.compare(Buffer.from(left[i] ?? ''), Buffer.from(right[i] ?? ''));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
