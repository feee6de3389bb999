/** Limits for reading data as of a past time, for replays and retraining. Epoch milliseconds. */
export interface Period {
  /** Rows later than this are not read. */
  asOf: number | null;
  /** Rows older than this before `asOf` are not read by prepare. Milliseconds. */
  window: number | null;
}

export const wholePeriod: Period = { asOf: null, window: null };
