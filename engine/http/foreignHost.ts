import type { IncomingMessage } from 'node:http';
import { isLoopbackHeader } from './loopback.ts';

/** The parts of a request that name its server. */
export type NamedServer = Pick<IncomingMessage, 'rawHeaders' | 'url'>;

/**
 * Returns why a server on loopback refuses a request by the server that it names; null when it does not. A web page that
 * reached the server through a DNS name of its own sends that name (DNS rebinding). A request names its server once in
 * `Host`, and may do so in its target: of two names a proxy may judge one and this server the other.
 */
export function foreignHost({ rawHeaders, url = '' }: NamedServer): string | null {
  const hosts = rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'host' && i % 2 === 1);
  const target = url.startsWith('/') || url === '*' ? null : (/^https?:\/\/([^/?#\\]*)/i.exec(url)?.[1] ?? '');
  const isOwn = hosts.length === 1 && isLoopbackHeader(hosts[0]) && (target === null || isLoopbackHeader(target));
  return isOwn ? null : 'This endpoint answers only on loopback.';
}

/** Returns why a request of a web page of another machine is refused; null for one of this machine, and for programs. */
export function foreignPage(origin: string | undefined): string | null {
  if (origin === undefined) return null;
  const page = URL.canParse(origin) ? new URL(origin) : null;
  // Other schemes, such as those of extensions, choose their hosts themselves.
  const isOwn = page !== null && /^https?:$/.test(page.protocol) && isLoopbackHeader(page.host);
  return isOwn ? null : 'Web pages of other machines may not ask this endpoint.';
}
