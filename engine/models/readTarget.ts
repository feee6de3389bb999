import { DataError } from '../base/errors.ts';
import type { Table } from '../data/table.ts';
import type { LearnedTask } from '../evaluation/predictions.ts';

export interface TargetSpec {
  task: LearnedTask;
  target: string;
  /**
   * Multiclass: the classes in the order of the probabilities. Binary: [negative, positive] as texts. Empty for
   * regression.
   */
  classes: string[];
}

/**
 * Decides the classes of a target from training rows. Binary: `positive` is the positive value (default: 1 or true);
 * for texts it is required, or `classes` as [negative, positive]. Throws DataError when the column does not fit the
 * task.
 */
export function fitTarget(
  train: Table,
  task: LearnedTask,
  target: string,
  options: { classes?: readonly string[]; positive?: string | number | boolean } = {},
): TargetSpec {
  const column = columnOf(train, target);
  if (task === 'regression') {
    if (column.kind !== 'number')
      throw new DataError(`${target}: a regression needs a number as target, and this column holds text`);
    return { task, target, classes: [] };
  }
  const values = distinct(train, target);
  if (task === 'multiclass') {
    const classes = options.classes ? [...options.classes] : values;
    if (classes.length < 2)
      throw new DataError(`${target}: the training rows hold only ${classes.length} class; at least 2 are needed`);
    return { task, target, classes };
  }
  const positive =
    options.positive === undefined
      ? (options.classes?.[1] ?? (column.kind === 'number' ? '1' : undefined))
      : asText(options.positive, column.kind);
  if (positive === undefined)
    throw new DataError(
      `${target}: say which value is positive (loopwright.positive of the field); the column holds ${values.slice(0, 5).join(', ')}`,
    );
  const others = values.filter((value) => value !== positive);
  if (others.length > 1)
    throw new DataError(
      `${target}: a binary target has two values, and this column holds ${values.slice(0, 6).join(', ')}; set the task to multiclass or correct the column`,
    );
  if (others.length === 0 || others.length === values.length) {
    throw new DataError(
      `${target}: the training rows hold only ${values.join(', ') || 'missing values'}; both classes are needed to learn (positive is ${positive})`,
    );
  }
  return { task, target, classes: [others[0] ?? '', positive] };
}

/**
 * The target as numbers: 1 for positive and 0 for negative, the class number, or the value itself. NaN where missing or
 * of no known class. Throws DataError when the column is absent.
 */
export function readTarget(table: Table, { task, target, classes }: TargetSpec): Float64Array {
  const column = columnOf(table, target);
  if (task === 'regression') {
    if (column.kind === 'number') return column.values;
    throw new DataError(`${target}: a regression needs a number as target, and this column holds text`);
  }
  const position = new Map(classes.map((name, i) => [name, i]));
  return Float64Array.from({ length: table.rows }, (_, row) => {
    const value = column.values[row] ?? null;
    return value === null || Number.isNaN(value) ? Number.NaN : (position.get(String(value)) ?? Number.NaN);
  });
}

function columnOf(table: Table, target: string) {
  const column = table.columns[target];
  if (!column)
    throw new DataError(
      `${target}: the target is not a column of the data, which has ${Object.keys(table.columns).join(', ')}`,
    );
  return column;
}

function distinct(table: Table, name: string): string[] {
  const seen = new Set<string>();
  for (const value of columnOf(table, name).values) if (value !== null && !Number.isNaN(value)) seen.add(String(value));
  return [...seen].toSorted();
}

function asText(positive: string | number | boolean, kind: 'number' | 'text'): string {
  return typeof positive === 'boolean' && kind === 'number' ? String(Number(positive)) : String(positive);
}
