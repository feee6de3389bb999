import type { ComparedColumn } from '../../protocol/dataProfile.ts';
import type { DriftState } from '../../protocol/drift.ts';
import { driftProfiles } from '../project/schema/monitors.ts';

/** How a column was compared: by its numbers, its categories, the words of its texts, or not at all. */
export type ComparedAs = 'numeric' | 'categorical' | 'text' | 'none';

/** The comparison of one column. */
export interface DriftRow extends Omit<ComparedColumn, 'type' | 'note' | 'distribution'> {
  type: ComparedAs;
  state: DriftState;
  /** The name that the profile's own tool prints. */
  displayName: string;
  /** Size of the difference beside a test, such as its statistic or Cohen's d; null where the value is one. */
  effect: number | null;
  /** The rule by which numbers were binned. */
  bins?: string;
  seed?: number;
  /** The p-value after the correction for many tests. */
  adjustedP?: number | null;
  /** For a reader: why there is no verdict, or a remark on it. */
  note?: string;
}

export interface DriftTable {
  profile: ProfileName;
  columns: DriftRow[];
  /** `share` of drifted among compared columns. */
  dataset: { share: number; drifted: boolean; rule: string };
}

export { driftProfiles as profileNames };
export type ProfileName = (typeof driftProfiles)[number];

export const corrections = ['none', 'benjamini-hochberg'] as const;
export type Correction = (typeof corrections)[number];

/** How one column is compared. `none` leaves it out; a measure that does not apply to its type yields to the default. */
export interface Comparator {
  measure?: string | undefined;
  threshold?: number | undefined;
}

/** How two tables are compared. */
export interface CompareOptions {
  profile: ProfileName;
  /** Only these, in this order. Default: all of the reference, then those that only the current side has. */
  columns?: readonly string[] | undefined;
  /**
   * By name or by the name that the profile's tool has for it; for the columns to which it applies. Default: the
   * profile's choice.
   */
  measure?: string | undefined;
  /** Instead of the measure's own. */
  threshold?: number | undefined;
  /** The comparators of a schema by column; for Loopwright's own profile. */
  comparators?: ReadonlyMap<string, Comparator>;
  /** A measure that does not apply yields to the default instead of leaving the column out. */
  fallBack?: boolean;
  correction?: Correction;
  signal?: AbortSignal | undefined;
}
