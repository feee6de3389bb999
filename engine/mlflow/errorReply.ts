import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreError, WorkError, isDiskFull, messageOf } from '../base/errors.ts';
import { MlflowError, statusOf } from './mlflowError.ts';

/** Answers with an error in the form of MLflow's protocol. */
export function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const known = error instanceof MlflowError ? error : wrapped(error);
  return reply
    .code(statusOf[known.code])
    .type('application/json')
    .send(JSON.stringify({ error_code: known.code, message: known.message }));
}

function wrapped(error: unknown): MlflowError {
  if (error instanceof WorkError)
    return new MlflowError(
      error instanceof StoreError && error.fault === 'busy' ? 'TEMPORARILY_UNAVAILABLE' : 'INTERNAL_ERROR',
      error.message,
    );
  if (isDiskFull(error))
    return new MlflowError(
      'INTERNAL_ERROR',
      'The disk is full: the artifact was not stored. Free some space; what was written before is kept.',
    );
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  return new MlflowError(
    status === 413
      ? 'INVALID_PARAMETER_VALUE'
      : typeof status === 'number' && status < 500
        ? 'BAD_REQUEST'
        : 'INTERNAL_ERROR',
    messageOf(error),
  );
}

/** A call that this endpoint does not support: another part of MLflow, or an unknown path. */
export function notKnown(request: FastifyRequest): MlflowError {
  const path = request.url.split('?')[0] ?? '';
  const part =
    /mlflow\/(traces|prompts?|gateway|assessments|scorers|webhooks|issues|label-schemas|review-queues|genai|workspaces|datasets|jobs|assistant|mcp)/.exec(
      path,
    )?.[1] ?? (path.startsWith('/v1/traces') ? 'traces' : undefined);
  if (part !== undefined)
    return new MlflowError(
      'NOT_IMPLEMENTED',
      `Loopwright does not keep ${part}. It tracks experiments, runs, metrics, artifacts and models; docs/tracking.md lists what its MLflow endpoint knows.`,
    );
  return new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${request.method} ${path}.`);
}
