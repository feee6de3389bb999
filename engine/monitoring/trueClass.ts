import type { ValidationReport } from '../registry/validationReport.ts';
import { categoryValues } from '../data/fieldRules.ts';

/** A value of a target as it was read: a text, or a number. Booleans are 1 and 0. */
export type TargetValue = string | number;

export type ClassesOfReport = Pick<ValidationReport, 'task' | 'target' | 'classes' | 'positive'> & {
  data?: Pick<ValidationReport['data'], 'schema'> | undefined;
};

/** The words that a reader of CSV files takes for booleans: a column of them alone arrives as 1 and 0. */
const booleanWords: ReadonlyMap<string, number> = new Map([
  ...['true', 't', 'yes', 'y', '1'].map((word) => [word, 1] as const),
  ...['false', 'f', 'no', 'n', '0'].map((word) => [word, 0] as const),
]);

/**
 * Reads values of the target in the terms of a model: 0 or 1 for a binary model, the position of the class, or the
 * number of a regression. NaN for a value that the model does not know: it is no label of a negative row.
 */
export function trueClass(report: ClassesOfReport): (value: TargetValue) => number {
  if (report.task === 'regression') return (value) => (value === '' ? Number.NaN : Number(value));
  const { classes, others } = classesOf(report);
  const isBoolean = classes.length === 2 && classes.every((name) => ['true', 'false', '1', '0'].includes(name));
  return (value) => {
    const found = classes.findIndex((name) => isSame(value, name, isBoolean));
    if (found >= 0) return found;
    return others(value) ? 0 : Number.NaN;
  };
}

/** The classes by their position, and which further values are negative: of several values only one is positive. */
function classesOf({ task, target, classes, positive, data }: ClassesOfReport): {
  classes: readonly string[];
  others: (value: TargetValue) => boolean;
} {
  const known = classes ?? (task === 'binary' ? binaryNames(positive) : []);
  if (task !== 'binary') return { classes: known, others: () => false };
  const field = data?.schema?.fields.find(({ name }) => name === target);
  const declared = [...(field ? categoryValues(field) : []), ...(field?.constraints?.enum ?? [])].map(String);
  const isOpen = known[0] === `not ${known[1]}`;
  return { classes: known, others: (value) => isOpen || declared.some((name) => isSame(value, name, false)) };
}

function binaryNames(positive: string | null): string[] {
  if (positive === null || positive === 'true') return ['false', 'true'];
  return [positive === '1' ? '0' : `not ${positive}`, positive];
}

function isSame(value: TargetValue, name: string, isBoolean: boolean): boolean {
  if (value === name) return true;
  const word = booleanWords.get(name.toLowerCase());
  if (typeof value === 'number') return (name.trim() !== '' && Number(name) === value) || word === value;
  return isBoolean && word !== undefined && booleanWords.get(value.trim().toLowerCase()) === word;
}
