import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import { givenDecimal, type ReadSettings } from '../../project/schema/readSettings.ts';
import { checkCancelled } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { inPortions } from '../portions.ts';
import { parseField } from '../parseField.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { columnForm, type ColumnForm, type FileHints } from './columnForm.ts';
import { isMarker, missingMarkers } from './markers.ts';

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
}

/** Rows from which a reading is proposed. It is then checked on all rows. */
const sampleRows = 2000;
const mostRounds = 4;

interface Column {
  name: string;
  counts: Map<string, number>;
  blanks: Set<string>;
  /** Rows with a text; 0 before they are counted. */
  total: number;
  /** True when the counts are those of all rows. */
  complete: boolean;
  form: ColumnForm;
}

/**
 * Proposes the type and format of each column of a FROM expression of texts. The first rows propose them; the expression
 * of `parseField`, which validation uses too, checks them on all rows, and texts that it does not read correct the
 * proposal. The schema therefore accepts each row but those with `strays`.
 */
export async function writtenSchema(
  db: Database,
  source: string,
  names: readonly string[],
  { delimiter, read, signal }: WrittenOptions,
): Promise<WrittenSchema> {
  const hints: FileHints = {
    delimiter,
    decimal: null,
    dayFirst: null,
    given: {
      decimal: givenDecimal(read) ?? (read?.thousands === ',' ? '.' : null),
      dates: [read?.dates ?? []].flat(),
      missing: new Set(read?.missing?.map((text) => text.trim())),
    },
  };
  const columns: Column[] = [];
  const notes: ColumnNotes[] = [];
  await inPortions(db, source, names, async (part, own) => {
    checkCancelled(signal);
    const found = await sampled(db, part, own, hints);
    columns.push(...found);
    decide(found, hints);
    await checkForms(db, part, found, hints);
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
    const counts = new Map<string, number>();
    const blanks = new Set<string>();
    const read = columns[`c${i}`];
    for (const text of read?.kind === 'text' ? read.values : []) add({ counts, blanks }, text ?? '', 1);
    return {
      name,
      counts,
      blanks,
      total: 0,
      complete: rows < sampleRows,
      form: columnForm(name, counts, [...blanks], hints),
    };
  });
}

