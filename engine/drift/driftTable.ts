import type { ComparedColumn } from '../../protocol/dataProfile.ts';

/** How a column was compared: by its numbers, its categories, the words of its texts, or not at all. */
export type ComparedAs = 'numeric' | 'categorical' | 'text' | 'none';

/** What one column's comparison says. */
export interface DriftRow extends Omit<ComparedColumn, 'type' | 'note' | 'distribution'> {
  type: ComparedAs;
  /** The name that the profile's own tool prints. */
  displayName: string;
  /** Size of the difference beside a test, such as its statistic or Cohen's d; null where the value is one. */
  effect: number | null;
  /** The rule by which numbers were binned. */
  bins?: string;
  seed?: number;
  /** The p-value after the correction for many tests. */
  adjustedP?: number | null;
  /** Why there is no verdict, or what else to know. */
  note?: string;
}

export interface DriftTable {
  profile: ProfileName;
  columns: DriftRow[];
  /** `share` of drifted among compared columns. */
  dataset: { share: number; drifted: boolean; rule: string };
}

export const profileNames = ['loopwright', 'evidently', 'tfdv', 'nannyml'] as const;
export type ProfileName = (typeof profileNames)[number];

export const corrections = ['none', 'benjamini-hochberg'] as const;
export type Correction = (typeof corrections)[number];

/** How two tables are compared. */
/**
 * How one column is compared. `none` leaves it out; a measure that does not apply to its type gives way to the default.
 */
export interface Comparator {
  measure?: string | undefined;
  threshold?: number | undefined;
}

export interface CompareOptions {
  profile: ProfileName;
  /** Only these, in this order. Default: all of the reference, then those that only the current side has. */
  columns?: readonly string[];
  /**
   * By name or by the name that the profile's tool has for it; for the columns to which it applies. Default: the
   * profile's choice.
   */
  measure?: string;
  /** Instead of the measure's own. */
  threshold?: number;
  /** What a schema says of single columns; for Loopwright's own profile. */
  comparators?: ReadonlyMap<string, Comparator>;
  /** A measure that does not apply gives way to the default instead of being told. */
  fallBack?: boolean;
  correction?: Correction;
  signal?: AbortSignal;
}
