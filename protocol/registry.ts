// The records of people about a version, and the promotions of it. Times are epoch milliseconds.

/** An approval that is in force. */
export interface Approval {
  stage: 'staging' | 'production';
  /** The person, without the part of Loopwright. */
  by: string;
  actor: string;
  at: number;
  why: string;
  /** False when the version was validated again since: the approval was for other figures and does not count. */
  isCurrent: boolean;
}

export interface VersionComment {
  at: number;
  actor: string;
  text: string;
}

/** A promotion or a rollback to a version. */
export interface PromotionRecord {
  kind: 'promoted' | 'rolled back';
  at: number;
  actor: string;
  why: string;
  /** The champion before; null when there was none. */
  previous: number | null;
  /** The gates that a person overrode, and why; null when all gates passed. */
  override: GateOverride | null;
}

export interface GateOverride {
  reason: string;
  /** The gates as sentences, such as `pr_auc 0.78 < 0.80`. */
  gates: string[];
}

/** The records of a version that the registry keeps beside its report. */
export interface VersionRecord {
  /** The newest override; null when its gates were never overridden. */
  override: (GateOverride & { at: number; actor: string }) | null;
  approvals: Approval[];
  comments: VersionComment[];
  /** Newest first. */
  promotions: PromotionRecord[];
}
