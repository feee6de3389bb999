import { groupBy, stackColumns } from '../data/cells.ts';
import type { Database } from '../data/database.ts';
import type { SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Association } from './facts.ts';
import type { TrainRequest } from './requests.ts';

const mostLevels = 50;
/** Values of features that are read at once. */
const cellsAtOnce = 4_000_000;

export const isNumeric = (type: SourceColumn['type'] | undefined) => type === 'number' || type === 'integer';

type Row = Record<string, unknown>;

/**
 * Measures how well each feature of a table predicts the target on its own, by its values and by whether it has one.
 * `isPositive` is a condition on its rows. The values of features of one type are below each other, so that the number
 * of statements does not grow with that of the features.
 */
export async function associationsOf(
  db: Database,
  sample: string,
  features: readonly SourceColumn[],
  request: TrainRequest,
  isPositive: string,
): Promise<Association[]> {
  const target = quoteIdentifier(request.target);
  const [{ n = 0 } = {}] = await db.rows(`SELECT count(*) AS n FROM ${sample}`);
  const size = Math.max(1, Math.floor(cellsAtOnce / Math.max(1, Number(n))));
  const finite = request.task === 'regression' ? ` AND isfinite(${target}::DOUBLE)` : '';
  const known = `(SELECT rowid AS r, ${target} AS y, ${isPositive} AS pos FROM ${sample} WHERE ${target} IS NOT NULL${finite})`;
  const found = new Map<number, Association[]>();
  const numbered = features.map((feature, c) => ({ ...feature, c }));
  for (const own of groupBy(numbered, ({ sqlType }) => sqlType).values())
    for (let from = 0; from < own.length; from += size) {
      const some = own.slice(from, from + size);
      const cells = await stackColumns(db, sample, some, { rows: true });
      const table = `${cells}_known`;
      try {
        await db.run(`CREATE TEMP TABLE ${table} AS SELECT c, v AS f, y, pos FROM ${cells} JOIN ${known} USING (r)`);
        const [ofValues, ofMissing] = [
          await byValues(db, table, some, request),
          await byMissing(db, table, some, request),
        ];
        for (const { c } of some)
          found.set(
            c,
            [ofValues.get(c), ofMissing.get(c)].flatMap((one) => one ?? []),
          );
      } finally {
        for (const done of [cells, table]) await db.run(`DROP TABLE IF EXISTS ${done}`);
      }
    }
  return numbered.flatMap(({ c }) => found.get(c) ?? []);
}

type Features = readonly (SourceColumn & { c: number })[];
type Associations = ReadonlyMap<number, Association | null>;

/** How well the values of features of one type predict the target. */
async function byValues(
  db: Database,
  table: string,
  features: Features,
  { task }: TrainRequest,
): Promise<Associations> {
  const numeric = isNumeric(features[0]?.type);
  const filled = `FROM ${table} WHERE f IS NOT NULL${numeric ? ' AND isfinite(f::DOUBLE)' : ''}`;
  if (task === 'regression' && numeric) {
    const rows = await byColumn(
      db,
      `SELECT c, count(*) AS n, corr(f::DOUBLE, y::DOUBLE) ^ 2 AS value ${filled} GROUP BY c`,
    );
    return reliable(features, rows, 'r2', () => 0);
  }
  if (task === 'regression') {
    // Share of the variance between the levels (eta squared).
    const levels = `SELECT c, count(*) AS n, avg(y) AS m, var_pop(y) AS v, any_value(overall) AS overall FROM (SELECT c, f, y::DOUBLE AS y, avg(y::DOUBLE) OVER (PARTITION BY c) AS overall ${filled}) GROUP BY c, f`;
    const rows = await byColumn(
      db,
      `SELECT c, sum(n) AS n, sum(n * (m - overall) ^ 2) / nullif(sum(n * v + n * (m - overall) ^ 2), 0) AS value, count(*) AS levels FROM (${levels}) GROUP BY c`,
    );
    return reliable(features, withFewLevels(rows), 'r2', () => 0);
  }
  if (task === 'binary' && numeric) {
    const ranks = `SELECT c, pos, rank() OVER (PARTITION BY c ORDER BY f) + (count(*) OVER (PARTITION BY c, f) - 1) / 2.0 AS r FROM (SELECT c, f::DOUBLE AS f, pos ${filled})`;
    const rows = await byColumn(
      db,
      `SELECT c, count(*) AS n, (sum(CASE WHEN pos THEN r END) - count(*) FILTER (pos) * (count(*) FILTER (pos) + 1) / 2) / nullif(count(*) FILTER (pos) * count(*) FILTER (NOT pos), 0) AS value FROM (${ranks}) GROUP BY c`,
    );
    for (const row of rows.values())
      if (typeof row['value'] === 'number') row['value'] = Math.max(row['value'], 1 - row['value']);
    return reliable(features, rows, 'auc', () => 0.5);
  }
  const shares = await shareOfLargest(db, filled);
  return reliable(features, withFewLevels(await purity(db, 'f', filled)), 'purity', (c) => shares.get(c) ?? 0);
}

