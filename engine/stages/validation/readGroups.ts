import type { Database } from '../../data/database.ts';
import { columnsOf } from '../../data/inspectColumns.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import type { Table } from '../../data/table.ts';
import { BinCodes, readableBins, type Bins } from '../../evaluation/bins.ts';
import { mostValues } from '../../evaluation/foundSlices/cells.ts';
import { GroupCodes, type Groups } from '../../evaluation/groups.ts';
import { columnOf, textValues } from '../../models/features.ts';

/** Groups of columns, read batch by batch. */
export interface GroupReader {
  add(batch: Table): void;
  groups(): ReadonlyMap<string, Groups>;
}

export interface GroupRequest {
  sql: string;
  /** Rows that the query gives. */
  rows: number;
  /** Columns that the project names: all their values are groups. */
  declared: readonly string[];
  /** Columns that are only searched: one of too many values is left out. */
  searched: readonly string[];
  /** Columns whose numbers are names, because the schema lists them. */
  byValue: readonly string[];
}

/** Bins are cut by at most as many rows, evenly taken. */
const sampledRows = 200_000;
/** A column of numbers with more distinct values is cut into bins; one of whole numbers, such as codes, with more. */
const mostNumbers = 12;
const mostWholeNumbers = 32;
/** More columns take too long to cross. */
const mostSearched = 40;

/** Prepares to read the groups of columns: numbers of many values in bins, everything else by value. */
export async function openGroups(db: Database, request: GroupRequest): Promise<GroupReader> {
  const { sql, rows, declared } = request;
  const types = new Map((await columnsOf(db, `(${sql})`)).map(({ name, type }) => [name, type]));
  // Times, lists and objects make no groups that are easy to read.
  const isGrouped = (name: string) =>
    ['string', 'boolean', 'integer', 'number', 'year'].includes(types.get(name) ?? '');
  const searched = request.searched
    .filter((name) => !declared.includes(name) && isGrouped(name))
    .slice(0, mostSearched);
  const columns = [...declared, ...searched];
  const numeric = columns.filter(
    (name) => !request.byValue.includes(name) && ['integer', 'number', 'year'].includes(types.get(name) ?? ''),
  );
  const bins = rows === 0 ? new Map<string, Bins>() : await cutBins(db, sql, rows, numeric);
  const codes = new Map(
    columns.map((name) => {
      const cut = bins.get(name);
      const most = declared.includes(name) ? Number.POSITIVE_INFINITY : mostValues + 1;
      return [name, cut ? { bins: new BinCodes(rows, cut) } : { values: new GroupCodes(rows, most) }];
    }),
  );
  return {
    add(batch) {
      for (const [name, { bins: binned, values }] of codes) {
        const column = columnOf(batch, name);
        if (binned && column.kind === 'number') binned.add(column.values);
        else values?.add(textValues(column));
      }
    },
    groups: () =>
      new Map(
        [...codes].flatMap(([name, { bins: binned, values }]) => {
          const found = (binned ?? values)?.groups();
          return found ? [[name, found]] : [];
        }),
      ),
  };
}

/** The bins of the columns that have too many values for a group each. */
async function cutBins(
  db: Database,
  sql: string,
  rows: number,
  columns: readonly string[],
): Promise<Map<string, Bins>> {
  if (columns.length === 0) return new Map();
  const step = Math.max(1, Math.ceil(rows / sampledRows));
  const points = 128;
  const shares = Array.from({ length: points + 1 }, (_, i) => i / points).join(', ');
  const names = columns.map((name) => `${quoteIdentifier(name)}::DOUBLE`);
  const selected = names.map((value, i) => `CASE WHEN isfinite(${value}) THEN ${value} END AS c${i}`).join(', ');
  const asked = names.flatMap((_, i) => [
    `quantile_disc(c${i}, [${shares}]) AS q${i}`,
    `count(DISTINCT c${i}) AS n${i}`,
    `bool_and(c${i} = floor(c${i})) AS w${i}`,
  ]);
  const sampled = step === 1 ? `(${sql})` : `(SELECT * FROM (${sql}) QUALIFY row_number() OVER () % ${step} = 0)`;
  const [row] = await db.rows(`SELECT ${asked.join(', ')} FROM (SELECT ${selected} FROM ${sampled})`);
  return new Map(
    columns.flatMap((name, i) => {
      const distinct = Number(row?.[`n${i}`] ?? 0);
      const few = row?.[`w${i}`] === true ? mostWholeNumbers : mostNumbers;
      const quantiles = row?.[`q${i}`];
      const cut = distinct > few && Array.isArray(quantiles) ? readableBins(quantiles.map(Number)) : null;
      return cut ? [[name, cut]] : [];
    }),
  );
}
