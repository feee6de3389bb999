import { asSeen, unseenDifference } from '../base/invisible.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';

export interface TableProblem {
  /** Column name; null when the problem concerns the whole table. */
  field: string | null;
  rule:
    | 'missing column'
    | 'unknown column'
    | 'column order'
    | 'presence'
    | 'domainMass'
    | 'rows'
    | 'primaryKey'
    | 'uniqueKeys';
  severity: 'error' | 'warning';
  message: string;
}

/**
 * Returns problems of the column names: missing and unknown ones, by the schema's fieldsMatch (default: subset, which
 * allows more columns).
 */
export function columnProblems(
  schema: DatasetSchema,
  columns: readonly string[],
  expected: readonly Field[],
): TableProblem[] {
  const match = schema.fieldsMatch ?? 'subset';
  const problems: TableProblem[] = [];
  const known = new Set(schema.fields.map((field) => field.name));
  const present = new Set(columns);
  const missing = expected.filter((field) => !present.has(field.name));
  if (match === 'partial' ? missing.length === expected.length : match !== 'superset') {
    const there = listed(columns);
    const seen = new Map(columns.toReversed().map((column) => [asSeen(column), column]));
    for (const { name } of missing) {
      problems.push({
        field: name,
        rule: 'missing column',
        severity: 'error',
        message: `${name}: the column is declared but not in the data; ${alike(name, seen) ?? `its columns are ${there}`}`,
      });
    }
  }
  if (match === 'exact' || match === 'equal' || match === 'superset') {
    for (const name of columns.filter((column) => !known.has(column))) {
      problems.push({
        field: name,
        rule: 'unknown column',
        severity: 'error',
        message: `${name}: the column is in the data but not declared; declare it or drop it (fieldsMatch is ${match})`,
      });
    }
  }
  if (match === 'exact' && problems.length === 0) {
    const order = schema.fields.map((field) => field.name).filter((name) => present.has(name));
    const at = order.findIndex((name, i) => columns[i] !== name);
    if (at >= 0)
      problems.push({
        field: null,
        rule: 'column order',
        severity: 'error',
        message: `column ${at + 1} is ${columns[at]}, but ${order[at]} is declared (fieldsMatch is exact)`,
      });
  }
  return problems;
}

/** A column that looks like a name, in words; null when there is none. `seen` has the columns by how they look. */
function alike(name: string, seen: ReadonlyMap<string, string>): string | null {
  const column = seen.get(asSeen(name));
  const difference = column === undefined ? null : unseenDifference(name, column);
  return difference === null ? null : `its column ${column} differs by what is not seen: ${difference}`;
}

/** Names in a sentence; a sentence about each of thousands of columns must not name them all. */
function listed(names: readonly string[]): string {
  return names.length > mostNamed
    ? `${names.slice(0, mostNamed).join(', ')} and ${(names.length - mostNamed).toLocaleString('en-US')} more`
    : names.join(', ');
}

const mostNamed = 100;

/** Checks the number of rows against the schema. */
export function rowProblems(schema: DatasetSchema, rows: number): TableProblem[] {
  const { min, max } = schema.loopwright?.rows ?? {};
  const problems: TableProblem[] = [];
  if (min !== undefined && rows < min)
    problems.push({
      field: null,
      rule: 'rows',
      severity: 'error',
      message: `${rows} rows, fewer than the minimum ${min}`,
    });
  if (max !== undefined && rows > max)
    problems.push({
      field: null,
      rule: 'rows',
      severity: 'error',
      message: `${rows} rows, more than the maximum ${max}`,
    });
  return problems;
}

/** Checks presence and domain mass of a field, from the counts of all rows. */
export function shareProblems(
  field: Field,
  counts: { rows: number; present: number; strangers: number },
): TableProblem[] {
  const { presence, domainMass } = field.loopwright ?? {};
  const problems: TableProblem[] = [];
  const { rows, present, strangers } = counts;
  if (presence !== undefined && rows > 0 && present / rows < presence) {
    problems.push({
      field: field.name,
      rule: 'presence',
      severity: 'error',
      message: `${field.name}: ${percent(present / rows)} of rows have a value, but at least ${percent(presence)} are required`,
    });
  }
  if (domainMass !== undefined && domainMass < 1 && present > 0 && 1 - strangers / present < domainMass) {
    problems.push({
      field: field.name,
      rule: 'domainMass',
      severity: 'error',
      message: `${field.name}: ${percent(1 - strangers / present)} of values are in the categories, but at least ${percent(domainMass)} are required`,
    });
  }
  return problems;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2).replace(/\.?0+$/, '')} %`;
}
