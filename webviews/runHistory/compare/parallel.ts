import type { RunPoint } from '../../../protocol/runs.ts';
import { categories } from './fields.ts';
import type { Field } from './fields.ts';

/** Selected ranges of axes by field id: numbers for numeric axes, category positions for the others. */
export type Brushes = Record<string, [number, number][]>;

export interface ParallelPlan {
  runs: readonly RunPoint[];
  fields: readonly Field[];
  log: readonly string[];
  color: Field | null;
  brushes: Brushes;
}

/** The category of runs without a value. */
export const none = 'none';

/** The margin of the axes in pixels. */
export const parallelGrid = { left: 60, right: 110, top: 56, bottom: 30 };

/** The categories of an axis; runs without a value have their own. */
export function axisCategories(field: Field, runs: readonly RunPoint[]): string[] {
  const all = categories(field, runs);
  return runs.some((run) => field.value(run) === null) ? [...all, none] : all;
}

/** The runs inside every selected range. A run without a number is inside no range of that axis. */
export function brushedRuns({ runs, fields, brushes }: Pick<ParallelPlan, 'runs' | 'fields' | 'brushes'>): RunPoint[] {
  const active = fields.filter((field) => (brushes[field.id] ?? []).length > 0);
  const places = new Map(
    active.filter((field) => !field.numeric).map((field) => [field.id, axisCategories(field, runs)]),
  );
  return runs.filter((run) =>
    active.every((field) => {
      const value = field.value(run);
      const at = field.numeric ? value : (places.get(field.id)?.indexOf(value === null ? none : String(value)) ?? -1);
      return typeof at === 'number' && (brushes[field.id] ?? []).some(([from, to]) => at >= from && at <= to);
    }),
  );
}
