import { named } from '../base/named.ts';
import type {
  ColumnProfile,
  ComparedColumn,
  DataComparison,
  DataHead,
  DataProfile,
  DataRelations,
  QualityReport,
} from '../../protocol/dataProfile.ts';
import type { Database } from '../data/database.ts';
import { columnsOf, type SourceColumn } from '../data/inspectColumns.ts';
import { markersIn } from '../data/markersIn.ts';
import { readAsWritten } from '../data/inferFiles.ts';
import { profileTable, profileTypedCells } from '../data/profileTable.ts';
import { tableOfCells, type TypedCells } from '../data/typedCells.ts';
import { qualityReport } from '../data/qualityReport.ts';
import { relationsOf } from '../data/relations.ts';
import { readingsOf, readingWords } from '../data/reading/describeReading.ts';
import { sourceFormat } from '../data/readSource.ts';
import { rawSource, tableSql, typedTable } from '../data/typedSource.ts';
import { sharedDistribution } from '../data/sharedDistribution.ts';
import { validateTable, type ValidationResult } from '../data/validateTable.ts';
import { comparatorsOf } from '../drift/comparators.ts';
import { compareTables } from '../drift/compareTables.ts';
import { declaredKinds } from '../drift/declaredKinds.ts';
import { relativePath } from '../base/projectPath.ts';
import { writtenNotes } from '../data/written/writtenNotes.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import { splitColumn } from '../project/splitColumn.ts';
import type { FoundSubject } from './dataSubject.ts';

export interface ProfileViewOptions {
  /** The project folder, which file names are relative to. */
  root: string;
  /** The subject, when it is opened already. */
  opened?: OpenedSubject;
  columns?: readonly string[];
  target?: string;
  onProgress?: (done: number, columns: number) => void;
}

/**
 * FROM-able SQL of a subject in the types of its schema. Text is parsed once into a temporary table that spills to disk
 * when it is large; Parquet is read in place.
 */
export async function subjectSql(db: Database, found: FoundSubject): Promise<string> {
  return (await openSubject(db, found)).source();
}

/** A subject in the types of its schema. */
export interface OpenedSubject {
  columns: readonly SourceColumn[];
  /** The cells of a wide table of few rows; null for others. */
  cells: TypedCells | null;
  /** As `subjectSql`; of cells the first call makes a table. */
  source: () => Promise<string>;
}

/** Opens a subject to read it once. */
export async function openSubject(db: Database, found: FoundSubject): Promise<OpenedSubject> {
  const typed = await typedTable(db, found.files, found.schema, { rejects: true, read: found.read });
  if (typed.cells) {
    let table: Promise<string> | null = null;
    return { columns: typed.columns, cells: typed, source: () => (table ??= tableOfCells(db, typed)) };
  }
  const isParquet = sourceFormat(found.files[0] ?? '') === 'parquet';
  const source = isParquet ? `(${typed.select})` : (typed.table ?? `loopwright_subject_${++subjects}`);
  if (!isParquet && typed.table === undefined) await db.run(`CREATE TEMP TABLE ${source} AS ${typed.select}`);
  return { columns: await columnsOf(db, source), cells: null, source: () => Promise.resolve(source) };
}

let subjects = 0;

/** The contents of a subject, column by column. */
export async function profileSubject(
  db: Database,
  found: FoundSubject,
  options: ProfileViewOptions,
): Promise<DataProfile> {
  const started = performance.now();
  const { cells, source } = options.opened ?? (await openSubject(db, found));
  const how = { columns: options.columns, onProgress: options.onProgress };
  const columns = cells ? await profileTypedCells(db, cells, how) : await profileTable(db, await source(), how);
  return {
    ...headOf(found, columns, options),
    rows: columns[0]?.rows ?? 0,
    columns,
    ...(await readAsOf(db, found)),
    tookMs: Math.round(performance.now() - started),
  };
}

