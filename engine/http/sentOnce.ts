import type { FastifyRequest } from 'fastify';

/**
 * The value of a header that a request sends once; null for none and for several: of two headers a proxy may judge one
 * and a server the other.
 */
export function sentOnce({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>, name: string): string | null {
  const sent = raw.rawHeaders.filter((header, i) => i % 2 === 0 && header.toLowerCase() === name).length;
  const value = headers[name];
  return sent === 1 && typeof value === 'string' ? value : null;
}
