/** Who receives the events or messages of a stage. A `stopped` one ended as it should; one that `died` was killed. */
export interface ListenerStatus {
  state: 'listening' | 'stopped' | 'died';
  pid: number | null;
  /** Where it listens, or the broker, without user and password. */
  address: string | null;
  /** Events that it has taken since it began. */
  taken: number | null;
  /** Time of the last one in epoch milliseconds. */
  lastAt: number | null;
  /** Bytes in the spool that no collection has read. */
  waitingBytes: number;
}
