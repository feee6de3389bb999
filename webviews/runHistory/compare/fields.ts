import type { RunPoint } from '../../../protocol/runs.ts';
import { metric, param } from '../../ui/format.ts';
import { number } from '../../../words/numbers.ts';
import { primaryFirst } from '../../ui/primaryMetric.ts';

/** A field of runs that can be an axis. */
export interface Field {
  /** `metrics.loss`, `params.lr`, `tags.owner`, or `duration`. */
  id: string;
  title: string;
  kind: 'metric' | 'param' | 'tag' | 'attribute';
  numeric: boolean;
  /** Null for a run without a finite value. */
  value(run: RunPoint): number | string | null;
  text(value: number | string | null): string;
  /** The same field for other runs: a param is numeric when it is numeric in all of them. */
  of(runs: readonly RunPoint[]): Field;
}

/** All fields of these runs: metrics (the primary one first), params with several values, constant params, tags. */
export function fieldsOf(runs: readonly RunPoint[]): Field[] {
  const metrics = primaryFirst(
    keysOf(runs, (run) => run.metrics),
    (key) => key,
  ).map((key): Field => ({
    id: `metrics.${key}`,
    title: key,
    kind: 'metric',
    numeric: true,
    value: (run) => finite(run.metrics[key]),
    text: (value) => (typeof value === 'number' ? metric(key, value) : 'none'),
    of() {
      return this;
    },
  }));
  const params = keysOf(runs, (run) => run.params).map((key) =>
    textOrNumber(`params.${key}`, key, 'param', runs, (run) => run.params[key] ?? null),
  );
  const tags = keysOf(runs, (run) => run.tags).map((key) =>
    textOrNumber(`tags.${key}`, key, 'tag', runs, (run) => run.tags[key] ?? null),
  );
  const duration: Field = {
    id: 'duration',
    title: 'duration (s)',
    kind: 'attribute',
    numeric: true,
    value: (run) => (run.endedAt === null ? null : (run.endedAt - run.startedAt) / 1000),
    text: (value) => (typeof value === 'number' ? `${number(value)} s` : 'none'),
    of() {
      return this;
    },
  };
  const varies = (field: Field): boolean => distinct(field, runs) > 1;
  return [
    ...metrics,
    ...params.filter(varies),
    duration,
    ...params.filter((field) => !varies(field)),
    ...tags.filter(varies),
  ];
}

/** System metrics and epochs say little about the quality of a run; they are shown only when the user selects them. */
export function tellsOfRun({ id }: Field): boolean {
  return !id.startsWith('metrics.system/') && id !== 'metrics.epoch';
}

/** Texts that are numbers in every run count as numbers, because other tools log params as text. */
function textOrNumber(
  id: string,
  title: string,
  kind: Field['kind'],
  runs: readonly RunPoint[],
  read: (run: RunPoint) => RunPoint['params'][string],
): Field {
  const given = runs.map(read).filter((value) => value !== null);
  const numeric = given.length > 0 && given.every((value) => asNumber(value) !== null);
  const field: Field = {
    id,
    title,
    kind,
    numeric,
    value: (run) => {
      const value = read(run);
      if (value === null) return null;
      return numeric ? asNumber(value) : param(value);
    },
    text: (value) => (value === null ? 'none' : typeof value === 'number' ? number(value, 6) : value),
    of: (others) => (others === runs ? field : textOrNumber(id, title, kind, others, read)),
  };
  return field;
}

function asNumber(value: unknown): number | null {
  if (typeof value === 'number') return finite(value);
  if (typeof value !== 'string' || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value.trim())) return null;
  return finite(Number(value));
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

export function distinct(field: Field, runs: readonly RunPoint[]): number {
  return new Set(runs.map((run) => field.value(run))).size;
}

/** The values of a category axis in natural order: numbers inside texts by value, then by letters. */
export function categories(field: Field, runs: readonly RunPoint[]): string[] {
  const all = new Set(
    runs
      .map((run) => field.value(run))
      .filter((value) => value !== null)
      .map(String),
  );
  return [...all].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The finite numbers of a field; null when there are none. */
export function extent(field: Field, runs: readonly RunPoint[]): [number, number] | null {
  let min = Infinity;
  let max = -Infinity;
  for (const run of runs) {
    const value = field.value(run);
    if (typeof value !== 'number') continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return min <= max ? [min, max] : null;
}

/** True when a logarithmic axis can show every value. */
export function canBeLog(field: Field, runs: readonly RunPoint[]): boolean {
  const range = field.numeric ? extent(field, runs) : null;
  return range !== null && range[0] > 0;
}

function keysOf(runs: readonly RunPoint[], read: (run: RunPoint) => object): string[] {
  const uses = new Map<string, number>();
  for (const run of runs) for (const key of Object.keys(read(run))) uses.set(key, (uses.get(key) ?? 0) + 1);
  return [...uses.keys()].toSorted((a, b) => (uses.get(b) ?? 0) - (uses.get(a) ?? 0));
}