/** How the text files of a subject are read: their form, and the forms of values by the schema or as they are written. */
async function readAsOf(db: Database, { files, read, schema }: FoundSubject): Promise<Pick<DataProfile, 'readAs'>> {
  if (sourceFormat(files[0] ?? '') !== 'csv') return {};
  const words = readingWords(readingsOf(files, read));
  if (schema) return { readAs: [...words, ...formsOf(schema, read)] };
  const written = await readAsWritten(db, files, read);
  const { notes, questions } = writtenNotes(written.columns);
  return { readAs: [...words, ...notes, ...questions.map((text) => `please check ${text}`)] };
}

/** The decimal and thousands characters and the texts for missing values that a schema declares. */
function formsOf({ fields, missingValues, loopwright }: DatasetSchema, read: ReadSettings | undefined): string[] {
  const of = (key: 'decimalChar' | 'groupChar') => [
    ...new Set(fields.flatMap((field) => (key in field && typeof field[key] === 'string' ? [field[key]] : []))),
  ];
  const settings = { ...loopwright?.read, ...read };
  const quoted = (texts: readonly unknown[]) => texts.map((text) => `\`${String(text)}\``).join(', ');
  const decimal = settings.decimal === undefined ? of('decimalChar') : [settings.decimal];
  const thousands = settings.thousands === undefined ? of('groupChar') : [settings.thousands];
  const missing = (settings.missing ?? missingValues ?? [])
    .map((one) => (typeof one === 'string' ? one : one.value))
    .filter((text) => text !== '');
  return [
    ...(decimal.length > 0 ? [`decimal character ${quoted(decimal)}`] : []),
    ...(thousands.length > 0 ? [`thousands character ${quoted(thousands)}`] : []),
    ...(missing.length > 0 ? [`${quoted(missing)} ${missing.length === 1 ? 'means' : 'mean'} no value`] : []),
  ];
}

/** Details of a subject from its place and its schema. */
export function headOf(
  found: FoundSubject,
  columns: readonly { name: string }[],
  options: { root: string; target?: string },
): DataHead {
  const fields = Object.fromEntries(
    (found.schema?.fields ?? []).map(({ name, description, loopwright }) => [
      name,
      { role: loopwright?.role ?? null, unit: loopwright?.unit ?? null, description: description ?? null },
    ]),
  );
  return {
    title: found.title,
    subject: found.subject,
    files: found.files.map((file) => relativePath(options.root, file)),
    bytes: found.bytes,
    madeAt: found.madeAt,
    target: targetOf(found.schema, columns, options.target),
    fields,
  };
}

/** Correlations between the columns of a subject, and their association with the target. */
export async function relateSubject(
  db: Database,
  found: FoundSubject,
  target?: string,
  source?: string,
): Promise<DataRelations> {
  const sql = source ?? (await subjectSql(db, found));
  const names = (await columnsOf(db, sql)).map(({ name }) => ({ name }));
  return relationsOf(db, sql, { target: targetOf(found.schema, names, target), leaveOut: [splitColumn] });
}

export interface JudgeOptions {
  /** The current time for the age, in epoch milliseconds. */
  now: number;
  target?: string;
  /** Sources of the datasets that foreign keys of the schema refer to. */
  foreign?: readonly (string | null)[];
  /** Results that were measured before. */
  profile?: readonly ColumnProfile[];
  relations?: DataRelations;
}

/** Completeness, uniqueness, validity, freshness and relevance of a subject, judged by its schema if it has one. */
export async function judgeSubject(db: Database, found: FoundSubject, options: JudgeOptions): Promise<QualityReport> {
  let validation: ValidationResult | null = null;
  if (found.schema) {
    const raw = rawSource(found.files, found.schema, found.read);
    validation = await validateTable(db, {
      source: raw.sql,
      schema: found.schema,
      mode: raw.mode,
      rejects: raw.rejects,
      foreign: options.foreign,
    });
  }
  try {
    const sql = await subjectSql(db, found);
    const profile = options.profile ?? (await profileTable(db, sql));
    const target = targetOf(found.schema, profile, options.target);
    const relations =
      target === null
        ? null
        : options.relations?.target === target
          ? options.relations
          : await relationsOf(db, sql, { target, leaveOut: [splitColumn] });
    const markers = await markersIn(db, found.files, found.schema, found.read);
    return await qualityReport(db, sql, {
      profile,
      schema: found.schema,
      validation,
      relations,
      markers,
      now: options.now,
    });
  } finally {
    await validation?.discard();
  }
}

