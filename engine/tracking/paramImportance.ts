import type { ImportantParam, ParamImportance, RunQuery } from '../../protocol/runs.ts';
import { DataError } from '../base/errors.ts';
import { benjaminiHochberg } from '../statistics/benjaminiHochberg.ts';
import { fanova } from '../statistics/importance/fanova.ts';
import { encodeParam, type EncodedParam } from '../statistics/importance/features.ts';
import { spearman } from '../statistics/importance/spearman.ts';
import { conditionOf, findRows } from './findRuns.ts';
import type { RunRow } from './runSummaries.ts';
import type { Store } from '../store/store.ts';
import { findKey } from './writeRun.ts';

export interface ImportanceOptions {
  metric: string;
  /** The given runs, or those of a query. */
  of: { runIds: readonly string[] } | { query: RunQuery };
  signal?: AbortSignal;
}

const mostRuns = 5000;
const fewestRuns = 8;
/** Params are analysed together as long as this share of the runs has all of them. */
const mostHave = 0.8;

/** The tag of a trial that was stopped early: its last value is not its final one. */
const stoppedTag = 'loopwright.stopped';

/** A run that was measured to its end, with a finite value of the metric. */
interface Usable {
  value: number;
  params: Map<string, number | string>;
}

/**
 * The importance of params for a metric: functional ANOVA of a forest, and rank correlation for the direction.
 * Unfinished runs, runs without a finite value, and constant params are left out and reported. Throws DataError for an
 * invalid filter, CancelledError on cancellation.
 */
export async function paramImportance(
  store: Pick<Store, 'sql'>,
  { metric, of, signal }: ImportanceOptions,
): Promise<ParamImportance> {
  const { rows, found } = 'runIds' in of ? rowsOf(store, of.runIds) : rowsFound(store, of.query);
  const leftOut = new Map<string, number>();
  const drop = (why: string, runs = 1): void => void leftOut.set(why, (leftOut.get(why) ?? 0) + runs);
  if (found > rows.length) drop(`older than the newest ${mostRuns.toLocaleString('en')}`, found - rows.length);
  const usable = readUsable(store, rows, metric, drop);
  const { complete, keys, params: rare } = mostComplete(usable);
  if (usable.length > complete.length) drop('without a param that the others have', usable.length - complete.length);
  const encoded = keys.map((key): { key: string; param: EncodedParam | string } => ({
    key,
    param: encodeParam(complete.map((run) => run.params.get(key) ?? '')),
  }));
  const used = encoded.flatMap(({ key, param }) => (typeof param === 'string' ? [] : [{ key, param }]));
  const answer: ParamImportance = {
    metric,
    params: [],
    found,
    runs: complete.length,
    leftOutRuns: [...leftOut].map(([why, runs]) => ({ runs, why })),
    leftOutParams: [
      ...encoded.flatMap(({ key, param }) => (typeof param === 'string' ? [{ key, why: param }] : [])),
      ...rare,
    ],
    r2: null,
    alone: null,
    problem: null,
  };
  const target = Float64Array.from(complete, (run) => run.value);
  const problem = problemOf(found, target, used.length, metric);
  // A few runs are not enough for a result.
  if (problem !== null)
    return { ...answer, problem, leftOutParams: target.length < fewestRuns ? [] : answer.leftOutParams };
  const { shares, alone, r2 } = await fanova(
    used.map(({ param }) => param.feature),
    target,
    signal ? { signal } : {},
  );
  if (!shares)
    return {
      ...answer,
      r2,
      alone,
      problem: `No param affects ${metric} on its own; the differences come from combinations of params.`,
    };
  const correlations = used.map(({ param }) => (param.numbers ? spearman(param.numbers, target) : null));
  // Adjusted: one of twenty params without effect would have a p-value below 0.05.
  const adjusted = benjaminiHochberg(correlations.map((one) => one?.pValue ?? null));
  const params = used.map(({ key, param }, index): ImportantParam => {
    const found = correlations[index] ?? null;
    const correlation = found === null ? null : { ...found, adjusted: adjusted[index] ?? found.pValue };
    return {
      key,
      kind: param.kind,
      importance: shares[index] ?? 0,
      correlation,
      log: param.log,
      distinct: param.distinct,
    };
  });
  return { ...answer, params: params.toSorted((a, b) => b.importance - a.importance), alone, r2 };
}

