import { aucInterval } from '../../statistics/aucInterval.ts';
import { shareInterval } from '../shareInterval.ts';
import { classSizes, type BinaryRows } from '../binaryRows.ts';
import type { Interval } from '../intervals.ts';
import { areaUnderRoc } from '../rankingAreas.ts';
import type { Measure } from './measure.ts';

export const rocAuc: Measure = {
  name: 'roc_auc',
  direction: 'larger',
  range: [0, 1],
  docs: 'Area under the ROC curve; ties count half. 0.5 is chance.',
  source: 'scikit-learn roc_auc_score; Mann and Whitney 1947',
  behind: 'rarer',
  // The variance assumes a form of the scores, and the resamples do not.
  interval: { binary: intervalOfRows, spansResamples: true },
  binary: ({ ranking, weights }) => areaUnderRoc(ranking, weights),
};

/** With fewer rows of a class the form of the scores is not known well enough for a variance from it. */
const fewestOfClass = 30;

function intervalOfRows(rows: BinaryRows, confidence: number): Interval | null {
  const area = areaUnderRoc(rows.ranking, rows.weights);
  if (area === null) return null;
  const [positives, negatives] = classSizes(rows).map(({ effective }) => effective) as [number, number];
  return intervalOfArea(area, [positives, negatives], confidence);
}

/**
 * Newcombe's interval of an area of equal rows of both classes; that of a share of the rarer class, which any scores keep
 * to, while that class has few rows.
 */
export function intervalOfArea(
  area: number,
  [positives, negatives]: readonly [positives: number, negatives: number],
  confidence: number,
): Interval | null {
  const rarer = Math.min(positives, negatives);
  return rarer < fewestOfClass
    ? shareInterval(area * rarer, rarer, confidence)
    : aucInterval(area, [positives, negatives], confidence);
}
