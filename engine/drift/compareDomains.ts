import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Column } from '../data/table.ts';
import { domainClassifier, type DomainFeature } from '../statistics/domainClassifier.ts';
import { plainType } from './columnTypes.ts';
import type { CompareOptions, DriftRow } from './driftTable.ts';
import { defaultSignificance } from './ownVerdict.ts';
import type { Side } from './side.ts';

/** The name of the classifier of whole rows, as a measure. */
export const domainMeasure = 'domain_classifier';
const rowLimit = 20_000;
const threshold = 0.55;

/**
 * Measures whether a classifier can tell rows of the reference from current ones. Returns one row for the whole
 * dataset. The classifier sees at most 20,000 rows, half from each side, chosen by a hash of the row number.
 */
export async function compareDomains(
  db: Database,
  names: readonly string[],
  reference: Side,
  current: Side,
  { threshold: asked, significance = defaultSignificance }: Pick<CompareOptions, 'threshold' | 'significance'>,
): Promise<DriftRow> {
  const shared = names.filter((name) => {
    const [before, now] = [reference.columns.get(name), current.columns.get(name)];
    return before && now && plainType(before) !== null && plainType(before) === plainType(now);
  });
  const [before, now] = [await sample(db, reference, shared), await sample(db, current, shared)];
  const features = shared.flatMap((_, i) => together(before[i], now[i]));
  const size = (columns: readonly (Column | undefined)[]) => columns[0]?.values.length ?? 0;
  const labels = Uint8Array.from({ length: size(before) + size(now) }, (_, i) => (i < size(before) ? 0 : 1));
  const result = domainClassifier(features, labels);
  const base: DriftRow = {
    column: '(all)',
    type: 'none',
    measure: domainMeasure,
    displayName: 'AUC of a classifier of the rows',
    value: result?.rocAuc ?? null,
    pValue: result?.pValue ?? null,
    adjustedP: result?.pValue ?? null,
    effect: null,
    chance: 0.5,
    threshold: asked ?? threshold,
    drifted: false,
    state: 'not judged',
    reason: 'not compared',
    nReference: size(before),
    nCurrent: size(now),
    missingReference: 0,
    missingCurrent: 0,
  };
  if (!result)
    return {
      ...base,
      note: shared.length === 0 ? 'the sides share no column of numbers or categories' : 'too few rows',
    };
  const beyond = result.rocAuc > (asked ?? threshold);
  const drifted = beyond && result.pValue < significance;
  return {
    ...base,
    drifted,
    state: drifted ? 'drifted' : 'stable',
    reason: drifted ? 'beyond threshold' : beyond ? 'not significant' : 'within threshold',
    seed: result.seed,
    note: `logistic regression on ${shared.join(', ')}; five folds`,
  };
}

async function sample(db: Database, side: Side, names: readonly string[]): Promise<(Column | undefined)[]> {
  if (names.length === 0) return [];
  const selected = names.map((name, i) => {
    const column = side.columns.get(name);
    return `CAST(${quoteIdentifier(name)} AS ${column && plainType(column) === 'numeric' ? 'DOUBLE' : 'VARCHAR'}) AS "c${i}"`;
  });
  const numbered = `SELECT ${selected.join(', ')}, row_number() OVER () AS k FROM ${side.source}`;
  const { columns } = await db.table(
    `SELECT * EXCLUDE (k) FROM (SELECT * FROM (${numbered}) ORDER BY hash(k), k LIMIT ${rowLimit / 2})`,
  );
  return names.map((_, i) => columns[`c${i}`]);
}

function together(before: Column | undefined, now: Column | undefined): DomainFeature[] {
  if (before?.kind === 'number' && now?.kind === 'number') {
    const values = new Float64Array(before.values.length + now.values.length);
    values.set(before.values);
    values.set(now.values, before.values.length);
    return [{ kind: 'number', values }];
  }
  return before?.kind === 'text' && now?.kind === 'text'
    ? [{ kind: 'category', values: [...before.values, ...now.values] }]
    : [];
}
