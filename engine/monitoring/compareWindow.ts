import type { DriftValue } from '../../protocol/drift.ts';
import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Column } from '../data/table.ts';
import { domainMeasure } from '../drift/compareDomains.ts';
import { compareTables } from '../drift/compareTables.ts';
import type { DeclaredKind } from '../drift/declaredKinds.ts';
import type { CompareOptions, DriftRow } from '../drift/driftTable.ts';
import type { Feature } from '../models/feature.ts';
import { compareScores, refitScoreColumn } from './compareScores.ts';
import type { WindowRows } from './windowRows.ts';

/** A window compared with its reference. */
export interface ComparedWindow {
  /** One value for each feature, then one for the score. */
  values: DriftValue[];
  /** Share of drifted among the compared features; the score is no feature. */
  share: number;
}

export interface WindowComparison extends Omit<CompareOptions, 'columns'> {
  features: readonly Feature[];
  /** Whether the score of the model is compared too. */
  withScore: boolean;
}

const windowTable = 'window_rows';

/**
 * Compares the rows of a window with a reference (FROM-able SQL) as `loopwright data drift` compares two tables. The
 * columns of the window take the types of their file where every value fits. The log of an API holds JSON: its columns
 * take the types of the reference.
 */
export async function compareWindow(
  db: Database,
  reference: string,
  rows: WindowRows,
  { features, withScore, kinds, ...options }: WindowComparison,
): Promise<ComparedWindow> {
  const types = new Map((await columnsOf(db, reference)).map((column) => [column.name, column]));
  // A date moves on by itself, so it is not compared.
  const compared = features.filter(
    ({ name, kind }) => kind !== 'datetime' && types.has(name) && rows.features.columns[name],
  );
  const before = withBooleans(reference, compared, types);
  await writeWindow(db, rows);
  try {
    const now = await typedWindow(db, compared, types, rows.fileTypes);
    const names = compared.map(({ name }) => name);
    const inputs = await compareTables(db, before, now, {
      ...options,
      columns: names,
      kinds: new Map([...kindsOf(compared), ...(kinds ?? [])]),
    });
    const scoreOptions = options.measure === domainMeasure ? { ...options, measure: undefined } : options;
    const score =
      withScore && types.has('_score')
        ? await compareScores(db, { before, now, isRefitted: types.has(refitScoreColumn) }, scoreOptions)
        : [];
    return {
      values: [...inputs.columns, ...score].map(driftValue),
      share: inputs.dataset.share,
    };
  } finally {
    await db.run(`DROP TABLE ${windowTable}`);
  }
}

/** The kinds that the model gives its features; a schema comes before them. */
function kindsOf(features: readonly Feature[]): [string, DeclaredKind][] {
  return features.flatMap(({ name, kind }): [string, DeclaredKind][] =>
    kind === 'boolean' || kind === 'categorical' ? [[name, kind]] : [],
  );
}

/** A reference of an old version stores booleans as 0 and 1. */
function withBooleans(
  reference: string,
  features: readonly Feature[],
  types: ReadonlyMap<string, SourceColumn>,
): string {
  const flags = features.filter(({ name, kind }) => kind === 'boolean' && types.get(name)?.sqlType !== 'BOOLEAN');
  if (flags.length === 0) return reference;
  const casts = flags.map(({ name }) => `CAST(${quoteIdentifier(name)} AS BOOLEAN) AS ${quoteIdentifier(name)}`);
  return `(SELECT * REPLACE (${casts.join(', ')}) FROM ${reference})`;
}

async function writeWindow(db: Database, { features, scores }: WindowRows): Promise<void> {
  const columns: [string, Column][] = [
    ...Object.entries(features.columns),
    ['_score', { kind: 'number', values: scores }],
  ];
  const typed = columns.map(([name, { kind }]) => ({ name, kind }));
  await db.create(windowTable, typed);
  await db.append(
    windowTable,
    typed,
    columns.map(([, column]) =>
      column.kind === 'text'
        ? column.values
        : Array.from(column.values, (value) => (Number.isNaN(value) ? null : value)),
    ),
  );
}

/**
 * The window as FROM-able SQL. A column takes the type of its file, or of the reference, when no value changes by it.
 */
async function typedWindow(
  db: Database,
  features: readonly Feature[],
  types: ReadonlyMap<string, SourceColumn>,
  fileTypes: ReadonlyMap<string, string>,
): Promise<string> {
  const casts = features.flatMap(({ name, kind }) => {
    const type = types.get(name);
    if (!type) return [];
    const own = kind === 'categorical' ? 'VARCHAR' : 'DOUBLE';
    const inFile = fileTypes.get(name);
    const wanted = kind === 'boolean' ? 'BOOLEAN' : (inFile ?? type.sqlType);
    const castable =
      own === 'VARCHAR' || kind === 'boolean' || inFile !== undefined || ['integer', 'number'].includes(type.type);
    return castable && wanted !== own ? [{ column: quoteIdentifier(name), own, wanted }] : [];
  });
  if (casts.length === 0) return windowTable;
  const fits = casts.map(
    ({ column, own, wanted }, i) =>
      `bool_and(${column} IS NOT DISTINCT FROM CAST(TRY_CAST(${column} AS ${wanted}) AS ${own})) AS "f${i}"`,
  );
  const [fitting] = await db.rows(`SELECT ${fits.join(', ')} FROM ${windowTable}`);
  const chosen = casts
    .filter((_, i) => fitting?.[`f${i}`] === true)
    .map(({ column, wanted }) => `CAST(${column} AS ${wanted}) AS ${column}`);
  return chosen.length === 0 ? windowTable : `(SELECT * REPLACE (${chosen.join(', ')}) FROM ${windowTable})`;
}

function driftValue(row: DriftRow): DriftValue {
  const { column, type, measure, value, pValue, adjustedP, chance, threshold, drifted, nReference, nCurrent } = row;
  const { missingReference, missingCurrent, state, reason, note } = row;
  return {
    column,
    type,
    measure,
    value,
    pValue,
    adjustedP,
    chance,
    threshold,
    drifted,
    nReference,
    nCurrent,
    missingReference,
    missingCurrent,
    kind: state,
    reason,
    note: note ?? null,
  };
}
