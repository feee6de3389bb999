import { duration } from '../../../words/times.ts';
import type { ReadSettings } from '../../project/schema/readSettings.ts';
import type { Database } from '../database.ts';
import { columnsOf } from '../inspectColumns.ts';
import { quoteIdentifier } from '../quote.ts';

/** What a source would bring: its first rows, its freshness and its size. Nothing is written and no state moves. */
export interface Peek {
  /** Columns in their order, with DuckDB's names of their types, such as `BIGINT` or `DECIMAL(10,2)`. */
  columns: { name: string; type: string }[];
  /** At most the number of rows that was asked for, each value as text; null for a missing value. */
  rows: (string | null)[][];
  /** The source in one line, without secrets: `PostgreSQL 15.8, database shop on db.example:5432`. */
  about: string;
  /** ISO time, in UTC, of the freshest row or file. */
  newest?: string;
  /** What `newest` is the time of. */
  newestOf?: 'row' | 'file';
  /** Age of `newest`: `3 min 5 s behind`. */
  lag?: string;
  /** Number of rows that the source would bring, when counting them is cheap. */
  total?: number;
  /** Number of lines that wait in logs; not exact where it is estimated. Lines that do not parse are among them. */
  lines?: { count: number; exact: boolean };
  /** Sentences for the user, such as what was left out. */
  notes?: string[];
  /** The values are texts as written in a CSV or TSV file; a schema reads its missing markers and numbers from them. */
  text?: boolean;
}

export interface PeekOptions {
  /** Largest number of rows. */
  rows: number;
  /** How text files are read, by the dataset and its schema. */
  read?: ReadSettings | undefined;
  /** Column with the time of a row, by its role in the schema of the dataset. */
  timestamp?: string | null;
  /** Folder in which `collect` keeps received files, absolute. It is only read. */
  received?: string;
  /** The user agreed that the command of the source is run. Without consent it is not. */
  runs?: boolean;
}

/** Longest time of a preview, in milliseconds. */
export const peekMs = 10_000;

/** Returns the time of the freshest row or file, and its age. Times are epoch milliseconds; null gives neither. */
export function freshness(
  newest: number | null,
  of: 'row' | 'file',
  now = Date.now(),
): Pick<Peek, 'newest' | 'newestOf' | 'lag'> {
  if (newest === null || !Number.isFinite(newest) || Math.abs(newest) > 8.64e15) return {};
  const behind = now - newest;
  return {
    newest: new Date(newest).toISOString(),
    newestOf: of,
    ...(behind < 0
      ? {}
      : { lag: behind > 48 * 3_600_000 ? `${days(behind)} days behind` : `${duration(behind)} behind` }),
  };
}

function days(ms: number): string {
  return Math.floor(ms / 86_400_000).toLocaleString('en-US');
}

/** Returns the epoch milliseconds of a time as databases write it, read as UTC without an offset; null for other texts. */
export function timeOf(text: string | null | undefined): number | null {
  const [, date, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|[+-]\d\d(?::?\d\d)?)?)?$/.exec(text ?? '') ?? [];
  if (date === undefined) return null;
  const offset = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone;
  const at = Date.parse(`${date}T${time}${offset}`);
  return Number.isNaN(at) ? null : at;
}

/** Returns the first rows of a FROM expression as texts; lists and records as JSON. */
export async function textRows(
  db: Database,
  source: string,
  names: readonly string[],
  rows: number,
): Promise<(string | null)[][]> {
  if (names.length === 0) return [];
  const types = new Map((await columnsOf(db, source)).map(({ name, sqlType }) => [name, sqlType]));
  const texts = names.map((name, i) => {
    const column = quoteIdentifier(name);
    return `CAST(${isNested(types.get(name) ?? '') ? `to_json(${column})` : column} AS VARCHAR) AS c${i}`;
  });
  const found = await db.rows(`SELECT ${texts.join(', ')} FROM ${source} LIMIT ${Math.max(0, Math.floor(rows))}`);
  return found.map((row) => names.map((_, i) => (row[`c${i}`] ?? null) as string | null));
}

/** True for the SQL types of lists and records. */
export function isNested(sqlType: string): boolean {
  return /^(STRUCT|MAP|UNION)\b|\[\d*\]$/.test(sqlType);
}
