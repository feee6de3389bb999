import type { Database } from '../data/database.ts';
import { messageOf, WorkError } from '../base/errors.ts';
import { numbersAsCategories, totalsOf } from '../statistics/pairs.ts';
import { readColumn, type ReadColumn } from './columnData.ts';
import type { CompareOptions, DriftRow } from './driftTable.ts';
import { isDrifted, type ColumnData, type Measure, type Measured } from './measure.ts';
import { measureFor } from './measures.ts';
import { nannymlMeasure } from './nannymlMeasure.ts';
import { defaultSignificance, unseenOf, type Evidence, type Share } from './ownVerdict.ts';
import { evidentlyDefault, evidentlyMeasures } from './profiles/evidently.ts';
import { loopwrightDefault, loopwrightMeasures } from './profiles/loopwright.ts';
import { tfdvMeasures } from './profiles/tfdv.ts';
import type { Side } from './side.ts';

const estimatedBins = 'values within a 256th of a standard deviation taken for one';

/** A row, and its part in the verdict on the dataset. */
export interface Judged {
  row: DriftRow;
  /** Whether a comparison took place, so that the column counts in the share. */
  counts: boolean;
  /** The verdict of the row; evidently's share includes infinite values that its columns drop. */
  driftedForShare: boolean;
  compare: Measure['compare'];
  judgesP: boolean;
  /** For the verdict of Loopwright's own profile, which looks at all columns; null in other profiles. */
  evidence: Evidence | null;
}

/**
 * Judges one column by a profile: the measure, its value and the verdict. In Loopwright's own profile the verdict comes
 * from `decideOwn`.
 */
export async function judgeColumn(
  db: Database,
  name: string,
  reference: Side,
  current: Side,
  options: CompareOptions,
): Promise<Judged> {
  const missing = {
    missingReference: missingShare(reference, name, 0),
    missingCurrent: missingShare(current, name, 0),
  };
  const nothing: DriftRow = {
    column: name,
    type: 'none',
    measure: 'none',
    displayName: 'none',
    value: null,
    pValue: null,
    adjustedP: null,
    effect: null,
    chance: null,
    threshold: null,
    drifted: false,
    state: 'not judged',
    reason: 'not compared',
    nReference: reference.columns.get(name)?.known ?? 0,
    nCurrent: current.columns.get(name)?.known ?? 0,
    ...missing,
  };
  if (options.profile === 'loopwright' && options.measure === 'none')
    return uncounted({ ...nothing, note: 'left out by the schema' });
  const read = await readColumn(db, options, name, reference, current);
  if (typeof read === 'string') return uncounted({ ...nothing, note: read });
  const shape: DriftRow = {
    ...nothing,
    type: read.data.type,
    nReference: read.nReference,
    nCurrent: read.nCurrent,
    missingReference: missingShare(reference, name, read.extraMissing.reference),
    missingCurrent: missingShare(current, name, read.extraMissing.current),
  };
  const measure = await choose(db, name, read, reference, options);
  if (typeof measure === 'string') return uncounted({ ...shape, note: measure });
  const threshold = options.threshold ?? ownLevel(measure, options) ?? measure.threshold;
  const named: DriftRow = { ...shape, measure: measure.name, displayName: measure.displayName, threshold };
  const empty = read.nReference === 0 ? 'reference' : read.nCurrent === 0 ? 'current' : null;
  if (empty !== null) {
    const note = `the ${empty} side has no values${options.profile === 'evidently' ? '; evidently raises an error' : ''}`;
    // A column that lost its values can be broken, although nothing can be compared.
    const evidence =
      options.profile === 'loopwright' ? evidenceOf(named, measure, read, reference, current, false) : null;
    return { ...uncounted({ ...named, reason: 'no values', note }), evidence };
  }
  let measured: Measured;
  try {
    measured = measure.measure(read.data, threshold);
  } catch (error) {
    if (error instanceof WorkError) throw error;
    return uncounted({ ...named, note: messageOf(error) });
  }
  const { row, beyond } = withVerdict(named, measured, measure, read, options);
  const shareVerdict =
    options.profile === 'evidently' ? verdictWithInfinite(read, reference, current, name, options) : null;
  return {
    row,
    counts: true,
    driftedForShare: shareVerdict ?? row.drifted,
    compare: measure.compare,
    judgesP: measure.judgesP,
    evidence: options.profile === 'loopwright' ? evidenceOf(row, measure, read, reference, current, beyond) : null,
  };
}

/** The threshold of a test in Loopwright's own profile is the significance. */
function ownLevel({ judgesP }: Measure, { profile, significance }: CompareOptions): number | null {
  return profile === 'loopwright' && judgesP ? (significance ?? defaultSignificance) : null;
}

function evidenceOf(
  { missingReference, missingCurrent }: DriftRow,
  { judgesP, compare }: Measure,
  { data }: ReadColumn,
  reference: Side,
  current: Side,
  beyond: boolean,
): Evidence {
  const share = ({ rows }: Side, missing: number): Share => ({ count: Math.round(missing * rows), rows });
  return {
    beyond,
    judgesP,
    compare,
    missing: { reference: share(reference, missingReference), current: share(current, missingCurrent) },
    unseen: unseenOf(data),
  };
}

