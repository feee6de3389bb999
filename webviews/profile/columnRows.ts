import type {
  ColumnProfile,
  ComparedColumn,
  DataComparison,
  DataOutline,
  DataProfile,
  DataRelations,
  Relevance,
} from '../../protocol/dataProfile.ts';

/** One row of the table: a column with the results so far. */
export interface ColumnRow {
  /** Position in the file. */
  index: number;
  name: string;
  type: string;
  role: string | null;
  unit: string | null;
  description: string | null;
  isTarget: boolean;
  rows: number | null;
  missing: number | null;
  profile: ColumnProfile | null;
  relevance: Relevance | null;
  compared: ComparedColumn | null;
  /** Structural difference from the other side: added, or of another type. */
  change: { was: 'absent' } | { was: 'type'; type: string } | null;
}

export type Kind = 'all' | 'number' | 'text' | 'time' | 'boolean' | 'missing' | 'drifted';
export type SortKey =
  'name' | 'type' | 'missing' | 'distinct' | 'min' | 'median' | 'max' | 'share' | 'drift' | 'before';

export interface Sort {
  by: SortKey;
  descending: boolean;
}

/** The columns of the profile, or of its outline until the profile is available. */
export function columnRows(
  head: DataProfile | DataOutline,
  relations: DataRelations | null,
  comparison: DataComparison | null,
): ColumnRow[] {
  const told = new Map(relations?.relevance.map((one) => [one.column, one]));
  const compared = new Map(comparison?.columns.map((one) => [one.column, one]));
  const retyped = new Map(comparison?.retyped.map((one) => [one.column, one.from]));
  const added = new Set(comparison?.added);
  return head.columns.map((column, index): ColumnRow => {
    const { name } = column;
    const field = Object.hasOwn(head.fields, name) ? head.fields[name] : undefined;
    const was = retyped.get(name);
    return {
      index,
      name,
      type: column.type,
      role: field?.role ?? null,
      unit: field?.unit ?? null,
      description: field?.description ?? null,
      isTarget: head.target === name,
      rows: head.rows,
      missing: column.missing,
      profile: 'distinct' in column ? column : null,
      relevance: told.get(name) ?? null,
      compared: compared.get(name) ?? null,
      change: added.has(name) ? { was: 'absent' } : was === undefined ? null : { was: 'type', type: was },
    };
  });
}

const kinds: Record<Exclude<Kind, 'all'>, (row: ColumnRow) => boolean> = {
  number: ({ type }) => type === 'number' || type === 'integer',
  time: ({ type }) => ['datetime', 'date', 'time', 'duration', 'year', 'yearmonth'].includes(type),
  boolean: ({ type }) => type === 'boolean',
  text: (row) => !kinds.number(row) && !kinds.time(row) && !kinds.boolean(row),
  missing: ({ missing }) => (missing ?? 0) > 0,
  drifted: ({ compared, change }) => compared?.drifted === true || change !== null,
};

/** The rows of a kind that contain every word of the filter in name, type, role, unit or description. */
export function filtered(rows: readonly ColumnRow[], filter: string, kind: Kind): ColumnRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (kind !== 'all' && !kinds[kind](row)) return false;
    if (words.length === 0) return true;
    const text = [row.name, row.type, row.role, row.unit, row.description, row.isTarget ? 'target' : '']
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * Drift of a column relative to its threshold: 1 is the threshold, which a value that chance explains does not pass.
 * P-values are inverted. Null without a measurement.
 */
export function driftRatio({ value, pValue, threshold, drifted, reason }: ComparedColumn): number | null {
  if (value === null && pValue === null) return null;
  // The value of a test is its p-value.
  if (threshold !== null && pValue !== null && (value === null || value === pValue))
    return threshold / Math.max(pValue, threshold * 1e-6);
  if (value === null) return null;
  const ratio = threshold !== null && threshold > 0 ? Math.abs(value) / threshold : drifted ? 1 : 0;
  return reason === 'not significant' ? Math.min(1, ratio) : ratio;
}

/** A date as epoch milliseconds, so that dates sort among times. */
function dateNumber(text: string | undefined): number | null {
  const at = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(at) ? null : at;
}

const values: Record<SortKey, (row: ColumnRow) => number | string | null> = {
  name: ({ name }) => name,
  type: ({ type }) => type,
  missing: ({ missing, rows }) => (missing === null || !rows ? missing : missing / rows),
  distinct: ({ profile }) => profile?.distinct ?? null,
  min: ({ profile }) => profile?.numbers?.min ?? dateNumber(profile?.range?.first),
  median: ({ profile }) => profile?.numbers?.median ?? null,
  max: ({ profile }) => profile?.numbers?.max ?? dateNumber(profile?.range?.last),
  share: ({ relevance }) => (relevance === null ? null : relevance.relevant ? relevance.share : relevance.share - 1),
  drift: ({ compared, change }) => (change ? Number.MAX_VALUE : compared === null ? null : driftRatio(compared)),
  before: ({ compared }) =>
    compared === null || compared.nReference + compared.missingReference === 0
      ? null
      : compared.missingReference / (compared.nReference + compared.missingReference),
};

const textual: readonly SortKey[] = ['name', 'type'];
export const farthestFirst: Sort = { by: 'drift', descending: true };

/**
 * Sorts by a column of the table. Rows without a value come last in both directions; equal rows keep the order of the
 * file.
 */
export function ordered(rows: readonly ColumnRow[], sort: Sort | null): ColumnRow[] {
  if (!sort) return [...rows];
  const sign = sort.descending ? -1 : 1;
  const value = values[sort.by];
  return rows.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === null || right === null) return left === right ? a.index - b.index : left === null ? 1 : -1;
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right) || a.index - b.index;
    return sign * String(left).localeCompare(String(right), 'en', { numeric: true }) || a.index - b.index;
  });
}

/**
 * Text sorts ascending first and numbers descending; a second click reverses, a third restores the order of the file.
 */
export function nextSort(sort: Sort | null, by: SortKey): Sort | null {
  const first = !textual.includes(by);
  if (sort?.by !== by) return { by, descending: first };
  return sort.descending === first ? { by, descending: !first } : null;
}
