import { isIPv4 } from 'node:net';

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * True when a `Host` header names this machine, with or without a port. A web page that reached the server through a
 * DNS name of its own sends that name.
 */
export function isLoopbackHeader(header: string | undefined): boolean {
  const host = /^(?:\[(::1)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(header ?? '');
  return isLoopback(host?.[1] ?? host?.[2] ?? '');
}
