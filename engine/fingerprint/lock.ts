export interface FileFingerprint {
  hash: string;
  bytes: number;
}

/** The inputs, params and outputs of a stage when it last finished. Paths are relative to the project. */
export interface LockEntry {
  /** `cmd` or the built-in's inputs, after interpolation. */
  spec: Record<string, unknown>;
  params: Record<string, unknown>;
  deps: Record<string, FileFingerprint>;
  /** Outputs; models and reports are under `.loopwright/artifacts`. */
  outs: Record<string, FileFingerprint>;
  /** The run that made it. */
  run: string;
}

/** `loopwright.lock`. Keys are stage names, or `stage@experiment`. */
export type Lock = Record<string, LockEntry>;