/**
 * Differences between the current subject and the reference: added, removed and retyped columns, drift by Loopwright's
 * own profile, and both distributions over the same bins.
 */
export async function compareSubjects(
  db: Database,
  reference: FoundSubject,
  current: FoundSubject,
): Promise<DataComparison> {
  const sources = { reference: await subjectSql(db, reference), current: await subjectSql(db, current) };
  const [before, now] = [await profileTable(db, sources.reference), await profileTable(db, sources.current)];
  const shared = before.flatMap((column) => {
    const other = named(now, column.name);
    return other && column.name !== splitColumn ? [{ before: column, now: other }] : [];
  });
  const drift =
    shared.length > 0 && before[0]?.rows && now[0]?.rows
      ? await compareTables(db, sources.reference, sources.current, {
          profile: 'loopwright',
          columns: shared.map(({ before: { name } }) => name),
          comparators: comparatorsOf(current.schema ?? reference.schema, 'drift'),
          kinds: declaredKinds(current.schema ?? reference.schema),
        })
      : null;
  const columns: ComparedColumn[] = [];
  for (const row of drift?.columns ?? []) {
    const pair = shared.find(({ before: { name } }) => name === row.column);
    const {
      column,
      type,
      measure,
      value,
      pValue,
      adjustedP,
      chance,
      threshold,
      drifted,
      reason,
      nReference,
      nCurrent,
      missingReference,
      missingCurrent,
      note = null,
    } = row;
    columns.push({
      column,
      type,
      measure,
      value,
      pValue,
      adjustedP,
      chance,
      threshold,
      drifted,
      reason,
      nReference,
      nCurrent,
      missingReference,
      missingCurrent,
      note,
      distribution: pair
        ? await sharedDistribution(db, sources.reference, sources.current, pair.before, pair.now)
        : null,
    });
  }
  return {
    reference: { title: reference.title, rows: before[0]?.rows ?? 0 },
    current: { title: current.title, rows: now[0]?.rows ?? 0 },
    added: now.filter(({ name }) => !named(before, name)).map(({ name }) => name),
    removed: before.filter(({ name }) => !named(now, name)).map(({ name }) => name),
    retyped: shared
      .filter((pair) => pair.before.type !== pair.now.type)
      .map((pair) => ({ column: pair.now.name, from: pair.before.type, to: pair.now.type })),
    columns,
    share: drift?.dataset.share ?? 0,
    drifted: drift?.dataset.drifted ?? false,
  };
}

/** FROM-able SQL of the datasets that foreign keys refer to, where their files exist; null otherwise. */
export async function foreignSources(
  db: Database,
  schema: DatasetSchema | null,
  tableOf: (dataset: string) => Promise<Pick<FoundSubject, 'files' | 'schema' | 'read'>>,
): Promise<(string | null)[]> {
  const sources: (string | null)[] = [];
  for (const {
    reference: { resource },
  } of schema?.foreignKeys ?? []) {
    const table = resource ? await tableOf(resource) : null;
    sources.push(
      table && table.files.length > 0
        ? await tableSql(db, table.files, table.schema, { rejects: true, read: table.read })
        : null,
    );
  }
  return sources;
}

function targetOf(
  schema: DatasetSchema | null,
  columns: readonly { name: string }[],
  asked: string | undefined,
): string | null {
  const name = asked ?? schema?.fields.find((field) => field.loopwright?.role === 'target')?.name;
  return name !== undefined && columns.some((column) => column.name === name) ? name : null;
}
