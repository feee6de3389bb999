import { columnChanges, diffTables, type TableDiff } from '../../../engine/data/diffTables.ts';
import { typedSelect } from '../../../engine/data/typedSource.ts';
import { comparatorsOf } from '../../../engine/drift/comparators.ts';
import { compareTables } from '../../../engine/drift/compareTables.ts';
import type { DriftRow } from '../../../engine/drift/driftTable.ts';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import { ProjectError } from '../../../engine/base/errors.ts';
import { findSubject, parseSubject, type FoundSubject } from '../../../engine/overview/dataSubject.ts';
import type { Database } from '../../../engine/data/database.ts';
import { areKept } from '../../../engine/data/snapshotFiles.ts';
import { getSnapshot, newestSnapshot, type Snapshot } from '../../../engine/tracking/snapshots.ts';
import type { DataSubject } from '../../../protocol/dataProfile.ts';
import { exitCodes } from '../../../protocol/problem.ts';
import type { CommandContext } from '../../context.ts';
import { dataPlace } from '../../dataPlace.ts';
import { readCount } from '../../readOption.ts';
import { table } from '../../terminal.ts';
import { count } from '../../../words/numbers.ts';
import { sides, signed } from './log.ts';

export interface DataDiffOptions {
  key?: string;
  examples?: string;
}

type Place = ReturnType<typeof dataPlace>;

/**
 * `loopwright data diff A [B]`: the changes from one version, dataset or file to another; a single version is compared
 * with the previous one.
 */
export async function dataDiff(
  context: CommandContext,
  first: string | undefined,
  second: string | undefined,
  options: DataDiffOptions,
): Promise<number> {
  const place = dataPlace(context);
  const [before, after] = subjectsOf(place, first, second);
  const gone = [before, after].map((subject) => versionWithoutData(place, subject));
  if (gone.some((version) => version !== null)) return recordsDiff(context, place, before, after);
  const [a, b] = [await findSubject(before, place), await findSubject(after, place)];
  const key =
    options.key === undefined
      ? (keyOf(b) ?? keyOf(a))
      : options.key
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean);
  const result = await withDatabase(context.signal, async (db) => {
    context.terminal.progress(`comparing ${a.title} with ${b.title}`);
    // Views, so that each query reads a side in the types of its schema.
    await db.run(`CREATE TEMP VIEW loopwright_before AS ${await typedSelect(db, a.files, a.schema, { read: a.read })}`);
    await db.run(`CREATE TEMP VIEW loopwright_after AS ${await typedSelect(db, b.files, b.schema, { read: b.read })}`);
    const usable = key && options.key === undefined ? await bothHave(db, key) : key;
    const diff = await diffTables(db, 'loopwright_before', 'loopwright_after', {
      key: usable,
      examples: readCount(options.examples ?? '10', 'examples'),
    });
    return { diff, distributions: await distributionsOf(db, a, b, diff) };
  });
  context.terminal.progress(null);
  if (context.json)
    context.printJson({ before: a.title, after: b.title, ...result.diff, distributions: result.distributions });
  else for (const line of diffLines(a, b, result.diff, result.distributions)) context.terminal.line(line);
  return exitCodes.done;
}

/**
 * The drift of the columns that both sides have, by Loopwright's own rules and the settings of the schema; none if a
 * side has no rows.
 */
async function distributionsOf(
  db: Database,
  a: FoundSubject,
  b: FoundSubject,
  { rows, columns }: TableDiff,
): Promise<DriftRow[]> {
  if (rows.before === 0 || rows.after === 0) return [];
  const gone = new Set([...columns.added, ...columns.removed].map(({ name }) => name));
  const table = await compareTables(db, 'loopwright_before', 'loopwright_after', {
    profile: 'loopwright',
    comparators: comparatorsOf(b.schema ?? a.schema, 'drift'),
  });
  return table.columns
    .filter(({ column }) => !gone.has(column))
    .toSorted((x, y) => Number(y.drifted) - Number(x.drifted) || (y.value ?? 0) - (x.value ?? 0));
}

function subjectsOf(place: Place, first: string | undefined, second: string | undefined): [DataSubject, DataSubject] {
  if (first === undefined)
    throw new ProjectError(
      'Name what to compare: `loopwright data diff DATASET` compares the two newest versions, `diff A B` compares two versions, datasets or files.',
    );
  const a = parseSubject(first, place);
  if (second !== undefined) return [a, parseSubject(second, place)];
  if (a.kind === 'file')
    throw new ProjectError(`\`${first}\` is a file; name a second one, a dataset or a version to compare it with.`);
  const version = place.store
    ? a.kind === 'snapshot'
      ? getSnapshot(place.store, a.id)
      : newestSnapshot(place.store, a.name)
    : null;
  if (!version) throw new ProjectError(`\`${first}\` has no version yet. Run the stage that writes it.`);
  if (version.parent === null)
    throw new ProjectError(`\`${first}\` has only one version, so there is nothing to compare it with.`);
  return [
    { kind: 'snapshot', id: version.parent },
    { kind: 'snapshot', id: version.id },
  ];
}

function versionWithoutData({ store }: Place, subject: DataSubject): Snapshot | null {
  const version = subject.kind === 'snapshot' && store ? getSnapshot(store, subject.id) : null;
  return store && version && !(version.kept && areKept(store.folder, version.files)) ? version : null;
}

function keyOf({ schema }: FoundSubject): string[] | null {
  return schema?.primaryKey === undefined ? null : [schema.primaryKey].flat();
}

