import type { RunColumns, RunSummary } from '../../../protocol/runs.ts';
import { metric, param } from '../../ui/format.ts';
import { duration } from '../../../words/times.ts';
import { isLowerBetter } from '../../ui/metricDirection.ts';

export interface Column {
  /** The key that the engine orders by: `metrics.pr_auc`, `params.hidden`, `tags.owner`, or a fixed name. */
  id: string;
  title: string;
  kind: 'fixed' | 'metric' | 'param' | 'tag';
  /** The direction of the first click: the better values of a metric, the newest, or ascending names. */
  descending: boolean;
  text(run: RunSummary): string;
  /** Numbers are aligned right. */
  isNumber(run: RunSummary): boolean;
}

/** A key of the runs, with the number of runs that have it and of its distinct values. */
export interface Available {
  column: Column;
  runs: number;
  distinct: number | null;
}

const metricsShown = 6;
const paramsShown = 5;
const infinite = { NaN: 'NaN', Infinity: '∞', '-Infinity': '−∞' } as const;

const fixed: readonly Column[] = [
  fixedColumn('name', 'Name', false, false, (run) => run.name),
  fixedColumn('status', 'State', false, false, (run) => run.progress ?? run.status),
  fixedColumn('started', 'Started', true, true, () => ''),
  fixedColumn('ended', 'Ended', true, true, () => ''),
  fixedColumn('duration', 'Duration', true, true, (run) => duration(tookOf(run))),
  fixedColumn('experiment', 'Experiment', false, false, (run) => run.experiment),
  fixedColumn('model', 'Model', true, true, (run) => run.registered.map(({ version }) => `v${version}`).join(', ')),
  fixedColumn('commit', 'Commit', false, false, (run) =>
    run.commit === null ? '' : `${run.commit.slice(0, 7)}${run.dirty ? ' + edits' : ''}`,
  ),
];
const made = new Map(fixed.map((column) => [column.id, column]));
/** Sorted by the head of the stars, which is not a movable column. */
export const starColumn = fixedColumn('starred', 'Starred', false, true, () => '');

export function tookOf(run: RunSummary): number | null {
  return run.endedAt === null
    ? run.status === 'running'
      ? Date.now() - run.startedAt
      : null
    : run.endedAt - run.startedAt;
}

/**
 * The fraction of a running run that is complete, from a progress text such as `train: epoch 14/30`; null when the text
 * has none.
 */
export function shareDone(progress: string | null): number | null {
  const found = /(\d+)\s*\/\s*(\d+)/.exec(progress ?? '');
  if (!found) return null;
  const [done, of] = [Number(found[1]), Number(found[2])];
  return of > 0 && done <= of ? done / of : null;
}

/** The column of an id, also when no run has it. */
export function columnOf(id: string): Column {
  const known = made.get(id) ?? makeColumn(id);
  made.set(id, known);
  return known;
}

function makeColumn(id: string): Column {
  const key = keyOf(id);
  if (id.startsWith('metrics.')) return metricColumn(id, key);
  return id.startsWith('tags.') ? tagColumn(id, key) : paramColumn(id, key);
}

function isSystem(key: string): boolean {
  return key.startsWith('system/');
}

/** The key of `metrics.key`, `params.key` and `tags.key`. */
export function keyOf(id: string): string {
  return id.slice(id.indexOf('.') + 1);
}

/**
 * All available columns: fixed ones, metrics (primary first, system metrics last), params that differ before constant
 * ones, tags.
 */
export function allColumns(known: RunColumns | null): Available[] {
  const own = fixed.map((column): Available => ({ column, runs: 0, distinct: null }));
  if (!known) return own;
  const first = known.primary.map(({ name }) => name);
  const others = known.metrics.filter(({ key }) => !first.includes(key));
  const metrics = [
    ...first.flatMap((key) => known.metrics.filter((one) => one.key === key)),
    ...others.filter(({ key }) => !isSystem(key)),
    ...others.filter(({ key }) => isSystem(key)),
  ];
  const params = [
    ...known.params.filter(({ distinct }) => distinct > 1),
    ...known.params.filter(({ distinct }) => distinct <= 1),
  ];
  return [
    ...own,
    ...metrics.map(({ key, runs }): Available => ({ column: columnOf(`metrics.${key}`), runs, distinct: null })),
    ...params.map(({ key, runs, distinct }): Available => ({ column: columnOf(`params.${key}`), runs, distinct })),
    ...known.tags.map(({ key, runs, distinct }): Available => ({ column: columnOf(`tags.${key}`), runs, distinct })),
  ];
}

/**
 * The default columns: the primary metric, the params that differ, the start time and a few more metrics. System
 * metrics are never among them.
 */
export function defaultIds(all: readonly Available[], severalExperiments: boolean): string[] {
  const of = (kind: Column['kind']): Available[] => all.filter(({ column }) => column.kind === kind);
  const metrics = of('metric')
    .filter(({ column }) => !isSystem(column.title))
    .map(({ column }) => column.id);
  return [
    'name',
    ...metrics.slice(0, 1),
    ...of('param')
      .filter(({ distinct }) => (distinct ?? 0) > 1)
      .slice(0, paramsShown)
      .map(({ column }) => column.id),
    'status',
    'started',
    'duration',
    ...(severalExperiments ? ['experiment'] : []),
    ...metrics.slice(1, metricsShown),
    'model',
  ];
}

/** The columns with numeric values, decided by the first run that has a value. */
export function numberColumns(columns: readonly Column[], runs: Iterable<RunSummary>): Set<string> {
  const found = new Set<string>();
  const open = new Set(columns);
  for (const run of runs) {
    for (const column of open) {
      if (column.kind === 'param' && !(keyOf(column.id) in run.params)) continue;
      if (column.isNumber(run)) found.add(column.id);
      open.delete(column);
    }
    if (open.size === 0) break;
  }
  return found;
}

function fixedColumn(id: string, title: string, numeric: boolean, descending: boolean, text: Column['text']): Column {
  return { id, title, kind: 'fixed', descending, text, isNumber: () => numeric };
}

function metricColumn(id: string, key: string): Column {
  const text = (run: RunSummary): string => {
    const value = run.metrics[key];
    if (value !== undefined) return metric(key, value);
    const special = run.notFinite[key];
    return special === undefined ? '' : infinite[special];
  };
  return {
    id,
    title: key,
    kind: 'metric',
    get descending() {
      return !isLowerBetter(key);
    },
    text,
    isNumber: () => true,
  };
}

function paramColumn(id: string, key: string): Column {
  return {
    id,
    title: key,
    kind: 'param',
    descending: false,
    text: (run) => (key in run.params ? param(run.params[key]) : ''),
    isNumber: (run) => typeof run.params[key] === 'number',
  };
}

function tagColumn(id: string, key: string): Column {
  return { id, title: key, kind: 'tag', descending: false, text: (run) => run.tags[key] ?? '', isNumber: () => false };
}