function withVerdict(
  named: DriftRow,
  measured: Measured,
  measure: Measure,
  read: ReadColumn,
  { profile }: CompareOptions,
): { row: DriftRow; beyond: boolean } {
  const { drifted: own, note, ...told } = measured;
  const value = finite(told.value);
  const judged =
    told.value !== null &&
    !Number.isNaN(told.value) &&
    named.threshold !== null &&
    (own ?? isDrifted(measure.compare, told.value, named.threshold));
  const row: DriftRow = {
    ...named,
    ...told,
    value,
    pValue: finite(told.pValue),
    effect: finite(told.effect),
    chance: finite(told.chance ?? null),
    drifted: judged,
    ...stateOf(named.threshold, value, judged),
    ...(read.estimated ? { bins: told.bins === undefined ? estimatedBins : `${told.bins}; ${estimatedBins}` } : {}),
  };
  const notes = note === undefined ? [] : [note];
  if (value === null)
    notes.push(
      told.value === Number.POSITIVE_INFINITY ? 'the value is infinite' : 'the measure is not defined for these values',
    );
  if (profile === 'tfdv' && named.threshold === null) notes.push('TFDV has no default threshold; set one');
  return { row: notes.length === 0 ? row : { ...row, note: notes.join('; ') }, beyond: judged };
}

function stateOf(threshold: number | null, value: number | null, drifted: boolean): Pick<DriftRow, 'state' | 'reason'> {
  if (threshold === null) return { state: 'not judged', reason: 'no threshold' };
  if (drifted) return { state: 'drifted', reason: 'beyond threshold' };
  return value === null
    ? { state: 'not judged', reason: 'undefined value' }
    : { state: 'stable', reason: 'within threshold' };
}

async function choose(
  db: Database,
  name: string,
  read: ReadColumn,
  reference: Side,
  options: CompareOptions,
): Promise<Measure | string> {
  const { profile, measure } = options;
  if (profile === 'nannyml') return nannymlMeasure(db, name, read, reference, measure);
  if (profile === 'tfdv') {
    const infinite = read.numbers ? infiniteCounts(read.numbers) : { reference: [], current: [] };
    return (
      measureFor(
        tfdvMeasures(infinite),
        measure ?? (read.data.type === 'numeric' ? 'js_divergence_2' : 'l_infinity'),
        read.data.type,
      ) ?? notApplied(measure, read.data)
    );
  }
  if (profile === 'loopwright')
    return measure === undefined
      ? loopwrightDefault(read.data, options.threshold !== undefined)
      : (measureFor(loopwrightMeasures, measure, read.data.type) ??
          (options.fallBack
            ? loopwrightDefault(read.data, options.threshold !== undefined)
            : notApplied(measure, read.data)));
  return measure === undefined
    ? evidentlyDefault(read.data, read.nReference, read.distinct)
    : (measureFor(evidentlyMeasures, measure, read.data.type) ?? notApplied(measure, read.data));
}

function notApplied(measure: string | undefined, { type }: ColumnData): string {
  return `${measure ?? 'the measure'} does not apply to ${type} columns`;
}

/**
 * evidently drops infinite values from a column. For the share of drifted columns it does so only on a side that also
 * has missing values. Null where this makes no difference.
 */
function verdictWithInfinite(
  read: ReadColumn,
  reference: Side,
  current: Side,
  name: string,
  options: CompareOptions,
): boolean | null {
  const { data, numbers } = read;
  if (!numbers || data.type === 'text') return null;
  const hasInfinite = numbers.all.values.length > numbers.pair.values.length;
  if (!hasInfinite) return null;
  const gaps = (side: Side, nan: number) => nan > 0 || (side.columns.get(name)?.known ?? 0) < side.rows;
  const keep = { reference: !gaps(reference, numbers.nan.reference), current: !gaps(current, numbers.nan.current) };
  const kept = (counts: Float64Array, keeps: boolean) =>
    counts.map((count, i) => (keeps || Number.isFinite(numbers.all.values[i] ?? 0) ? count : 0));
  const sides = {
    reference: kept(numbers.all.reference, keep.reference),
    current: kept(numbers.all.current, keep.current),
  };
  const present = numbers.all.values.map((_, i) => (sides.reference[i] ?? 0) + (sides.current[i] ?? 0));
  const only = (values: Float64Array) => values.filter((_, i) => (present[i] ?? 0) > 0);
  const pair = { values: only(numbers.all.values), reference: only(sides.reference), current: only(sides.current) };
  const again: ColumnData =
    data.type === 'numeric' ? { ...data, pair } : { type: 'categorical', pair: numbersAsCategories(pair) };
  const measure =
    options.measure === undefined
      ? evidentlyDefault(again, totalsOf(pair).nReference, pair.values.length)
      : measureFor(evidentlyMeasures, options.measure, data.type);
  const threshold = options.threshold ?? measure?.threshold ?? null;
  try {
    const value = measure?.measure(again, threshold).value ?? null;
    return measure !== null && value !== null && threshold !== null && isDrifted(measure.compare, value, threshold);
  } catch {
    return null;
  }
}

/** Counts of NaN, −∞ and +∞ on both sides; none of them matches another. */
function infiniteCounts({ all, nan }: NonNullable<ReadColumn['numbers']>): { reference: number[]; current: number[] } {
  const ends = [...all.values.keys()].filter((i) => !Number.isFinite(all.values[i] ?? 0));
  const of = (counts: Float64Array, nans: number) =>
    [nans, ...ends.map((i) => counts[i] ?? 0)].filter((count) => count > 0);
  return { reference: of(all.reference, nan.reference), current: of(all.current, nan.current) };
}

function missingShare(side: Side, name: string, extra: number): number {
  const column = side.columns.get(name);
  return column ? (side.rows - column.known + extra) / side.rows : 1;
}

function uncounted(row: DriftRow): Judged {
  return { row, counts: false, driftedForShare: false, compare: '>=', judgesP: false, evidence: null };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
