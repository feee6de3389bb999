/** The type of an in-toto statement in an envelope. */
export const inTotoPayload = 'application/vnd.in-toto+json';

export interface DsseSignature {
  keyid: string;
  /** Base64. Of an SSH key it is an SSHSIG blob, which begins with these letters. */
  sig: string;
}

/** An envelope of DSSE 1.0: a payload with signatures over its type and bytes. */
export interface DsseEnvelope {
  payload: string;
  payloadType: string;
  signatures: DsseSignature[];
}

/** The bytes that a signature covers: the pre-authentication encoding (PAE) of DSSE 1.0. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${type.length} `),
    type,
    Buffer.from(` ${payload.length} `),
    Buffer.from(payload),
  ]);
}

/** Reads an envelope; a sentence, without its subject, about a text that is none. */
export function readEnvelope(text: string): DsseEnvelope | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is not JSON';
  }
  const { payload, payloadType, signatures } = (value ?? {}) as Partial<Record<keyof DsseEnvelope, unknown>>;
  if (typeof payload !== 'string' || typeof payloadType !== 'string' || !Array.isArray(signatures))
    return 'is not a DSSE envelope: it needs `payload`, `payloadType` and `signatures`';
  const read: DsseSignature[] = [];
  for (const one of signatures as unknown[]) {
    const { keyid = '', sig } = (one ?? {}) as Partial<Record<keyof DsseSignature, unknown>>;
    if (typeof sig !== 'string' || typeof keyid !== 'string') return 'has a signature without `sig`';
    read.push({ keyid, sig });
  }
  return { payload, payloadType, signatures: read };
}
