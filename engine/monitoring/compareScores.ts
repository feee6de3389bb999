import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { compareTables } from '../drift/compareTables.ts';
import type { CompareOptions, DriftRow } from '../drift/driftTable.ts';
import { refitScoreColumn } from '../stages/validation/writeReference.ts';

export { refitScoreColumn };

/**
 * Compares the scores of a window with those of a reference. Where a second fit is served, its scores of rows that it
 * has not seen are unknown: they are near those of the tested fit, which has seen fewer rows, and near its own scores of
 * the test rows, which it has learned from. The score has drifted when it is far from both. The distance between the
 * two fits, at most one threshold, is added to the threshold for the tested fit.
 */
export async function compareScores(
  db: Database,
  { before, now, isRefitted }: { before: string; now: string; isRefitted: boolean },
  options: CompareOptions,
): Promise<DriftRow[]> {
  const compare = async (reference: string, current: string) =>
    (await compareTables(db, reference, current, { ...options, columns: ['_score'] })).columns[0];
  const tested = await compare(before, now);
  if (!tested) return [];
  if (!isRefitted || tested.reason !== 'beyond threshold') return [tested];
  const own = `(SELECT * REPLACE (${quoteIdentifier(refitScoreColumn)} AS _score) FROM ${before})`;
  const served = await compare(own, now);
  if (served && !served.drifted) return [served];
  const { value, threshold, effect } = tested;
  const between = (await compare(before, own))?.value ?? null;
  // The value of a test is a p-value, to which no distance can be added.
  if (value === null || threshold === null || effect !== null || between === null) return [tested];
  const raised = threshold + Math.min(between, threshold);
  return [
    value >= raised
      ? { ...tested, threshold: raised }
      : { ...tested, threshold: raised, drifted: false, state: 'stable', reason: 'within threshold' },
  ];
}
