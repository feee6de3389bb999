/** Limits for reading data as of a past time, for replays and retraining. Epoch milliseconds. */
export interface Period {
  /** Rows later than this are not read. */
  asOf: number | null;
  /** Rows older than this before `asOf` are not read by prepare. Milliseconds. */
  window: number | null;
  /**
   * Start of the change that a retraining answers: the rows from this time on are the new regime. `prepare` puts them
   * on every side of a split by time, and the reference of the new version holds only them.
   */
  regime: number | null;
}

export const wholePeriod: Period = { asOf: null, window: null, regime: null };

const iso = (at: number) => new Date(at).toISOString();

/** The keys of a period in a fingerprint; a limit that is not set has no key. */
export function periodSpec({ asOf, window, regime }: Period): { as_of?: string; window_ms?: number; regime?: string } {
  return {
    ...(asOf === null ? {} : { as_of: iso(asOf) }),
    ...(window === null ? {} : { window_ms: window }),
    ...(regime === null ? {} : { regime: iso(regime) }),
  };
}

/**
 * The variables that pass a period to a program, as ISO 8601 times in UTC. A limit that is not set is undefined, so
 * that a program does not inherit that of a run around it.
 */
export function periodVariables({ asOf, window, regime }: Period) {
  const from = asOf === null || window === null ? null : asOf - window;
  return {
    LOOPWRIGHT_AS_OF: asOf === null ? undefined : iso(asOf),
    LOOPWRIGHT_DATA_FROM: from === null ? undefined : iso(from),
    LOOPWRIGHT_DATA_TO: asOf === null || from === null ? undefined : iso(asOf),
    LOOPWRIGHT_REGIME_FROM: regime === null ? undefined : iso(regime),
  };
}
