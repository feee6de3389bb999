import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import { givenDecimal, type ReadSettings } from '../../project/schema/readSettings.ts';
import { checkCancelled } from '../../base/errors.ts';
import type { Cells, TextCells } from '../cells.ts';
import type { Database } from '../database.ts';
import { mayLeap } from '../leapSecond.ts';
import { inPortions } from '../portions.ts';
import { quoteIdentifier } from '../quote.ts';
import {
  countUnread,
  countUnreadCells,
  hasOtherUnit,
  isMarkerSql,
  isPadded,
  unread,
  type Column,
} from './countUnread.ts';
import { columnForm, type ColumnForm, type FileHints } from './columnForm.ts';
import { mergeDashes, writtenKey } from './dashes.ts';
import { isMarker } from './markers.ts';

/** What a person should know about how a column is read. */
export interface ColumnNotes {
  name: string;
  notes: string[];
  /** What the data does not decide, and how it is read. */
  question: string | null;
  /** Texts that are not of the type, the most frequent first; their rows are invalid. */
  strays: { text: string; rows: number }[];
  /** Texts that can stand for a missing value, and whether they are read as one. */
  markers: { text: string; rows: number; missing: boolean }[];
}

export interface WrittenSchema {
  schema: DatasetSchema;
  columns: ColumnNotes[];
}

export interface WrittenOptions {
  /** Delimiter of the file, which helps to read `1.234`. */
  delimiter: string;
  /** What is given for all fields. */
  read?: ReadSettings | undefined;
  signal?: AbortSignal | undefined;
  /** Cells of the source with their rows, where it has fewer than `sampleRows` rows. */
  cells?: TextCells | null;
}

/** Rows from which a reading is proposed. It is then checked on all rows. */
export const sampleRows = 2000;
const mostRounds = 4;

/**
 * Proposes the type and format of each column of a FROM expression of texts. The first rows propose them; the expression
 * of `parseField`, which validation uses too, checks them on all rows, and texts that it does not read correct the
 * proposal. The schema therefore accepts each row but those with `strays`.
 */
export async function writtenSchema(
  db: Database,
  source: string,
  names: readonly string[],
  { delimiter, read, signal, cells = null }: WrittenOptions,
): Promise<WrittenSchema> {
  const hints: FileHints = {
    delimiter,
    decimal: null,
    dayFirst: null,
    given: {
      decimal: givenDecimal(read) ?? (read?.thousands === ',' ? '.' : null),
      dates: [read?.dates ?? []].flat(),
      missing: new Set(read?.missing?.map((text) => text.trim())),
      pivotYear: read?.pivotYear,
    },
  };
  if (cells) {
    const found = await sampledCells(db, cells, hints);
    decide(found, hints);
    checkCancelled(signal);
    const positions = new Map(cells.columns.map(({ c, name }) => [name, c]));
    await checkForms(
      db,
      ({ name }) => cellsOf(cells, positions.get(name) ?? -1, name),
      found,
      hints,
      (open) => countUnreadCells(db, cells, open),
    );
    decide(found, hints);
    return { schema: { fields: found.map(({ form }) => form.field) }, columns: await notesOf(db, source, found) };
  }
  const columns: Column[] = [];
  const notes: ColumnNotes[] = [];
  await inPortions(db, source, names, async (part, own) => {
    checkCancelled(signal);
    const found = await sampled(db, part, own, hints);
    columns.push(...found);
    decide(found, hints);
    await checkForms(
      db,
      () => part,
      found,
      hints,
      (open) => countUnread(db, part, open),
    );
  });
  decide(columns, hints);
  await inPortions(db, source, names, async (part, own) => {
    checkCancelled(signal);
    notes.push(
      ...(await notesOf(
        db,
        part,
        columns.filter(({ name }) => own.includes(name)),
      )),
    );
  });
  return { schema: { fields: columns.map(({ form }) => form.field) }, columns: notes };
}

async function sampled(db: Database, source: string, names: readonly string[], hints: FileHints): Promise<Column[]> {
  const { columns, rows } = await db.table(
    `SELECT ${names.map((name, i) => `${quoteIdentifier(name)} AS c${i}`).join(', ') || '1'} FROM ${source} LIMIT ${sampleRows}`,
  );
  return names.map((name, i) => {
    const read = columns[`c${i}`];
    return columnOf(name, read?.kind === 'text' ? read.values : [], rows < sampleRows, hints);
  });
}