function problemOf(found: number, target: Float64Array, params: number, metric: string): string | null {
  if (found === 0) return 'There are no runs.';
  if (target.length === 0) return `None of the runs finished with a finite ${metric}.`;
  if (target.length < fewestRuns)
    return `${target.length === 1 ? '1 run' : `${target.length} runs`} can be used, and at least ${fewestRuns} are needed.`;
  if (target.every((value) => value === target[0])) return `${metric} is the same in all ${target.length} runs.`;
  return params === 0 ? 'No param differs between these runs in a way that can be compared.' : null;
}

function rowsFound({ sql }: Pick<Store, 'sql'>, query: RunQuery): { rows: RunRow[]; found: number } {
  const { where, problem, few } = conditionOf(sql, query);
  if (problem)
    throw new DataError(
      `The filter cannot be read: ${problem.message} (characters ${problem.from + 1} to ${problem.to})`,
    );
  const rows = findRows(sql, where, [], mostRuns, 0, few);
  const found =
    rows.length < mostRuns
      ? rows.length
      : (sql.get<{ n: number }>(`SELECT count(*) AS n FROM runs r WHERE ${where.sql}`, ...where.values)?.n ??
        rows.length);
  return { rows, found };
}

function rowsOf({ sql }: Pick<Store, 'sql'>, runIds: readonly string[]): { rows: RunRow[]; found: number } {
  const rows = sql.all<RunRow>(
    `SELECT r.* FROM runs r WHERE r.run_id IN (SELECT value FROM json_each(?)) AND r.deleted_at IS NULL ORDER BY r.started_at DESC, r.run_id LIMIT ${mostRuns}`,
    JSON.stringify(runIds),
  );
  return { rows, found: rows.length < mostRuns ? rows.length : new Set(runIds).size };
}

const unfinished: Record<Exclude<RunRow['status'], 'finished' | 'refused'>, string> = {
  running: 'still running',
  scheduled: 'not started',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

/**
 * Completed runs, including refused ones, with a finite value of the metric and their params: as a number where the
 * store has one, else as text.
 */
function readUsable(
  { sql }: Pick<Store, 'sql'>,
  rows: readonly RunRow[],
  metric: string,
  drop: (why: string) => void,
): Usable[] {
  const ids = JSON.stringify(rows.map((row) => row.id));
  const key = findKey({ sql }, metric);
  const values = new Map(
    key === null
      ? []
      : sql
          .all<{ run: number; value: number; is_nan: number }>(
            'SELECT l.run, l.value, l.is_nan FROM json_each(?) j JOIN latest l ON l.run = j.value WHERE l.key = ?',
            ids,
            key,
          )
          .map((row) => [row.run, row.is_nan === 1 ? Number.NaN : row.value]),
  );
  const stopped = new Set(
    sql
      .all<{ run: number }>(
        'SELECT t.run FROM json_each(?) j JOIN tags t ON t.run = j.value WHERE t.key = ?',
        ids,
        stoppedTag,
      )
      .map(({ run }) => run),
  );
  const usable = new Map<number, Usable>();
  for (const { id, status } of rows) {
    const value = values.get(id);
    if (stopped.has(id)) drop('stopped early by the sweep');
    else if (status !== 'finished' && status !== 'refused') drop(unfinished[status]);
    else if (value === undefined) drop(`without ${metric}`);
    else if (!Number.isFinite(value)) drop(`with ${Number.isNaN(value) ? 'NaN' : 'an infinite value'} as ${metric}`);
    else usable.set(id, { value, params: new Map() });
  }
  for (const { run, key: name, value, number } of sql.all<{
    run: number;
    key: string;
    value: string;
    number: number | null;
  }>('SELECT p.run, p.key, p.value, p.number FROM json_each(?) j JOIN params p ON p.run = j.value', ids))
    usable.get(run)?.params.set(name, number ?? value);
  return [...usable.values()];
}

/**
 * The params from the most frequent on, as many as most runs have all of; the runs that have these; and the params that
 * too few runs have.
 */
function mostComplete(runs: readonly Usable[]): {
  complete: Usable[];
  keys: string[];
  params: ParamImportance['leftOutParams'];
} {
  const uses = new Map<string, number>();
  for (const { params } of runs) for (const key of params.keys()) uses.set(key, (uses.get(key) ?? 0) + 1);
  const byUse = [...uses].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  let complete = [...runs];
  const keys: string[] = [];
  const params: ParamImportance['leftOutParams'] = [];
  for (const [key, used] of byUse) {
    const having = used === runs.length ? complete : complete.filter((run) => run.params.has(key));
    if (having.length < mostHave * runs.length)
      params.push({ key, why: `has a value in ${used} of ${runs.length} runs only` });
    else {
      complete = having;
      keys.push(key);
    }
  }
  return { complete, keys, params };
}