/** The key of the schema, if both sides have its columns; the columns of a given key must exist. */
async function bothHave(db: Parameters<typeof diffTables>[0], key: readonly string[]): Promise<string[] | null> {
  const names = async (view: string) => (await db.rows(`DESCRIBE ${view}`)).map((row) => String(row['column_name']));
  const [a, b] = [await names('loopwright_before'), await names('loopwright_after')];
  return key.every((name) => a.includes(name) && b.includes(name)) ? [...key] : null;
}

/** If the data of a version is gone, its stored profile can still be compared. */
function recordsDiff(context: CommandContext, place: Place, before: DataSubject, after: DataSubject): number {
  const version = (subject: DataSubject) =>
    place.store && subject.kind === 'snapshot'
      ? getSnapshot(place.store, subject.id)
      : place.store && subject.kind === 'dataset'
        ? newestSnapshot(place.store, subject.name)
        : null;
  const [a, b] = [version(before), version(after)];
  if (!a || !b)
    throw new ProjectError(
      'The data of one version is no longer kept, so it can only be compared with another version.',
    );
  const columns = columnChanges(sides(a), sides(b));
  if (context.json)
    context.printJson({
      before: title(a),
      after: title(b),
      dataKept: false,
      columns,
      rows: { before: a.rows, after: b.rows, added: null, removed: null, changed: null },
    });
  else {
    context.terminal.line(
      `${title(a)} → ${title(b)}: ${count(a.rows)} → ${count(b.rows)} rows (${signed(b.rows - a.rows)})`,
    );
    for (const line of columnLines(columns)) context.terminal.line(line);
    context.terminal.line('The data of one version is no longer kept, so rows cannot be compared.');
  }
  return exitCodes.done;
}

function title(version: Snapshot): string {
  return `${version.dataset}@${version.id.slice(0, 8)}`;
}

function columnLines({ added, removed, changed }: TableDiff['columns']): string[] {
  return [
    ...added.map(({ name, sqlType }) => `  + ${name}  ${sqlType}`),
    ...removed.map(({ name, sqlType }) => `  − ${name}  ${sqlType}`),
    ...changed.map(({ name, from, to }) => `  ~ ${name}  ${from.sqlType} → ${to.sqlType}`),
  ];
}

function diffLines(a: FoundSubject, b: FoundSubject, diff: TableDiff, distributions: readonly DriftRow[]): string[] {
  const { rows, columns, key, examples } = diff;
  const lines = [
    `${a.title} → ${b.title}`,
    '',
    `columns  ${columns.added.length} added, ${columns.removed.length} removed, ${columns.changed.length} of another type`,
    ...columnLines(columns),
  ];
  for (const name of diff.nowMissing) lines.push(`  ! ${name}  now has rows without a value`);
  for (const name of diff.nowFilled) lines.push(`  ! ${name}  now has a value in every row`);
  lines.push(
    '',
    `rows     ${count(rows.before)} → ${count(rows.after)} (${signed(rows.after - rows.before)}): ${count(rows.added)} added, ${count(rows.removed)} removed${rows.changed === null ? ', whole rows compared' : `, ${count(rows.changed)} changed by ${key?.join(' + ')}`}`,
  );
  for (const { name, rows: n } of diff.changedColumns)
    lines.push(`  ~ ${name}  in ${count(n)} ${n === 1 ? 'row' : 'rows'}`);
  for (const row of examples.added) lines.push(`  + ${cells(row)}`);
  for (const row of examples.removed) lines.push(`  − ${cells(row)}`);
  for (const { key: row, columns: changes } of examples.changed)
    lines.push(
      `  ~ ${cells(row)}: ${Object.entries(changes)
        .map(([name, { before, after }]) => `${name} ${shown(before)} → ${shown(after)}`)
        .join(', ')}`,
    );
  const shifted = distributions.filter(
    ({ value, drifted, missingReference, missingCurrent }) =>
      drifted || (value ?? 0) >= leastShown || Math.abs(missingCurrent - missingReference) >= leastShown,
  );
  lines.push(
    '',
    `distributions  ${shifted.length === 0 ? 'none of the shared columns moved' : `${shifted.length} of ${distributions.length} columns moved, ${distributions.filter(({ drifted }) => drifted).length} of them beyond their threshold`}`,
  );
  if (shifted.length > 0)
    lines.push(
      ...table(['column', 'missing', 'distance', 'threshold', 'measure', ''], shifted.map(distributionRow), [2, 3]).map(
        (line) => `  ${line}`,
      ),
    );
  return lines;
}

/** Smaller changes are noise in most tables. */
const leastShown = 0.005;

function distributionRow({
  column,
  missingReference,
  missingCurrent,
  value,
  threshold,
  measure,
  drifted,
  note,
}: DriftRow): string[] {
  const share = (part: number) => `${(part * 100).toFixed(1)} %`;
  return [
    column,
    missingReference === missingCurrent
      ? share(missingCurrent)
      : `${share(missingReference)} → ${share(missingCurrent)}`,
    value?.toFixed(3) ?? '–',
    threshold === null ? '' : String(threshold),
    measure,
    [drifted ? 'drifted' : '', note ?? ''].filter(Boolean).join(': '),
  ];
}

function cells(row: Record<string, string | null>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');
}

function shown(value: string | null): string {
  return value === null ? '(none)' : value.length > 40 ? `${value.slice(0, 39)}…` : value;
}
