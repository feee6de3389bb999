import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDiskFull, DataError, WorkError, checkCancelled } from '../../base/errors.ts';
import type { Database } from '../database.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { rowLine } from './rowLine.ts';
import { writeParquet } from '../writeTable.ts';

/** A database column: its text, and the SQL that converts it to the target type. */
export interface RowColumn {
  name: string;
  /** Receives the quoted column with the text; null values stay null. */
  typed: (text: string) => string;
}

/** Approximate size of the text held in memory at once. */
const bufferBytes = 8_000_000;

/**
 * Writes database rows to a Parquet file. Rows are first written as text while they arrive, so that memory use does not
 * depend on their number. DuckDB then converts the types. NULL is an empty field and '' a quoted one.
 */
export class RowFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #width: number;
  #buffer: string[] = [];
  #size = 0;
  #longest = 0;
  rows = 0;

  private constructor(path: string, handle: FileHandle, width: number) {
    this.#path = path;
    this.#handle = handle;
    this.#width = width;
  }

  /** Opens the file in a folder of its own. Removes files of a killed process. */
  static async open(path: string, width: number): Promise<RowFile> {
    rmSync(dirname(path), { recursive: true, force: true });
    mkdirSync(dirname(path), { recursive: true });
    const temporary = `${path}.${randomBytes(4).toString('hex')}.rows`;
    return new RowFile(temporary, await open(temporary, 'w'), width);
  }

  /** Average number of bytes per row so far. */
  get rowBytes(): number {
    return this.rows === 0 ? 0 : this.#size / this.rows;
  }

  /** Path of the rows as texts, for a program that writes them itself. */
  get path(): string {
    return this.#path;
  }

  /** Tells what another program wrote: the number of columns and rows, and the characters of the longest row. */
  received(width: number, rows: number, longest: number): void {
    this.#width = width;
    this.rows = rows;
    this.#longest = longest;
  }

  async write(rows: readonly (readonly (string | null)[])[]): Promise<void> {
    let held = 0;
    for (const row of rows) {
      const line = rowLine(row, this.#width);
      this.#buffer.push(line);
      this.#longest = Math.max(this.#longest, line.length);
      held += line.length;
      if (held > bufferBytes) {
        await this.#flush();
        held = 0;
      }
    }
    this.rows += rows.length;
    await this.#flush();
  }

  /** Creates the Parquet file and removes the rows. Throws DataError or CancelledError. */
  async finish(db: Database, columns: readonly RowColumn[], path: string, signal: AbortSignal): Promise<void> {
    await this.#flush();
    await this.#handle.close();
    checkCancelled(signal);
    const selected = columns.map(({ name, typed }, i) => `${typed(`c${i}`)} AS ${quoteIdentifier(name)}`);
    await writeParquet(db, `SELECT ${selected.join(', ')} FROM ${this.source()}`, path);
    await this.discard();
  }

  /** Returns SQL for the rows as texts in columns c0, c1, … */
  source(): string {
    if (this.rows === 0)
      return `(SELECT ${this.#names()
        .map((name) => `NULL::VARCHAR AS ${name}`)
        .join(', ')} WHERE false)`;
    const columns = [...this.#names(), 'nothing'].map((name) => `${quoteLiteral(name)}: 'VARCHAR'`).join(', ');
    // A character can have four bytes, and DuckDB needs a buffer of several lines.
    const longest = Math.max(2_000_000, this.#longest * 4 + 1000);
    return `read_csv(${quoteLiteral(this.#path)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, max_line_size = ${longest}, buffer_size = ${longest * 16}, columns = {${columns}})`;
  }

  async flushed(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
  }

  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    await rm(this.#path, { force: true });
  }

  #names(): string[] {
    return Array.from({ length: this.#width }, (_, i) => `c${i}`);
  }

  async #flush(): Promise<void> {
    if (this.#buffer.length === 0) return;
    const bytes = Buffer.from(this.#buffer.join(''), 'utf8');
    this.#buffer = [];
    this.#size += bytes.length;
    try {
      for (let done = 0; done < bytes.length;) done += (await this.#handle.write(bytes, done)).bytesWritten;
    } catch (error) {
      if (isDiskFull(error))
        throw new WorkError(
          'The disk is full: the received rows could not be written. Free some space and run again.',
          { cause: error },
        );
      throw error;
    }
  }
}

/** Returns the number of rows to fetch next, so that wide rows do not fill the memory. */
export function nextBatch(wanted: number, rowBytes: number): number {
  return rowBytes === 0 ? Math.min(wanted, 100) : Math.max(1, Math.min(wanted, Math.floor(bufferBytes / rowBytes)));
}

/**
 * Throws when a query returns a column twice (DuckDB ignores case), returns no column or one without a name, or lacks
 * the watermark.
 */
export function checkColumns(
  names: readonly string[],
  watermark: string | undefined,
  nearest: (written: string, known: readonly string[]) => string,
): void {
  const twice = names.find((name, i) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < i);
  if (names.length === 0) throw new DataError('The query gives no column. It must be one SELECT.');
  const unnamed = names.findIndex((name) => name.trim() === '');
  if (unnamed >= 0) throw new DataError(`Column ${unnamed + 1} of the query has no name. Name it with AS.`);
  if (twice !== undefined)
    throw new DataError(`The query returns the column \`${twice}\` twice. Rename one of them with AS.`);
  if (watermark !== undefined && !names.includes(watermark))
    throw new DataError(
      `The watermark \`${watermark}\` is not a column of the query.${nearest(watermark, names) || ` Its columns are: ${names.join(', ')}.`}`,
    );
}
