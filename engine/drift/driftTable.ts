import type { ComparedColumn } from '../../protocol/dataProfile.ts';
import type { DriftState } from '../../protocol/drift.ts';
import type { DeclaredKind } from './declaredKinds.ts';
import { driftProfiles } from '../project/schema/monitors.ts';

/** The values that were compared: numbers, categories, the words of texts, or none. */
export type ComparedAs = 'numeric' | 'categorical' | 'text' | 'none';

/** The comparison of one column. */
export interface DriftRow extends Omit<ComparedColumn, 'type' | 'note' | 'distribution'> {
  type: ComparedAs;
  state: DriftState;
  /** The name that the tool of the profile prints. */
  displayName: string;
  /** Effect size of a test, such as its statistic or Cohen's d; null when the value itself is a distance. */
  effect: number | null;
  /** The rule by which numbers were binned. */
  bins?: string;
  seed?: number;
  /** Why there is no verdict, or a remark on it; for people, not for logic. */
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

/**
 * The comparison that a schema asks for. `none` leaves the column out; the default replaces a measure that does not
 * apply.
 */
export interface Comparator {
  measure?: string | undefined;
  threshold?: number | undefined;
}

/** How two tables are compared. */
export interface CompareOptions {
  profile: ProfileName;
  /** The columns to compare, in this order. Default: those of the reference, then those of the current side alone. */
  columns?: readonly string[] | undefined;
  /**
   * The measure for the columns to which it applies, by its name or by that of the profile's tool. Default: the choice
   * of the profile.
   */
  measure?: string | undefined;
  /** Replaces the threshold of the measure. */
  threshold?: number | undefined;
  /** The comparators of a schema by column; for Loopwright's own profile. */
  comparators?: ReadonlyMap<string, Comparator>;
  /** Columns that a schema declares as booleans or categories; for Loopwright's own profile. */
  kinds?: ReadonlyMap<string, DeclaredKind>;
  /** Whether the default replaces a measure that does not apply; else the column is left out. */
  fallBack?: boolean;
  /** Default: `benjamini-hochberg` for Loopwright's own profile, `none` for those of other tools. */
  correction?: Correction | undefined;
  /** For Loopwright's own profile: a corrected p-value below this is no chance. Default 0.01. */
  significance?: number | undefined;
  signal?: AbortSignal | undefined;
}
