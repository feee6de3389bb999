/** The error codes of MLflow's protocol that the endpoint uses, with their HTTP status. */
export const statusOf = {
  BAD_REQUEST: 400,
  INVALID_PARAMETER_VALUE: 400,
  RESOURCE_ALREADY_EXISTS: 400,
  RESOURCE_DOES_NOT_EXIST: 404,
  ENDPOINT_NOT_FOUND: 404,
  INVALID_STATE: 400,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  NOT_IMPLEMENTED: 501,
  REQUEST_LIMIT_EXCEEDED: 429,
  TEMPORARILY_UNAVAILABLE: 503,
  INTERNAL_ERROR: 500,
} as const;

export type MlflowCode = keyof typeof statusOf;

/** An error in MLflow's protocol: a code and a message. */
export class MlflowError extends Error {
  readonly code: MlflowCode;

  constructor(code: MlflowCode, message: string) {
    super(message);
    this.name = 'MlflowError';
    this.code = code;
  }
}

export function invalid(message: string): MlflowError {
  return new MlflowError('INVALID_PARAMETER_VALUE', message);
}

export function missing(what: string): MlflowError {
  return new MlflowError('RESOURCE_DOES_NOT_EXIST', what);
}
