import type { RunDetail } from '../../../protocol/runs.ts';
import { metric, param } from '../../ui/format.ts';
import { absent, difference } from '../../../words/numbers.ts';
import { isLowerBetter } from '../../ui/metricDirection.ts';
import { primaryFirst } from '../../ui/primaryMetric.ts';

export type LineGroup = 'Metrics' | 'Params' | 'Tags' | 'Data' | 'Code' | 'Environment';

export interface Cell {
  text: string;
  /** All digits of a metric, for the tooltip and for files. */
  exact?: string;
  /** Difference from the baseline; empty for the baseline itself and for texts. */
  delta: string;
  /** Whether the difference is an improvement; null without a difference or a known direction. */
  better: boolean | null;
  best: boolean;
}

/** One key with a cell per run. */
export interface DifferenceLine {
  group: LineGroup;
  name: string;
  cells: Cell[];
  differs: boolean;
}

/**
 * Metrics, params, tags, data, code and environment of runs, one row each. Deltas are relative to the run at
 * `baseline`.
 */
export function differencesOf(runs: readonly RunDetail[], baseline: number): DifferenceLine[] {
  return [
    ...primaryFirst(
      keysOf(runs, (run) => [...Object.keys(run.metrics), ...Object.keys(run.notFinite)]),
      (key) => key,
    ).map((name) => metricLine(name, runs, baseline)),
    ...keysOf(runs, (run) => Object.keys(run.params))
      .map((name) => paramLine(name, runs, baseline))
      .toSorted((a, b) => Number(b.differs) - Number(a.differs)),
    ...keysOf(runs, (run) => Object.keys(run.tags)).map((name) =>
      textLine('Tags', name, runs, (run) => run.tags[name]),
    ),
    ...keysOf(runs, (run) => run.inputs.map((input) => input.dataset)).map((name) =>
      textLine('Data', name, runs, (run) => run.inputs.find((input) => input.dataset === name)?.hash.slice(0, 12)),
    ),
    textLine('Code', 'commit', runs, (run) =>
      run.commit === null ? undefined : `${run.commit.slice(0, 7)}${run.dirty ? ' + edits' : ''}`,
    ),
    textLine('Code', 'branch', runs, (run) => run.code.branch ?? undefined),
    textLine('Code', 'remote', runs, (run) => run.code.remote ?? undefined),
    textLine('Code', 'seed', runs, (run) => (run.seed === null ? undefined : String(run.seed))),
    ...keysOf(runs, (run) => Object.keys(run.environment)).map((name) =>
      textLine('Environment', name, runs, (run) => run.environment[name]),
    ),
  ].filter((line) => line.cells.some((cell) => cell.text !== absent));
}

function metricLine(name: string, runs: readonly RunDetail[], baseline: number): DifferenceLine {
  const lower = isLowerBetter(name);
  // System metrics and epochs have no better direction.
  const judged = !name.startsWith('system/') && name !== 'epoch';
  const values = runs.map((run) => run.metrics[name]);
  const base = values[baseline];
  const best = bestOf(
    runs.map((run, index) => (run.status === 'failed' ? undefined : values[index])),
    lower,
  );
  const cells = runs.map((run, index): Cell => {
    const value = values[index];
    if (value === undefined) return plain(notFiniteText(run.notFinite[name]));
    const delta = index === baseline || base === undefined ? 0 : value - base;
    return {
      text: metric(name, value),
      exact: String(value),
      delta: delta === 0 ? '' : difference(delta),
      better: delta === 0 || !judged ? null : delta < 0 === lower,
      best: judged && best !== null && value === best && run.status !== 'failed',
    };
  });
  return {
    group: 'Metrics',
    name,
    cells,
    differs: new Set(runs.map((run, index) => values[index] ?? run.notFinite[name])).size > 1,
  };
}

/** Values that JSON cannot represent, as text. */
export function notFiniteText(value: 'NaN' | 'Infinity' | '-Infinity' | undefined): string {
  return value === undefined ? absent : value.replace('-Infinity', '−∞').replace('Infinity', '∞');
}

function paramLine(name: string, runs: readonly RunDetail[], baseline: number): DifferenceLine {
  const base = runs[baseline]?.params[name];
  const cells = runs.map((run, index): Cell => {
    const value = run.params[name];
    const delta = typeof value === 'number' && typeof base === 'number' && index !== baseline ? value - base : 0;
    return { text: param(value), delta: delta === 0 ? '' : difference(delta), better: null, best: false };
  });
  return {
    group: 'Params',
    name,
    cells,
    differs: new Set(runs.map((run) => JSON.stringify(run.params[name]))).size > 1,
  };
}

function textLine(
  group: LineGroup,
  name: string,
  runs: readonly RunDetail[],
  read: (run: RunDetail) => string | undefined,
): DifferenceLine {
  const values = runs.map(read);
  return { group, name, cells: values.map((value) => plain(value ?? absent)), differs: new Set(values).size > 1 };
}

function plain(text: string): Cell {
  return { text, delta: '', better: null, best: false };
}

/** The best of the values, unless all are equal. */
function bestOf(values: readonly (number | undefined)[], lower: boolean): number | null {
  const known = values.filter((value) => value !== undefined);
  if (new Set(known).size < 2) return null;
  return lower
    ? known.reduce((best, value) => (value < best ? value : best))
    : known.reduce((best, value) => (value > best ? value : best));
}

function keysOf(runs: readonly RunDetail[], read: (run: RunDetail) => string[]): string[] {
  return [...new Set(runs.flatMap(read))];
}
