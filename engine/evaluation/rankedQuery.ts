import { argsort } from '../statistics/argsort.ts';

/** Rows of one query that have the same score. */
export interface TiedRows {
  /** Rows of higher scores. */
  before: number;
  /** Relevant rows of higher scores. */
  relevantBefore: number;
  rows: number;
  relevant: number;
  /** Sum of the gains of the rows. */
  gain: number;
}

/** The rows of a query, from the highest score to the lowest. */
export interface RankedQuery {
  rows: number;
  relevant: number;
  tied: readonly TiedRows[];
  /** The gains in the best order: descending. */
  ideal: Float64Array;
}

export interface RelevanceRule {
  /** A row is relevant from this relevance on; null: above 0. */
  relevantFrom: number | null;
  /** `exponential` is 2^relevance − 1. */
  gain: 'linear' | 'exponential';
}

/** Ranks the rows of a query by descending score. Relevance is a number from 0. */
export function rankQuery(
  relevance: ArrayLike<number>,
  scores: Float64Array,
  { relevantFrom, gain }: RelevanceRule,
): RankedQuery {
  const rows = scores.length;
  const isRelevant = (grade: number) => (relevantFrom === null ? grade > 0 : grade >= relevantFrom);
  const gainOf = (grade: number) => (gain === 'exponential' ? 2 ** grade - 1 : grade);
  const order = argsort(scores).toReversed();
  const tied: TiedRows[] = [];
  let [before, relevantBefore] = [0, 0];
  while (before < rows) {
    const score = scores[order[before] ?? 0];
    let [end, relevant, sum] = [before, 0, 0];
    for (; end < rows && scores[order[end] ?? 0] === score; end++) {
      const grade = relevance[order[end] ?? 0] ?? 0;
      if (isRelevant(grade)) relevant++;
      sum += gainOf(grade);
    }
    tied.push({ before, relevantBefore, rows: end - before, relevant, gain: sum });
    before = end;
    relevantBefore += relevant;
  }
  const ideal = Float64Array.from(relevance, gainOf).sort().toReversed();
  return { rows, relevant: relevantBefore, tied, ideal };
}
