import type { FastifyRequest } from 'fastify';
import { isNestedDeeply, tooDeep } from '../base/jsonDepth.ts';
import { messageOf } from '../base/errors.ts';
import { MlflowError } from './mlflowError.ts';

/** Bytes. */
export const largestBody = 64 << 20;

/** Encodes a path as part of a URL. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The parameters of a URL; a repeated one is a list. */
export function query(request: FastifyRequest): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const params = new URL(request.url, 'http://localhost').searchParams;
  for (const key of new Set(params.keys())) {
    const all = params.getAll(key);
    // `max_results=` has no value.
    if (key !== 'max_results' || all[0] !== '') values[key] = all.length > 1 ? all : all[0];
  }
  return values;
}

/** The JSON object of a request. Throws MlflowError for other content. */
export async function bodyOf(request: FastifyRequest): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.raw as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  }
  if (size > largestBody)
    throw new MlflowError(
      'INVALID_PARAMETER_VALUE',
      `A request has at most ${largestBody} bytes; this one has ${size}.`,
    );
  if (size === 0) return {};
  const text = Buffer.concat(chunks).toString('utf8');
  if (isNestedDeeply(text)) throw new MlflowError('BAD_REQUEST', tooDeep);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new MlflowError('BAD_REQUEST', `The body of the request is not JSON: ${messageOf(error)}`);
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new MlflowError('BAD_REQUEST', 'The body of the request is not a JSON object.');
  return parsed as Record<string, unknown>;
}
