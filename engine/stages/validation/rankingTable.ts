import { DataError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import type { Table } from '../../data/table.ts';
import { columnOf, numberTarget, textValues } from '../../models/features.ts';
import type { Predictor, PredictorMeta } from '../../models/predictor.ts';
import type { RankingColumns } from '../../project/rankingColumns.ts';

/** The columns that a ranking checks and groups by; `score` is null where a model scores, `weight` where none is named. */
export interface CheckedRanking {
  query: string;
  relevance: string;
  score: string | null;
  weight: string | null;
  /** Columns of slices. */
  slices: readonly string[];
}

/**
 * Throws DataError where a row has no query, no relevance or no score, a relevance is negative, or a weight or slice
 * differs within a query.
 */
export async function checkRanking(
  db: Database,
  dataset: string,
  table: string,
  columns: CheckedRanking,
): Promise<void> {
  const { query, relevance, score, weight, slices } = columns;
  const [q, r] = [quoteIdentifier(query), quoteIdentifier(relevance)];
  const numberOf = (column: string) => `TRY_CAST(${column} AS DOUBLE)`;
  const unknown = (column: string) => `(${numberOf(column)} IS NULL OR NOT isfinite(${numberOf(column)}))`;
  const tests: [column: string, wrong: string, why: string][] = [
    [
      query,
      `${q} IS NULL OR trim(CAST(${q} AS VARCHAR)) = ''`,
      'no query. Every row belongs to the ranking of one query',
    ],
    [
      relevance,
      unknown(r),
      'no number as relevance. Left out, it would move the ranks of others: write 0 for a row that nobody judged, as trec_eval counts it',
    ],
    [
      relevance,
      `${numberOf(r)} < 0`,
      'a negative relevance, which no gain is defined for. Write 0 for a row that is not relevant',
    ],
    ...(score === null
      ? []
      : ([
          [
            score,
            unknown(quoteIdentifier(score)),
            'no number as score, so it has no rank. Write the lowest score for a row that was not ranked',
          ],
        ] as [string, string, string][])),
  ];
  for (const [column, wrong, why] of tests) {
    const [found] = await db.rows(
      `SELECT n, CAST(v AS VARCHAR) AS v FROM (SELECT row_number() OVER () AS n, ${quoteIdentifier(column)} AS v, (${wrong}) AS wrong FROM ${table}) WHERE wrong ORDER BY n LIMIT 1`,
    );
    if (found)
      throw new DataError(
        `Row ${Number(found['n'])} of \`${dataset}\` has ${why} (\`${column}\` holds \`${String(found['v'] ?? 'nothing')}\`).`,
      );
  }
  for (const column of [...slices, ...(weight === null ? [] : [weight])]) {
    const value = quoteIdentifier(column);
    const [found] = await db.rows(
      `SELECT CAST(${q} AS VARCHAR) AS query FROM ${table} GROUP BY ${q} HAVING count(DISTINCT ${value}) + CAST(bool_or(${value} IS NULL) AS INTEGER) > 1 ORDER BY 1 LIMIT 1`,
    );
    if (found)
      throw new DataError(
        `\`${column}\` differs within the query \`${String(found['query'])}\` of \`${dataset}\`. ${column === weight ? 'A ranking is weighted by query' : 'A slice of a ranking is one of queries'}: name a column with one value for each query.`,
      );
  }
}

/** Numbers the queries of rows, batch by batch. */
export function withQueries(model: Predictor, query: string): Predictor {
  const known = new Map<string, number>();
  const numberOf = (text: string | null) => {
    if (text === null) return -1;
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    return number;
  };
  return {
    ...model,
    predict: async (table, signal) => {
      const predictions = await model.predict(table, signal);
      // Rows of requests, such as those whose speed is measured, have no query.
      if (table.columns[query] === undefined) return predictions;
      return { ...predictions, queries: Int32Array.from(textValues(columnOf(table, query)), numberOf) };
    },
  };
}

/** Reads the scores of a table that another program wrote, in place of a model. */
export function rankingPredictor(meta: PredictorMeta, { query, score }: RankingColumns): Predictor {
  const read = {
    meta,
    predict: async (table: Table) => ({
      task: 'ranking' as const,
      values: numberTarget(table, score.name),
      probabilities: [],
    }),
    close: async () => {},
  };
  return withQueries(read, query.name);
}
