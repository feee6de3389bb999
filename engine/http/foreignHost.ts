import { isLoopbackHeader } from './loopback.ts';

/**
 * Returns why a server on loopback refuses a request by its `Host` header; null when it does not. A web page that
 * reached the server through a DNS name of its own sends that name (DNS rebinding).
 */
export function foreignHost(header: string | undefined): string | null {
  return isLoopbackHeader(header) ? null : 'This endpoint answers only on loopback.';
}
