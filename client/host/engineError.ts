/** The engine answered with a refusal; the message is for the person. */
export class EngineRefusal extends Error {
  override name = 'EngineRefusal';
}

/** The engine is not there: it crashed, could not be started, or may not be started. */
export class EngineGone extends Error {
  override name = 'EngineGone';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
