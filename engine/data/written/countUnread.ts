import type { Field } from '../../project/schema/datasetSchema.ts';
import { formField, formKey, groupBy, ofColumns, type Cells } from '../cells.ts';
import type { Database } from '../database.ts';
import { mayLeap } from '../leapSecond.ts';
import { parseField } from '../parseField.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import type { ColumnForm } from './columnForm.ts';
import { isMarker, missingMarkers } from './markers.ts';
import { unitOf, unitSql } from './units.ts';

/** A column of texts with what is known of it, and how it is read. */
export interface Column {
  name: string;
  counts: Map<string, number>;
  blanks: Set<string>;
  /** Rows with a text; 0 before they are counted. */
  total: number;
  /** True when the counts are those of all rows. */
  complete: boolean;
  form: ColumnForm;
}

/** Columns in one statement: the time to plan it grows with the square of the number of expressions. */
const columnsAtOnce = 12;

/**
 * By the index i of a column: rows with a text t, unread f, unread by the rival r, markers m, codes z, other units u,
 * leap seconds x, and the longest text l.
 */
export async function countUnread(
  db: Database,
  source: string,
  columns: readonly Column[],
): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (let from = 0; from < columns.length; from += columnsAtOnce) {
    const asked = columns.slice(from, from + columnsAtOnce).flatMap(({ form, name, counts, complete }, at) => {
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
        ...(isBareNumber(form.field)
          ? [{ inner: `${isPadded(name)} AS d${i}`, outer: `count(*) FILTER (d${i}) AS z${i}` }]
          : []),
        ...(form.field.type === 'datetime'
          ? [{ inner: `${mayLeap(column)} AS y${i}`, outer: `count(*) FILTER (y${i}) AS x${i}` }]
          : []),
        ...(form.field.bareNumber === false
          ? [{ inner: `${hasOtherUnit({ name, counts })} AS w${i}`, outer: `count(*) FILTER (w${i}) AS u${i}` }]
          : []),
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

/** The same by cells, of complete columns: those of the same form at once. */
export async function countUnreadCells(
  db: Database,
  { columns, table }: Cells,
  open: readonly Column[],
): Promise<Record<string, unknown>> {
  const positions = new Map(columns.map(({ c, name }) => [name, c]));
  const asked = open.flatMap(({ name, form: { field } }, i) =>
    isPlainText(field) ? [] : [{ i, field, c: positions.get(name) ?? -1 }],
  );
  const found: Record<string, unknown> = {};
  for (const own of groupBy(asked, ({ field }) => formKey(field)).values()) {
    const field = formField(own[0]?.field);
    const { filled, value } = parseField(field, { fields: [field] }, 'VARCHAR', 'raw');
    const rows = await db.rows(
      `SELECT c, count(*) FILTER (p AND v IS NULL) AS f FROM (SELECT c, (${filled}) AS p, ${value} AS v FROM ${table} WHERE ${ofColumns(own.map(({ c }) => c))}) GROUP BY c`,
    );
    const unreadOf = new Map(rows.map(({ c, f }) => [Number(c), f]));
    for (const { i, c } of own) found[`f${i}`] = unreadOf.get(c) ?? 0;
  }
  return found;
}

/** Each text is one of a plain text field. */
function isPlainText({ type, format }: Field): boolean {
  return type === 'string' && format === undefined;
}

/** SQL for a text that a field does not read. */
export function unread(field: Field): string {
  const { filled, value } = parseField(field, { fields: [field] }, 'VARCHAR', 'raw');
  return `(${filled}) AND (${value}) IS NULL`;
}

/** SQL for a text that can stand for a missing value, or is one of the given. */
export function isMarkerSql(name: string, others: ReadonlySet<string> = new Set()): string {
  const column = quoteIdentifier(name);
  const own = [...others].filter((text) => text !== '' && !isMarker(text));
  const markers = own.length === 0 ? missingMarkers : [...missingMarkers, ...own];
  return `CASE WHEN ${mayBeOneOf(column, markers)} THEN list_contains([${markers.map(quoteLiteral).join(', ')}], trim(${column})) OR (trim(${column}) = '' AND ${column} <> '') ELSE false END`;
}

/** Lengths in bytes that are told apart, and first characters. */
const [lengths, characters] = [32, 128];

/**
 * SQL that is false for most texts that are not in a list, in a small part of the time that comparing with each takes:
 * by their length and first character. Blanks around a text are no part of it.
 */
function mayBeOneOf(column: string, texts: readonly string[]): string {
  const bits = new Uint8Array(lengths * characters);
  const place = (length: number, first: number) =>
    Math.min(length, lengths - 1) * characters + Math.min(first, characters - 1);
  for (const text of texts) bits[place(Buffer.byteLength(text), text.codePointAt(0) ?? 0)] = 1;
  const longest = Math.max(...texts.map((text) => Buffer.byteLength(text)));
  const known = `get_bit('${bits.join('')}'::BIT, (least(strlen(${column}), ${lengths - 1}) * ${characters} + least(ascii(${column}), ${characters - 1}))::INTEGER) = 1`;
  const isPadded = `(ends_with(${column}, ' ') OR (${column} >= ' ' AND ${column} < '!'))`;
  return `${isPadded} OR CASE WHEN strlen(${column}) <= ${longest} THEN ${known} ELSE false END`;
}

function isBareNumber({ type, bareNumber }: Field): boolean {
  return (type === 'integer' || type === 'number') && bareNumber !== false;
}

/** Digits behind a zero: a code. Comparing texts takes less time than a pattern. */
export function isPadded(name: string): string {
  const column = quoteIdentifier(name);
  return `(${column} >= '00' AND ${column} < '0:')`;
}

/** A number with another unit than those that are known of the column. */
export function hasOtherUnit({ name, counts }: Pick<Column, 'name' | 'counts'>): string {
  const units = [...new Set([...counts.keys()].map(unitOf))];
  return `NOT list_contains([${units.map(quoteLiteral).join(', ')}], ${unitSql(quoteIdentifier(name))})`;
}

function canLose({ type, loopwright }: Field): boolean {
  return type === 'number' && loopwright?.decimals === undefined;
}