async function sampledCells(db: Database, { columns, lists }: TextCells, hints: FileHints): Promise<Column[]> {
  const found = columns.map(({ name }) => ({ name, counts: new Map<string, number>(), blanks: new Set<string>() }));
  // A row at once is read in a small part of the time that its texts take one by one.
  await db.batches(`SELECT CAST(to_json(l) AS VARCHAR) AS l FROM ${lists} ORDER BY rowid`, rowsAtOnce, (batch) => {
    const { l: read } = batch.columns;
    for (const row of read?.kind === 'text' ? read.values : [])
      for (const [i, text] of (JSON.parse(row ?? '[]') as (string | null)[]).entries()) {
        const column = found[i];
        if (column) add(column, text ?? '', 1);
      }
  });
  return found.map((column) => {
    const { name, counts, blanks } = column;
    return { ...column, total: 0, complete: true, form: columnForm(name, counts, [...blanks], hints) };
  });
}

/** Rows whose texts are in memory at once. */
const rowsAtOnce = 2048;

function columnOf(name: string, texts: readonly (string | null)[], complete: boolean, hints: FileHints): Column {
  const counts = new Map<string, number>();
  const blanks = new Set<string>();
  for (const text of texts) add({ counts, blanks }, text ?? '', 1);
  return { name, counts, blanks, total: 0, complete, form: columnForm(name, counts, [...blanks], hints) };
}

function add({ counts, blanks }: Pick<Column, 'counts' | 'blanks'>, written: string, rows: number): void {
  const text = writtenKey(written);
  if (text === '' && written !== '') blanks.add(written);
  counts.set(text, (counts.get(text) ?? 0) + rows);
}

/** Reads ambiguous columns as the others of the file. */
function decide(columns: readonly Column[], hints: FileHints): void {
  const votes = (of: (form: ColumnForm) => string | boolean | null) => {
    const found = new Map<string | boolean, number>();
    for (const { form } of columns) {
      const vote = of(form);
      if (vote !== null) found.set(vote, (found.get(vote) ?? 0) + 1);
    }
    return [...found].toSorted(([, a], [, b]) => b - a);
  };
  const [decimal, otherDecimal] = votes(({ votes: own }) => own.decimal);
  hints.decimal = decimal && decimal[1] > (otherDecimal?.[1] ?? 0) ? (decimal[0] as '.' | ',') : null;
  const [order, otherOrder] = votes(({ votes: own }) => own.dayFirst);
  hints.dayFirst = order && order[1] > (otherOrder?.[1] ?? 0) ? order[0] === true : null;
  for (const column of columns) if (column.form.rival) column.form = formOf(column, hints);
}

function formOf({ name, counts, blanks, total }: Column, hints: FileHints): ColumnForm {
  return columnForm(name, counts, [...blanks], hints, total);
}

/** Checks the proposals on all rows, and corrects those that do not read each text. */
async function checkForms(
  db: Database,
  sourceOf: (column: Column) => string,
  columns: readonly Column[],
  hints: FileHints,
  count: (open: readonly Column[]) => Promise<Record<string, unknown>>,
): Promise<void> {
  let open = [...columns];
  for (let round = 0; open.length > 0; round++) {
    const row = await count(open);
    const again: Column[] = [];
    for (const [i, column] of open.entries()) {
      const { form, name } = column;
      const source = sourceOf(column);
      const known = (texts: string) =>
        `SELECT ${quoteIdentifier(name)} AS t, count(*) AS n FROM ${source} WHERE ${texts} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 200`;
      column.total = Number(row[`t${i}`] ?? 0);
      const wrong = Number(row[`f${i}`] ?? 0) > strayRows(column);
      let changed = false;
      const learned = async (sql: string) => {
        changed = (await learn(db, column, sql)) || changed;
      };
      if (round === 0 && Number(row[`m${i}`] ?? 0) > 0) await learned(known(isMarkerSql(name)));
      if (wrong) await learned(known(unread(form.field)));
      else if (form.rival && Number(row[`r${i}`]) > 0) await learned(known(unread(form.rival)));
      if (round === 0 && Number(row[`z${i}`] ?? 0) > 0) await learned(known(isPadded(name)));
      if (round === 0 && Number(row[`x${i}`] ?? 0) > 0) await learned(known(mayLeap(quoteIdentifier(name))));
      if (round === 0 && Number(row[`u${i}`] ?? 0) > 0) await learned(known(hasOtherUnit(column)));
      if (round === 0 && Number(row[`l${i}`] ?? 0) > 15)
        await learned(
          `SELECT DISTINCT ${quoteIdentifier(name)} AS t, 1 AS n FROM ${source} WHERE length(${quoteIdentifier(name)}) > 15 ORDER BY length(t) DESC, 1 LIMIT 200`,
        );
      // A text that is not read although the proposal fits: the column stays text.
      if (wrong && (!changed || round >= mostRounds))
        column.form = textForm(column, await keptAsText(db, source, column, Number(row[`f${i}`])));
      else if (changed) {
        column.form = formOf(column, hints);
        again.push(column);
      }
    }
    open = again;
  }
}

