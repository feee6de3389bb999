import type { ColumnProfile, Histogram, NumberProfile } from '../../protocol/dataProfile.ts';

/**
 * The profile of a version of a dataset as the column `snapshots.profile` holds it. A change of its shape adds a format.
 * Profiles of format 1 are the bare list of columns, and the oldest of them lack `lengths` and `core`.
 */
interface StoredProfile {
  format: 2;
  columns: StoredColumn[];
}

interface StoredColumn {
  name: string;
  type: string;
  rows: number;
  missing: number;
  distinct: number;
  exact: boolean;
  numbers: StoredNumbers | null;
  top: { value: string; count: number }[] | null;
  lengths: { min: number; mean: number; max: number } | null;
}

interface StoredNumbers {
  min: number;
  q05: number;
  q25: number;
  median: number;
  q75: number;
  q95: number;
  max: number;
  mean: number;
  std: number;
  zeros: number;
  negative: number;
  infinite: number;
  histogram: Histogram;
  core: Histogram | null;
}

type OldColumn = Omit<StoredColumn, 'lengths' | 'numbers'> & {
  lengths?: StoredColumn['lengths'];
  numbers: (Omit<StoredNumbers, 'core'> & { core?: Histogram | null }) | null;
};

/** The text that the store holds of a profile. */
export function profileText(columns: readonly ColumnProfile[]): string {
  return JSON.stringify({ format: 2, columns: columns.map(storedColumn) } satisfies StoredProfile);
}

function storedColumn({
  name,
  type,
  rows,
  missing,
  distinct,
  exact,
  numbers,
  top,
  lengths,
}: ColumnProfile): StoredColumn {
  return { name, type, rows, missing, distinct, exact, numbers: numbers && storedNumbers(numbers), top, lengths };
}

function storedNumbers(numbers: NumberProfile): StoredNumbers {
  const { min, q05, q25, median, q75, q95, max, mean, std, zeros, negative, infinite, histogram, core } = numbers;
  return { min, q05, q25, median, q75, q95, max, mean, std, zeros, negative, infinite, histogram, core };
}

/** Reads a stored profile of any format. */
export function readProfile(text: string): ColumnProfile[] {
  const stored = JSON.parse(text) as StoredProfile | OldColumn[];
  const columns: OldColumn[] = Array.isArray(stored) ? stored : stored.columns;
  return columns.map(({ numbers, ...column }) => ({
    ...column,
    numbers: numbers && { ...numbers, core: numbers.core ?? null },
    lengths: column.lengths ?? null,
  }));
}
