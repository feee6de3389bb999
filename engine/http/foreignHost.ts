import { isLoopbackHeader } from './loopback.ts';

/**
 * Returns why a server on loopback refuses a request by its `Host` header; null when it does not. A web page that
 * reached the server through a DNS name of its own sends that name (DNS rebinding).
 */
export function foreignHost(header: string | undefined): string | null {
  return isLoopbackHeader(header) ? null : 'This endpoint answers only on loopback.';
}

/** Returns why a request of a web page of another machine is refused; null for one of this machine, and for programs. */
export function foreignPage(origin: string | undefined): string | null {
  if (origin === undefined) return null;
  const host = URL.canParse(origin) ? new URL(origin).host : '';
  return isLoopbackHeader(host) ? null : 'Web pages of other machines may not ask this endpoint.';
}