/** FROM expression of one column of cells under its name. */
function cellsOf({ table }: Cells, c: number, name: string): string {
  return `(SELECT v AS ${quoteIdentifier(name)} FROM ${table} WHERE c = ${c})`;
}

/** Rows of the sample that the proposal leaves out as strays. All rows can have more of them. */
function strayRows({ form, counts }: Column): number {
  return form.strays.reduce((sum, text) => sum + (counts.get(text) ?? 0), 0);
}

/** Why a column of dates or numbers stays text: how many values are none, and one of them. */
async function keptAsText(db: Database, source: string, { name, form }: Column, rows: number): Promise<string> {
  const [row] = await db.rows(`SELECT min(${quoteIdentifier(name)}) AS t FROM ${source} WHERE ${unread(form.field)}`);
  const kind = form.field.type === 'datetime' ? 'time' : (form.field.type ?? 'value');
  return `${rows.toLocaleString('en-US')} ${rows === 1 ? 'value is' : 'values are'} no ${kind}, such as \`${String(row?.['t'])}\`; kept as text`;
}

function textForm({ form, name, blanks }: Column, note: string): ColumnForm {
  const words = (form.field.missingValues ?? []).map(String).filter((text) => text !== '');
  return {
    field: {
      name,
      type: 'string',
      ...(words.length + blanks.size > 0 ? { missingValues: ['', ...words, ...blanks] } : {}),
    },
    notes: [note],
    question: null,
    strays: [],
    rival: null,
    votes: { decimal: null, dayFirst: null },
  };
}

/** Adds texts and their counts to what is known of a column. Returns false when they were known. */
async function learn(db: Database, column: Column, sql: string): Promise<boolean> {
  let changed = false;
  const { counts, blanks } = column;
  for (const { t, n } of await db.rows(sql)) {
    const written = String(t);
    const text = writtenKey(written);
    changed ||= (counts.get(text) ?? 0) < Number(n) || (text === '' && written !== '' && !blanks.has(written));
    if (text === '' && written !== '') blanks.add(written);
    counts.set(text, Math.max(counts.get(text) ?? 0, Number(n)));
  }
  return changed;
}

/** Counts strays and markers over all rows. */
async function notesOf(db: Database, source: string, columns: readonly Column[]): Promise<ColumnNotes[]> {
  const found: ColumnNotes[] = [];
  for (const { name, form, counts, complete } of columns) {
    const told: ColumnNotes = { name, notes: form.notes, question: form.question, strays: [], markers: [] };
    const rows = (where: string) =>
      db.rows(
        `SELECT trim(${quoteIdentifier(name)}) AS t, count(*) AS n FROM ${source} WHERE ${where} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
      );
    const known = [...mergeDashes(counts).counts]
      .filter(([text]) => text !== '')
      .map(([text, n]) => ({ text, rows: n }));
    if (form.strays.length > 0)
      told.strays = complete
        ? known.filter(({ text }) => form.strays.includes(text))
        : (await rows(unread(form.field))).map(({ t, n }) => ({ text: String(t), rows: Number(n) }));
    const missing = new Set((form.field.missingValues ?? []).map((one) => (typeof one === 'string' ? one : one.value)));
    const isTold = (text: string) => isMarker(text) || missing.has(text);
    if (known.some(({ text }) => isTold(text))) {
      const markers = complete
        ? known.filter(({ text }) => isTold(text)).toSorted((x, y) => y.rows - x.rows)
        : (await rows(isMarkerSql(name, missing))).map(({ t, n }) => ({ text: String(t), rows: Number(n) }));
      told.markers = markers
        // A dash among amounts is zero, not missing, when it is none of the markers of the field.
        .filter(({ text }) => text !== '' && (text !== '-' || form.field.bareNumber !== false || missing.has(text)))
        .map((marker) => ({ ...marker, missing: missing.has(marker.text) }));
    }
    found.push(told);
  }
  return found;
}