/** How well it predicts the target whether features have a value; null where all or none of the rows have one. */
async function byMissing(
  db: Database,
  table: string,
  features: Features,
  { task }: TrainRequest,
): Promise<Associations> {
  const missing = isNumeric(features[0]?.type) ? '(f IS NULL OR NOT isfinite(f::DOUBLE))' : 'f IS NULL';
  const rows =
    task === 'regression'
      ? await byColumn(
          db,
          `SELECT c, count(*) AS n, corr((${missing})::INTEGER::DOUBLE, y::DOUBLE) ^ 2 AS value, count(DISTINCT ${missing}) AS levels FROM ${table} GROUP BY c`,
        )
      : await purity(db, missing, `FROM ${table}`);
  for (const [c, { levels }] of rows) if (Number(levels) < 2) rows.delete(c);
  const shares = task === 'regression' || rows.size === 0 ? new Map() : await shareOfLargest(db, `FROM ${table}`);
  return reliable(features, rows, 'missing', (c) => shares.get(c) ?? 0);
}

/** Share of the rows that the most frequent class of their level has, by column. */
function purity(db: Database, level: string, from: string): Promise<Map<number, Row>> {
  return byColumn(
    db,
    `SELECT c, sum(n) AS n, sum(best) / sum(n) AS value, count(*) AS levels FROM (SELECT c, sum(n) AS n, max(n) AS best FROM (SELECT c, ${level} AS f, y, count(*) AS n ${from} GROUP BY ALL) GROUP BY c, f) GROUP BY c`,
  );
}

async function shareOfLargest(db: Database, from: string): Promise<Map<number, number>> {
  const rows = await byColumn(
    db,
    `SELECT c, max(n) / sum(n) AS share FROM (SELECT c, count(*) AS n ${from} GROUP BY c, y) GROUP BY c`,
  );
  return new Map([...rows].map(([c, { share }]) => [c, Number(share)]));
}

async function byColumn(db: Database, sql: string): Promise<Map<number, Row>> {
  return new Map((await db.rows(sql)).map((row) => [Number(row['c']), row]));
}

function withFewLevels(rows: Map<number, Row>): Map<number, Row> {
  return new Map([...rows].filter(([, { levels }]) => Number(levels) <= mostLevels));
}

function reliable(
  features: Features,
  rows: ReadonlyMap<number, Row>,
  measure: Association['measure'],
  baselineOf: (c: number) => number,
): Associations {
  return new Map(
    features.map(({ c, name }) => {
      const row = rows.get(c);
      const value = row?.['value'];
      // With a handful of rows, any feature determines the target.
      const found = typeof value === 'number' && !Number.isNaN(value) && Number(row?.['n']) >= 50;
      return [c, found ? { feature: name, measure, value, baseline: baselineOf(c) } : null];
    }),
  );
}
