/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * True when a `Host` header names this machine, with or without a port. A web page that reached the server through a
 * DNS name of its own sends that name.
 */
export function isLoopbackHeader(header: string | undefined): boolean {
  const host = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(header ?? '');
  return isLoopback(host?.[1] ?? host?.[2] ?? '');
}
