import type { Field } from '../project/schema/datasetSchema.ts';

export type ClassValue = string | number | boolean;

/**
 * The classes of a model in the type of its target: those of a boolean are booleans, those of a number are numbers.
 * Without a schema, classes count as such when all of them are written so.
 */
export function typedClasses(classes: readonly string[], target: Pick<Field, 'type'> | null): ClassValue[] {
  const type = target?.type ?? 'any';
  const booleans = classes.map((name) => ({ true: true, false: false, '1': true, '0': false })[name.toLowerCase()]);
  const areBooleans = classes.every((name) => /^(true|false)$/i.test(name));
  if ((type === 'boolean' && booleans.every((value) => value !== undefined)) || (type === 'any' && areBooleans))
    return classes.map((_, c) => booleans[c] ?? false);
  const isNumeric = ['number', 'integer', 'year', 'any'].includes(type);
  if (isNumeric && classes.length > 0 && classes.every((name) => String(Number(name)) === name))
    return classes.map(Number);
  return [...classes];
}
