import type { RunSummary } from '../../protocol/runs.ts';
import { duration, metric, param } from '../ui/format.ts';
import { isLowerBetter } from '../ui/metricDirection.ts';

export interface Column {
  /** `metric:pr_auc`, `param:hidden`, or a fixed name. */
  id: string;
  title: string;
  kind: 'fixed' | 'metric' | 'param';
  numeric: boolean;
  text(run: RunSummary): string;
  /** What sorting compares; null sorts last. */
  value(run: RunSummary): number | string | null;
}

export interface ColumnChoice {
  /** Ids that the person turned on or off; what is not named follows the default. */
  shown: Record<string, boolean>;
}

const metricsShown = 6;
const paramsShown = 5;

const fixed: Column[] = [
  { id: 'name', title: 'Name', kind: 'fixed', numeric: false, text: (run) => run.name, value: (run) => run.name },
  { id: 'status', title: 'State', kind: 'fixed', numeric: false, text: (run) => run.status, value: (run) => run.status },
  { id: 'started', title: 'Started', kind: 'fixed', numeric: true, text: () => '', value: (run) => run.startedAt },
  { id: 'duration', title: 'Duration', kind: 'fixed', numeric: true, text: (run) => duration(tookOf(run)), value: (run) => tookOf(run) },
  { id: 'experiment', title: 'Experiment', kind: 'fixed', numeric: false, text: (run) => run.experiment, value: (run) => run.experiment },
  { id: 'model', title: 'Model', kind: 'fixed', numeric: true, text: (run) => (run.modelVersion === null ? '' : `v${run.modelVersion}`), value: (run) => run.modelVersion },
  { id: 'commit', title: 'Commit', kind: 'fixed', numeric: false, text: (run) => (run.commit === null ? '' : `${run.commit.slice(0, 7)}${run.dirty ? ' + edits' : ''}`), value: (run) => run.commit },
];
const fixedShown = new Set(['name', 'status', 'started', 'duration', 'model']);

export function tookOf(run: RunSummary): number | null {
  return run.endedAt === null ? (run.status === 'running' ? Date.now() - run.startedAt : null) : run.endedAt - run.startedAt;
}

/** Every column these runs could have: fixed ones, metrics with the model's headline first, then the params that differ before those that do not. */
export function allColumns(runs: readonly RunSummary[], headline: readonly string[] = []): Column[] {
  const used = keysByUse(runs, (run) => Object.keys(run.metrics));
  const metrics = [...headline.filter((key) => used.includes(key)), ...used.filter((key) => !headline.includes(key))];
  const params = keysByUse(runs, (run) => Object.keys(run.params));
  const differing = new Set(params.filter((key) => new Set(runs.map((run) => param(run.params[key]))).size > 1));
  const ordered = [...params.filter((key) => differing.has(key)), ...params.filter((key) => !differing.has(key))];
  return [...fixed, ...metrics.map(metricColumn), ...ordered.map(paramColumn)];
}

export function shownColumns(columns: Column[], choice: ColumnChoice, runs: readonly RunSummary[]): Column[] {
  let metrics = 0;
  let params = 0;
  const several = new Set(runs.map((run) => run.experiment)).size > 1;
  return columns.filter((column) => {
    const asked = choice.shown[column.id];
    if (asked !== undefined) return asked;
    if (column.kind === 'metric') return metrics++ < metricsShown;
    if (column.kind === 'param') return differs(column, runs) && params++ < paramsShown;
    return fixedShown.has(column.id) || (column.id === 'experiment' && several);
  });
}

function differs(column: Column, runs: readonly RunSummary[]): boolean {
  return new Set(runs.map((run) => column.text(run))).size > 1;
}

/** The runs that hold the best value of a metric, when there is something to be better than. */
export function bestRuns(column: Column, runs: readonly RunSummary[]): Set<string> {
  if (column.kind !== 'metric') return new Set();
  const values = runs.filter((run) => run.status !== 'failed').flatMap((run) => {
    const value = column.value(run);
    return typeof value === 'number' ? [{ id: run.runId, value }] : [];
  });
  if (new Set(values.map((one) => one.value)).size < 2) return new Set();
  const numbers = values.map((one) => one.value);
  const best = isLowerBetter(column.title) ? Math.min(...numbers) : Math.max(...numbers);
  return new Set(values.filter((one) => one.value === best).map((one) => one.id));
}

function metricColumn(key: string): Column {
  return {
    id: `metric:${key}`,
    title: key,
    kind: 'metric',
    numeric: true,
    text: (run) => (key in run.metrics ? metric(key, run.metrics[key]) : ''),
    value: (run) => {
      const value = run.metrics[key];
      return value === undefined || !Number.isFinite(value) ? null : value;
    },
  };
}

function paramColumn(key: string): Column {
  return {
    id: `param:${key}`,
    title: key,
    kind: 'param',
    numeric: false,
    text: (run) => (key in run.params ? param(run.params[key]) : ''),
    value: (run) => {
      const value = run.params[key];
      return typeof value === 'number' ? value : value === undefined || value === null ? null : param(value);
    },
  };
}

function keysByUse(runs: readonly RunSummary[], keysOf: (run: RunSummary) => string[]): string[] {
  const uses = new Map<string, number>();
  for (const run of runs) for (const key of keysOf(run)) uses.set(key, (uses.get(key) ?? 0) + 1);
  return [...uses.keys()].toSorted((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0));
}