function add({ counts, blanks }: Pick<Column, 'counts' | 'blanks'>, written: string, rows: number): void {
  const text = written.trim();
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

const markerList = `[${[...missingMarkers].map(quoteLiteral).join(', ')}]`;

/** Checks the proposals on all rows, and corrects those that do not read each text. */
async function checkForms(db: Database, source: string, columns: readonly Column[], hints: FileHints): Promise<void> {
  let open = [...columns];
  for (let round = 0; open.length > 0; round++) {
    const row = await countUnread(db, source, open);
    const again: Column[] = [];
    for (const [i, column] of open.entries()) {
      const { form, name } = column;
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

/** Columns in one statement: the time to plan it grows with the square of the number of expressions. */
const columnsAtOnce = 12;

/** By the index i of a column: rows with a text t, unread f, unread by the rival r, markers m, longest text l. */
async function countUnread(db: Database, source: string, columns: readonly Column[]): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const asked = columns.slice(from, from + columnsAtOnce).flatMap(({ form, name, complete }, at) => {
      const i = from + at;
      const column = quoteIdentifier(name);
      const failing = (field: Field, as: string) => {
        const { filled, value } = parseField(field, { fields: [field] }, 'VARCHAR', 'raw');
        return isPlainText(field)
          ? []
          : [
              {
                inner: `(${filled}) AS p${as}, ${value} AS v${as}`,
                outer: `count(*) FILTER (p${as} AND v${as} IS NULL) AS ${as}`,
              },
            ];
      };
      if (complete) return failing(form.field, `f${i}`);
      return [
        { inner: `${column} AS o${i}`, outer: `count(o${i}) AS t${i}` },
        ...failing(form.field, `f${i}`),
        ...(form.rival ? failing(form.rival, `r${i}`) : []),
        { inner: `${isMarkerSql(name)} AS a${i}`, outer: `count(*) FILTER (a${i}) AS m${i}` },
        ...(canLose(form.field) ? [{ inner: `length(${column}) AS g${i}`, outer: `max(g${i}) AS l${i}` }] : []),
      ];
    });
    if (asked.length === 0) continue;
    const [row = {}] = await db.rows(
      `SELECT ${asked.map(({ outer }) => outer).join(', ')} FROM (SELECT ${asked.map(({ inner }) => inner).join(', ')} FROM ${source})`,
    );
    Object.assign(found, row);
  }
  return found;
}

/** Each text is one of a plain text field. */
function isPlainText({ type, format }: Field): boolean {
  return type === 'string' && format === undefined;
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

function unread(field: Field): string {
  const { filled, value } = parseField(field, { fields: [field] }, 'VARCHAR', 'raw');
  return `(${filled}) AND (${value}) IS NULL`;
}

function isMarkerSql(name: string): string {
  const column = quoteIdentifier(name);
  return `${column} IS NOT NULL AND (list_contains(${markerList}, trim(${column})) OR (trim(${column}) = '' AND ${column} <> ''))`;
}

function canLose({ type, loopwright }: Field): boolean {
  return type === 'number' && loopwright?.decimals === undefined;
}

/** Adds texts and their counts to what is known of a column. Returns false when they were known. */
async function learn(db: Database, column: Column, sql: string): Promise<boolean> {
  let changed = false;
  const { counts, blanks } = column;
  for (const { t, n } of await db.rows(sql)) {
    const written = String(t);
    const text = written.trim();
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
    const known = [...counts].filter(([text]) => text !== '').map(([text, n]) => ({ text, rows: n }));
    if (form.strays.length > 0)
      told.strays = complete
        ? known.filter(({ text }) => form.strays.includes(text))
        : (await rows(unread(form.field))).map(({ t, n }) => ({ text: String(t), rows: Number(n) }));
    if (known.some(({ text }) => isMarker(text))) {
      const missing = new Set(
        (form.field.missingValues ?? []).map((one) => (typeof one === 'string' ? one : one.value)),
      );
      const markers = complete
        ? known.filter(({ text }) => isMarker(text)).toSorted((x, y) => y.rows - x.rows)
        : (await rows(isMarkerSql(name))).map(({ t, n }) => ({ text: String(t), rows: Number(n) }));
      told.markers = markers
        .filter(({ text }) => text !== '')
        .map((marker) => ({ ...marker, missing: missing.has(marker.text) }));
    }
    found.push(told);
  }
  return found;
}

/** One sentence for each thing that a person should know, such as `` `price`: decimal comma ``. */
export function writtenNotes(columns: readonly ColumnNotes[]): { notes: string[]; questions: string[] } {
  const notes = columns.flatMap(({ name, notes: own, strays, markers }) => {
    const missing = markers.filter((marker) => marker.missing);
    const said = [
      ...own,
      ...(missing.length > 0
        ? [
            `${missing.map(({ text, rows }) => `\`${text}\` (${rows.toLocaleString('en-US')})`).join(', ')} ${missing.length === 1 ? 'means' : 'mean'} no value`,
          ]
        : []),
      ...(strays.length > 0
        ? [
            `${strays.map(({ text, rows }) => `\`${text}\` (${rows.toLocaleString('en-US')})`).join(', ')} ${strays.length === 1 ? 'is' : 'are'} not of the type; the rows are invalid`,
          ]
        : []),
    ];
    return said.length > 0 ? [`\`${name}\`: ${said.join('; ')}`] : [];
  });
  return {
    notes,
    questions: columns.flatMap(({ name, question }) => (question === null ? [] : [`\`${name}\`: ${question}`])),
  };
}
