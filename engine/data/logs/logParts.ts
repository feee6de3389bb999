import { rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAll } from '../../base/writeAll.ts';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { withLeapSeconds } from '../leapSecond.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { parseLines } from './lineParser.ts';
import type { LineSlice } from './lineSlices.ts';
import { narrowTypes } from './narrowTypes.ts';
import { own, type Own } from './partColumns.ts';
import type { ScannedPart, ScannedSlice } from './scannedSlice.ts';
import { joined, linesOf } from './textTables.ts';

/** Kinds of a record in a part. */
const kinds = { row: 0, unparsed: 1, blank: 2 } as const;
const isRow = `coalesce(${own.kind}, ${kinds.row}) = ${kinds.row}`;
const partFormat = 'FORMAT parquet, COMPRESSION snappy';

/** The lines of logs, slice by slice as Parquet files in a folder. */
export class LogParts {
  readonly #db: Database;
  readonly #folder: string;
  readonly #source: FromLogs;
  readonly #schema: DatasetSchema | null;
  readonly #paths: { path: string; order: number; hasRows: boolean }[] = [];
  readonly #columns = new Map<string, string>();
  readonly #has = new Set<Own>();
  #rows = 0;
  #unparsed = 0;
  #isProof = true;
  #names = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(db: Database, folder: string, source: FromLogs, schema: DatasetSchema | null) {
    this.#db = db;
    this.#folder = folder;
    this.#source = source;
    this.#schema = schema;
  }

  /**
   * Reads a slice and removes it. Returns its number of lines. Parts are read in the order of `order`. Scanned slices may
   * be added while others are.
   */
  async add(
    slice: LineSlice,
    { file, before, order }: { file: string; before: number; order: number },
  ): Promise<number> {
    if (slice.scanned) return this.#addScanned(slice, slice.scanned, { file, before, order });
    const lines = linesOf(slice);
    const { continued } = this.#source;
    const records = continued === undefined ? lines : joined(lines, continued);
    const { from, columns, fits } = await parseLines(this.#db, records, this.#source, this.#schema);
    const path = this.#nextPath();
    const isBlank = `trim(line) = ''`;
    const selected = [
      ...columns.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`),
      `CAST(CASE WHEN ${fits} THEN ${kinds.row} WHEN ${isBlank} THEN ${kinds.blank} ELSE ${kinds.unparsed} END AS UTINYINT) AS ${own.kind}`,
      `CASE WHEN NOT (${fits}) AND NOT (${isBlank}) THEN left(line, 500) END AS ${own.text}`,
      `${quoteLiteral(file)} AS ${own.file}`,
      `CAST(${before} AS BIGINT) AS ${own.before}`,
      ...(continued === undefined ? [] : [`_lw_n AS ${own.line}`]),
    ];
    await this.#db.run(`COPY (SELECT ${selected.join(', ')} FROM ${from}) TO ${quoteLiteral(path)} (${partFormat})`);
    this.#push({ path, order }, columns, [
      'kind',
      'text',
      'file',
      'before',
      ...(continued === undefined ? [] : ['line' as const]),
    ]);
    this.#isProof = false;
    const of = (kind: number) => `count(*) FILTER (${own.kind} = ${kind})`;
    const [row] = await this.#db.rows(
      `SELECT ${of(kinds.row)} AS r, ${of(kinds.unparsed)} AS u, count(*) AS n FROM ${quoteLiteral(path)}`,
    );
    this.#rows += Number(row?.['r'] ?? 0);
    this.#unparsed += Number(row?.['u'] ?? 0);
    const counted = continued === undefined ? row : (await this.#db.rows(`SELECT count(*) AS n FROM ${lines}`))[0];
    rmSync(slice.path, { force: true });
    return Number(counted?.['n'] ?? 0);
  }

  /** Reads a scanned slice. The few lines that were not scanned are read as other slices are, and get their places. */
  async #addScanned(
    slice: LineSlice,
    scanned: ScannedSlice,
    { file, before, order }: { file: string; before: number; order: number },
  ): Promise<number> {
    const { columns, isProof } = scanned.scanner;
    const path = this.#nextPath();
    try {
      const { types, found } = await this.#valuesOfOthers(slice, scanned, { file, before, order });
      const { rows, isNumbered } = await scanned.write(path, { file, before, types, found });
      this.#rows += rows;
      this.#push({ path, order }, columns, ['file', 'before', ...(isNumbered ? (['line'] as const) : [])]);
      this.#isProof &&= isProof && columns.every(({ type }, i) => type === types[i]);
    } finally {
      scanned.release();
    }
    rmSync(slice.path, { force: true });
    return scanned.lines;
  }

  /** The values of the lines that were not scanned, and the types of the columns with them. */
  async #valuesOfOthers(
    slice: LineSlice,
    scanned: ScannedSlice,
    place: { file: string; before: number; order: number },
  ): Promise<Pick<ScannedPart, 'types' | 'found'>> {
    const { columns, accepts } = scanned.scanner;
    const types = columns.map(({ type }) => type);
    if (scanned.others.length === 0) return { types, found: [] };
    const found = await this.#inTurn(() => this.#readOthers(slice, scanned, place));
    for (const values of found)
      for (const [c, value] of (values ?? []).entries())
        if (value !== null && types[c] !== 'VARCHAR' && !accepts(c, value)) types[c] = 'VARCHAR';
    return { types, found };
  }

  /** Reads the lines that were not scanned. Returns the values of each, null for a line that is no row. */
  async #readOthers(
    slice: LineSlice,
    { scanner, others }: ScannedSlice,
    { file, before, order }: { file: string; before: number; order: number },
  ): Promise<((string | null)[] | null)[]> {
    const out = await open(slice.path, 'w');
    try {
      await writeAll(out, Buffer.concat(others.flatMap(({ text }) => [text, Buffer.from('\n')])));
    } finally {
      await out.close();
    }
    const { from, columns, fits } = await parseLines(this.#db, linesOf(slice), this.#source, this.#schema);
    const table = 'loopwright_other_lines';
    const values = scanner.columns.map(({ name }, i) => {
      const { sql = 'NULL', isTimestamp = false } = columns.find((column) => column.name === name) ?? {};
      return `${isTimestamp ? `'@' || epoch_us(${sql})` : `CAST(${sql} AS VARCHAR)`} AS v${i}`;
    });
    await this.#db.run(
      `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT line, (${fits}) IS TRUE AS fits, ${values.join(', ')} FROM ${from}`,
    );
    const rows = await this.#db.rows(`SELECT * EXCLUDE (line), trim(line) = '' AS blank FROM ${table} ORDER BY rowid`);
    const unparsed = rows.flatMap(({ fits: isRow, blank }, i) => (isRow === true || blank === true ? [] : [i]));
    if (unparsed.length > 0) {
      const path = this.#nextPath();
      const lines = unparsed.map((i) => `(${i}, ${others[i]?.line ?? 0})`).join(', ');
      await this.#db.run(
        `COPY (SELECT CAST(${kinds.unparsed} AS UTINYINT) AS ${own.kind}, left(line, 500) AS ${own.text}, ${quoteLiteral(file)} AS ${own.file}, CAST(${before} AS BIGINT) AS ${own.before}, CAST(n AS BIGINT) AS ${own.line} FROM ${table} JOIN (VALUES ${lines}) AS _lw_lines(i, n) ON ${table}.rowid = i) TO ${quoteLiteral(path)} (${partFormat})`,
      );
      this.#push({ path, order }, [], ['kind', 'text', 'file', 'before', 'line']);
      this.#unparsed += unparsed.length;
    }
    await this.#db.run(`DROP TABLE ${table}`);
    return rows.map((row) =>
      row['fits'] === true ? values.map((_, i) => (row[`v${i}`] ?? null) as string | null) : null,
    );
  }

  /** Slices that are added at the same time use the database one after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  #nextPath(): string {
    return join(this.#folder, `${this.#names++}.parquet`);
  }

  #push(part: { path: string; order: number }, columns: readonly { name: string }[], has: readonly Own[]): void {
    this.#paths.push({ ...part, hasRows: columns.length > 0 });
    for (const one of has) this.#has.add(one);
    for (const { name } of columns)
      if (!this.#columns.has(name.toLowerCase())) this.#columns.set(name.toLowerCase(), name);
  }

  /** The number of rows, and of lines that are none. */
  count(): { rows: number; unparsed: number } {
    return { rows: this.#rows, unparsed: this.#unparsed };
  }

  /** FROM expression of the rows, with `_file` and `_line`. Without a schema, texts get the types that they all have. */
  async rows(): Promise<string> {
    const names = [...this.#columns.values()];
    const types =
      this.#schema === null ? await narrowTypes(this.#db, this.#read(), isRow, names) : new Map<string, string>();
    const columns = names.map((name) => {
      const type = types.get(name);
      const quoted = quoteIdentifier(name);
      if (type === undefined) return quoted;
      const moment = (text: string) => `CAST(CAST(${text} AS TIMESTAMPTZ) AS TIMESTAMP)`;
      const value = type === 'TIMESTAMPTZ' ? withLeapSeconds(quoted, moment) : `CAST(${quoted} AS ${type})`;
      return `${value} AS ${quoted}`;
    });
    return `(SELECT ${[...columns, `${own.file} AS _file`, `${this.#line()} AS _line`].join(', ')} FROM ${this.#read()} WHERE ${isRow})`;
  }

  /** SELECT of the lines that could not be read: file, line, text. */
  unparsed(): string {
    return `SELECT ${own.file} AS file, ${this.#line()} AS line, ${own.text} AS text FROM ${this.#read()} WHERE ${own.kind} = ${kinds.unparsed}`;
  }

  get files(): string[] {
    return inOrder(this.#paths);
  }

  /** The files with the rows, when no value needs to be read by the schema; otherwise null. */
  proof(): string[] | null {
    return this.#isProof ? inOrder(this.#paths.filter(({ hasRows }) => hasRows)) : null;
  }

  #read(): string {
    const missing = (Object.keys(own) as Own[]).filter((name) => !this.#has.has(name));
    const read = `read_parquet([${this.files.map(quoteLiteral).join(', ')}], union_by_name = true, file_row_number = true)`;
    return missing.length === 0
      ? read
      : `(SELECT *, ${missing.map((name) => `NULL AS ${own[name]}`).join(', ')} FROM ${read})`;
  }

  #line(): string {
    return `(${own.before} + coalesce(${own.line}, file_row_number + 1))`;
  }
}

function inOrder(parts: readonly { path: string; order: number }[]): string[] {
  return parts.toSorted((a, b) => a.order - b.order).map(({ path }) => path);
}
