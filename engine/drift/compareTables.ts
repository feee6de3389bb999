import type { Database } from '../data/database.ts';
import { checkCancelled, ProjectError } from '../base/errors.ts';
import { suggestion } from '../base/didYouMean.ts';
import { benjaminiHochberg } from '../statistics/benjaminiHochberg.ts';
import { compareDomains, domainMeasure } from './compareDomains.ts';
import { judgeColumn, type Judged } from './judgeColumn.ts';
import { unknownMeasure } from './measures.ts';
import { isDrifted } from './measure.ts';
import { decideOwn, defaultSignificance } from './ownVerdict.ts';
import type { CompareOptions, DriftTable, ProfileName } from './driftTable.ts';
import { readSide, withColumns, type Side } from './side.ts';

export type { CompareOptions } from './driftTable.ts';

/**
 * Compares two tables (FROM-able SQL) column by column. Throws ProjectError for an unknown column or measure, DataError
 * for a table without rows. Holds one column at a time in memory, as counts of its values.
 */
export async function compareTables(
  db: Database,
  reference: string,
  current: string,
  options: CompareOptions,
): Promise<DriftTable> {
  const sides = {
    reference: await readSide(db, reference, 'reference'),
    current: await readSide(db, current, 'current'),
  };
  const names = namesOf(options, sides.reference, sides.current);
  const unknown = options.measure === undefined ? null : unknownMeasure(options.profile, options.measure);
  if (unknown !== null) throw new ProjectError(unknown);
  if (options.measure === domainMeasure) {
    const row = await compareDomains(db, names, sides.reference, sides.current, options);
    return {
      profile: options.profile,
      columns: [row],
      dataset: { share: row.drifted ? 1 : 0, drifted: row.drifted, rule: 'the classifier tells the tables apart' },
    };
  }
  const judged = await judgeColumns(db, names, sides, options);
  const corrected = decide(judged, options);
  const counted = corrected.filter(({ counts }) => counts);
  const drifted = counted.filter(({ driftedForShare }) => driftedForShare).length;
  const share = counted.length === 0 ? 0 : drifted / counted.length;
  return {
    profile: options.profile,
    columns: corrected.map(({ row }) => row),
    dataset: { share, ...datasetVerdict(options.profile, share, drifted) },
  };
}

/**
 * Judges columns one by one. A statement over a table of thousands of columns is slow to plan, whatever it reads, so of
 * such tables some columns are copied at a time.
 */
async function judgeColumns(
  db: Database,
  names: readonly string[],
  sides: { reference: Side; current: Side },
  options: CompareOptions,
): Promise<Judged[]> {
  const judged: Judged[] = [];
  const judge = async (some: readonly string[], reference: Side, current: Side) => {
    for (const name of some) {
      checkCancelled(options.signal);
      judged.push(await judgeColumn(db, name, reference, current, optionsFor(name, options)));
    }
  };
  const width = Math.max(sides.reference.columns.size, sides.current.columns.size);
  if (width <= mostColumns) await judge(names, sides.reference, sides.current);
  else
    for (let from = 0; from < names.length; from += copiedAtOnce) {
      const some = names.slice(from, from + copiedAtOnce);
      await withColumns(db, sides.reference, some, (reference) =>
        withColumns(db, sides.current, some, (current) => judge(some, reference, current)),
      );
    }
  return judged;
}

/** Tables of more columns are copied, and of them so many columns at a time. */
const mostColumns = 200;
const copiedAtOnce = 100;

/** The options of a column. The schema's comparator applies where the caller asks for nothing. */
function optionsFor(name: string, options: CompareOptions): CompareOptions {
  const own = options.profile === 'loopwright' ? options.comparators?.get(name) : undefined;
  if (!own) return options;
  const asked = options.measure === undefined && own.measure !== undefined;
  return {
    ...options,
    ...(asked ? { measure: own.measure, fallBack: true } : {}),
    ...(options.threshold === undefined && own.threshold !== undefined ? { threshold: own.threshold } : {}),
  };
}

/**
 * evidently calls a dataset drifted when half of its columns are. The other tools have no rule for a dataset:
 * Loopwright takes half, as its monitors do by default; TFDV and NannyML report each column.
 */
function datasetVerdict(profile: ProfileName, share: number, drifted: number): { drifted: boolean; rule: string } {
  if (profile === 'evidently') return { drifted: share >= 0.5, rule: 'share of drifted columns ≥ 0.5' };
  if (profile === 'loopwright') return { drifted: share >= 0.5 && drifted > 0, rule: 'share of drifted columns ≥ 0.5' };
  return { drifted: drifted > 0, rule: 'any column (the tool has no rule for a dataset)' };
}

/** The verdicts once all columns are measured. Other tools correct nothing unless they are asked to. */
function decide(judged: readonly Judged[], { profile, correction, significance }: CompareOptions): readonly Judged[] {
  if (profile !== 'loopwright') return correction === 'benjamini-hochberg' ? correct(judged) : judged;
  const rows = decideOwn(judged, {
    significance: significance ?? defaultSignificance,
    correction: correction ?? 'benjamini-hochberg',
  });
  return judged.map((item, i) => {
    const row = rows[i] ?? item.row;
    return { ...item, row, counts: item.counts || row.drifted, driftedForShare: row.drifted };
  });
}

function correct(judged: readonly Judged[]): Judged[] {
  const adjusted = benjaminiHochberg(judged.map(({ row }) => row.pValue));
  return judged.map((item, i) => {
    const adjustedP = adjusted[i] ?? null;
    const { row } = item;
    if (!item.judgesP || adjustedP === null || row.threshold === null) return { ...item, row: { ...row, adjustedP } };
    const drifted = isDrifted(item.compare, adjustedP, row.threshold);
    const decided = row.state === 'stable' || row.state === 'drifted';
    const verdict = drifted
      ? ({ state: 'drifted', reason: 'beyond threshold' } as const)
      : ({ state: 'stable', reason: 'within threshold' } as const);
    return { ...item, row: { ...row, adjustedP, drifted, ...(decided ? verdict : {}) }, driftedForShare: drifted };
  });
}

function namesOf({ columns, profile }: CompareOptions, reference: Side, current: Side): string[] {
  const known = [...new Set([...reference.columns.keys(), ...current.columns.keys()])];
  const unknown = columns?.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ProjectError(
      `No side has a column \`${unknown}\`.${suggestion(unknown, known) || ` Columns: ${known.join(', ')}.`}`,
    );
  // pandas writes its index into Parquet under this name, and reads it back as the index.
  const listed =
    profile === 'evidently' || profile === 'nannyml'
      ? known.filter((name) => !/^__index_level_\d+__$/.test(name))
      : known;
  return columns ? [...columns] : listed;
}
