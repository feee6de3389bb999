import { emptySet, setOf, type RunSet } from './runSet.ts';
import type { Sql, SqlValue } from '../store/sql.ts';

/** The cached results since the last write to the store: sets of runs by their statements, and complete orders. */
export interface Moment {
  version: string;
  /** All runs, including deleted ones. */
  all: RunSet;
  runs: number;
  sets: Map<string, RunSet>;
  orders: Map<string, Int32Array>;
}

const mostSets = 64;
const mostOrders = 8;
const moments = new WeakMap<Sql, Moment>();

/** The current moment of the store; every change of the store begins a new one. */
export function momentOf(sql: Sql): Moment {
  const version = sql.version();
  const known = moments.get(sql);
  if (known?.version === version) return known;
  const {
    least = 0,
    most = 0,
    runs = 0,
  } = sql.get<{ least: number; most: number; runs: number }>(
    'SELECT ifnull((SELECT min(id) FROM runs), 0) AS least, ifnull((SELECT max(id) FROM runs), 0) AS most, (SELECT count(*) FROM runs) AS runs',
  ) ?? {};
  const isGapless = runs === most - least + 1;
  const none = emptySet(most);
  const all = isGapless ? none.fill(1, least, most + 1) : setOf(none, sql.numbers('SELECT id FROM runs'));
  const moment: Moment = { version, all, runs, sets: new Map(), orders: new Map() };
  moments.set(sql, moment);
  return moment;
}

/** The runs of a statement, cached until the next write. */
export function listed(sql: Sql, moment: Moment, statement: string, values: readonly SqlValue[]): RunSet {
  // Results that depend on the clock are not cached.
  const key = statement.includes('unixepoch') ? null : JSON.stringify([statement, values]);
  const known = key === null ? undefined : moment.sets.get(key);
  if (known) return known;
  const set = setOf(moment.all, sql.numbers(statement, ...values));
  if (key !== null) keep(moment.sets, key, set, mostSets);
  return set;
}

/** All runs in the order of a statement, cached until the next write. */
export function orderedBy(sql: Sql, moment: Moment, statement: string, values: readonly SqlValue[]): Int32Array {
  const key = orderKey(statement, values);
  const known = moment.orders.get(key);
  if (known) return known;
  const runs = new Int32Array(sql.numbers(statement, ...values));
  if (!statement.includes('unixepoch')) keep(moment.orders, key, runs, mostOrders);
  return runs;
}

/** The cached order of a statement, if it was read completely before. */
export function knownOrder(moment: Moment, statement: string, values: readonly SqlValue[]): Int32Array | undefined {
  return moment.orders.get(orderKey(statement, values));
}

function orderKey(statement: string, values: readonly SqlValue[]): string {
  return JSON.stringify([statement, values]);
}

function keep<T>(kept: Map<string, T>, key: string, value: T, most: number): void {
  if (kept.size >= most)
    for (const [oldest] of kept) {
      kept.delete(oldest);
      break;
    }
  kept.set(key, value);
}
