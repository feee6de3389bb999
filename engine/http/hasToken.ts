import type { FastifyRequest } from 'fastify';
import { sameSecret } from './sameSecret.ts';
import { sentOnce } from './sentOnce.ts';

/** True when a request sends the token as `Authorization: Bearer …`, once. */
export function hasToken(request: Pick<FastifyRequest, 'headers' | 'raw'>, token: string): boolean {
  return sameSecret(sentOnce(request, 'authorization') ?? '', `Bearer ${token}`);
}
