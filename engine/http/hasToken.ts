import type { FastifyRequest } from 'fastify';
import { sameSecret } from './sameSecret.ts';

/**
 * True when a request sends the token as `Authorization: Bearer …`, once: of two headers a proxy may judge one and a
 * server the other.
 */
export function hasToken({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>, token: string): boolean {
  const sent = raw.rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'authorization').length;
  return sent === 1 && sameSecret(headers.authorization ?? '', `Bearer ${token}`);
}
