import type { DriftReason, DriftState } from '../../protocol/drift.ts';
import { benjaminiHochberg } from '../statistics/benjaminiHochberg.ts';
import { distinctOf, totalsOf } from '../statistics/pairs.ts';
import { proportionsDiffer } from '../statistics/sampleDifference.ts';
import type { Correction, DriftRow } from './driftTable.ts';
import { isDrifted, type ColumnData, type Measure } from './measure.ts';

/**
 * With fewer values on a side, Loopwright's own profile compares no distributions: of 30 values even a shift of 30
 * points of a share is no more than chance (1.63 / √30, the critical distance of Kolmogorov and Smirnov at 1 %).
 */
export const fewest = 30;
export const defaultSignificance = 0.01;
/** How far a share of missing values or of unseen categories rises before somebody looks at the pipeline. */
const brokenRise = 0.05;

/** A share of a side: `count` of `rows`. */
export interface Share {
  count: number;
  rows: number;
}

/** Evidence on a column in Loopwright's own profile, before the p-values of all columns are corrected. */
export interface Evidence {
  /** Whether the value is beyond the threshold; false where nothing was measured. */
  beyond: boolean;
  judgesP: boolean;
  compare: Measure['compare'];
  missing: { reference: Share; current: Share };
  /**
   * Values that no row of the reference has, among those of the current side; beside it how many would be unseen without
   * a change. Null for columns that are not of categories.
   */
  unseen: { expected: Share; current: Share } | null;
}

/** The rules that turn values into verdicts. */
export interface VerdictRules {
  significance: number;
  correction: Correction;
}

/**
 * The verdicts of Loopwright's own profile. A column has drifted when its value is beyond the threshold and the p-value
 * is below the significance; it is broken when a share rose by 5 points and its p-value is below. The p-values of all
 * columns are corrected together. Rows without evidence keep their state.
 */
export function decideOwn(
  columns: readonly { row: DriftRow; evidence: Evidence | null }[],
  { significance, correction }: VerdictRules,
): DriftRow[] {
  const tests = columns.map(({ row, evidence }) => ({
    value: evidence && isEnough(row) ? row.pValue : null,
    missing: evidence && riseOf(evidence.missing.reference, evidence.missing.current),
    unseen: evidence?.unseen ? riseOf(evidence.unseen.expected, evidence.unseen.current) : null,
  }));
  const raw = tests.flatMap(({ value, missing, unseen }) => [value, missing?.pValue ?? null, unseen?.pValue ?? null]);
  const adjusted = correction === 'none' ? raw : benjaminiHochberg(raw);
  return columns.map(({ row, evidence }, i) => {
    const [adjustedP = null, missingP = null, unseenP = null] = adjusted.slice(i * 3, i * 3 + 3);
    if (!evidence) return row;
    const found = { ...row, adjustedP };
    const { missing, unseen } = tests[i] ?? {};
    const breaks = [
      ...(isBreak(missing, missingP, significance) ? [breakOf('more missing', missing, missingP)] : []),
      ...(isBreak(unseen, unseenP, significance) ? [breakOf('unseen categories', unseen, unseenP)] : []),
    ];
    const [first] = breaks;
    if (first) {
      const notes = breaks.map(({ note }) => note);
      return noted({ ...found, drifted: true, state: 'broken', reason: first.reason }, notes);
    }
    return judged(found, evidence, significance);
  });
}

/** The verdict on the distribution. */
function judged(row: DriftRow, { beyond, judgesP, compare }: Evidence, significance: number): DriftRow {
  if (row.reason === 'no values') return row;
  if (!isEnough(row))
    return noted(verdict(row, 'too few rows', 'too few rows'), [`fewer than ${fewest} values on a side`]);
  if (row.state === 'not judged') return row;
  const p = row.adjustedP;
  if (judgesP) {
    const drifted = p !== null && row.threshold !== null && isDrifted(compare, p, row.threshold);
    return drifted ? verdict(row, 'drifted', 'beyond threshold') : verdict(row, 'stable', 'within threshold');
  }
  if (!beyond) return verdict(row, 'stable', 'within threshold');
  if (p !== null && p < significance) return verdict(row, 'drifted', 'beyond threshold');
  const alone = row.chance === null ? '' : `; without a change the value is ${short(row.chance)} on average`;
  return noted(verdict(row, 'stable', 'not significant'), [
    `beyond the threshold by chance: p ${p === null ? '–' : short(p)} after correction, not below ${significance}${alone}`,
  ]);
}

function verdict(row: DriftRow, state: DriftState, reason: DriftReason): DriftRow {
  return { ...row, state, reason, drifted: state === 'drifted' };
}

function isEnough({ nReference, nCurrent }: DriftRow): boolean {
  return Math.min(nReference, nCurrent) >= fewest;
}

/** A share on both sides, and the p-value of a rise; null where it is 0 or 1 on both. */
interface Rise {
  before: number;
  now: number;
  rows: number;
  pValue: number;
}

function riseOf(reference: Share, current: Share): Rise | null {
  const constant = [0, reference.rows + current.rows].includes(reference.count + current.count);
  if (constant || reference.rows === 0 || current.rows === 0) return null;
  const pValue = proportionsDiffer([reference.count, reference.rows], [current.count, current.rows]);
  return {
    before: reference.count / reference.rows,
    now: current.count / current.rows,
    rows: current.rows,
    pValue,
  };
}

function isBreak(rise: Rise | null | undefined, adjustedP: number | null, significance: number): rise is Rise {
  return !!rise && adjustedP !== null && rise.now - rise.before >= brokenRise && adjustedP < significance;
}

function breakOf(
  reason: 'more missing' | 'unseen categories',
  { before, now, rows }: Rise,
  p: number | null,
): { reason: DriftReason; note: string } {
  const shares = `${percent(now)} of ${rows} rows, ${percent(before)}`;
  const note =
    reason === 'more missing'
      ? `broken: values are missing in ${shares} in the reference`
      : `broken: ${shares} expected, have a value that the reference does not have`;
  return { reason, note: `${note} (p ${short(p ?? 1)})` };
}

/**
 * How many current values no row of the reference has. Without a change it is the share of reference rows whose category
 * occurs once (Good 1953): such a row would be unseen if it were not there itself.
 */
export function unseenOf(data: ColumnData): Evidence['unseen'] {
  if (data.type !== 'categorical' || distinctOf(data.pair.reference) === 0) return null;
  const { reference, current } = data.pair;
  const { nReference, nCurrent } = totalsOf(data.pair);
  const count = current.reduce((sum, found, i) => sum + ((reference[i] ?? 0) === 0 ? found : 0), 0);
  const once = reference.filter((found) => found === 1).length;
  return { expected: { count: once, rows: nReference }, current: { count, rows: nCurrent } };
}

function noted(row: DriftRow, notes: readonly string[]): DriftRow {
  return { ...row, note: [...(row.note === undefined ? [] : [row.note]), ...notes].join('; ') };
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

function short(value: number): string {
  return value < 0.0001 ? '< 0.0001' : String(Number(value.toPrecision(2)));
}
