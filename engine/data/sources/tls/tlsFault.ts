import { messageOf } from '../../../base/errors.ts';

/** Names for the sentences about a connection with TLS. */
export interface TlsNames {
  /** `The MQTT broker mqtts://host:8883`. */
  server: string;
  /** The host of the address. */
  host: string;
  /** The file of the authority, when one is named. */
  ca: string | null;
  /** The client certificate, when one is named. */
  cert: string | null;
  /** How an authority and a client certificate are named: `ca`, `ssl-ca` in the address. */
  caKey: string;
  certKeys: string;
}

/** Returns in sentences why a connection with TLS failed; null for an error of another kind. */
export function tlsFault(error: unknown, names: TlsNames): string | null {
  const { server, host, ca, cert, caKey, certKeys } = names;
  const code = codeOf(error);
  const reason = messageOf(error).replace(/\.$/, '');
  if (untrusted.test(code))
    return ca === null
      ? `${server} has a certificate of an authority that is not known here (${reason}). Name the certificate of the authority with ${caKey}.`
      : `${server} has a certificate that \`${ca}\` did not sign (${reason}). Name the certificate of the authority that signed it with ${caKey}.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const found = namesOf(error);
    return `${server} has a certificate ${found === '' ? 'without names' : `for ${found}`}, not for \`${host}\`. Use a host that the certificate names.`;
  }
  if (code === 'CERT_HAS_EXPIRED') return `${server} has a certificate that has expired. Renew it on the server.`;
  if (code === 'CERT_NOT_YET_VALID')
    return `${server} has a certificate that is not valid yet. Check the clocks of both machines.`;
  if (code === 'CERT_REVOKED') return `${server} has a certificate that was revoked. Renew it on the server.`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST/.test(code))
    return `${server} does not speak TLS on this port. Use the port for TLS, or an address without TLS.`;
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|NO_SHARED_CIPHER|NO_CIPHERS/.test(code))
    return `${server} speaks only versions or ciphers of TLS that are too old (${reason}). Allow TLS 1.2 on the server.`;
  if (/CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE/.test(code) && cert === null)
    return `${server} asks for a client certificate. Name it with ${certKeys}.`;
  if (
    /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE)/.test(
      code,
    )
  )
    return cert === null
      ? `${server} refuses the connection with TLS (${reason}).`
      : `${server} does not accept the client certificate \`${cert}\` (${reason}). Use one that an authority of the server signed.`;
  return null;
}

const untrusted =
  /^(SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET_ISSUER|VERIFY)|UNABLE_TO_GET_LOCAL_ISSUER|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED|CERT_CHAIN_TOO_LONG|INVALID_CA|INVALID_PURPOSE)/;

/** Returns the code of the error or of one of its causes, since drivers wrap the error of the connection. */
function codeOf(error: unknown): string {
  for (let at = error, i = 0; at instanceof Error && i < 5; at = at.cause, i++) {
    const { code } = at as { code?: unknown };
    // mysql2 replaces the code, so the words of OpenSSL and Node stand for it.
    if (code === 'HANDSHAKE_SSL_ERROR') return fromWords(at.message);
    if (typeof code === 'string' && (untrusted.test(code) || /^(ERR_|CERT_)/.test(code))) return code;
  }
  return '';
}

function fromWords(message: string): string {
  if (message.includes("does not match certificate's altnames")) return 'ERR_TLS_CERT_ALTNAME_INVALID';
  if (message.startsWith('certificate has expired')) return 'CERT_HAS_EXPIRED';
  if (message.startsWith('certificate is not yet valid')) return 'CERT_NOT_YET_VALID';
  return message.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}

/** Names for which a certificate is: `DNS:db.example, IP Address:10.0.0.7` or its common name. */
function namesOf(error: unknown): string {
  for (let at = error, i = 0; at instanceof Error && i < 5; at = at.cause, i++) {
    const { cert } = at as { cert?: { subjectaltname?: string; subject?: { CN?: string | string[] } } };
    if (!cert) continue;
    const others = (cert.subjectaltname ?? '').split(', ').map((name) => name.replace(/^(DNS|IP Address):/, ''));
    const found = others.filter((name) => name !== '');
    return (found.length > 0 ? found : [cert.subject?.CN ?? []].flat()).map((name) => `\`${name}\``).join(', ');
  }
  return '';
}
