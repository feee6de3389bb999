import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DatasetSchema } from '../../project/schema/datasetSchema.ts';
import type { FromLogs } from '../../project/schema/sources/logs.ts';
import type { Database } from '../database.ts';
import { quoteIdentifier, quoteLiteral } from '../quote.ts';
import { parseLines } from './lineParser.ts';
import { readPattern } from './linePattern.ts';
import type { LineSlice } from './lineSlices.ts';

/** Kinds of a record in a part. */
const kinds = { row: 0, unparsed: 1, blank: 2 } as const;
/** Columns of a part besides those of the log. */
const own = { kind: '_lw_kind', text: '_lw_text', file: '_lw_file', before: '_lw_before', line: '_lw_line' } as const;

/** The lines of logs, slice by slice as Parquet files in a folder. */
export class LogParts {
  readonly #db: Database;
  readonly #folder: string;
  readonly #source: FromLogs;
  readonly #schema: DatasetSchema | null;
  readonly #paths: { path: string; order: number }[] = [];
  readonly #columns = new Map<string, string>();

  constructor(db: Database, folder: string, source: FromLogs, schema: DatasetSchema | null) {
    this.#db = db;
    this.#folder = folder;
    this.#source = source;
    this.#schema = schema;
  }

  /** Reads a slice and removes it. Returns its number of lines. Parts are read in the order of `order`. */
  async add(
    slice: LineSlice,
    { file, before, order }: { file: string; before: number; order: number },
  ): Promise<number> {
    const lines = linesOf(slice);
    const { continued } = this.#source;
    const records = continued === undefined ? lines : joined(lines, continued);
    const { from, columns, fits } = await parseLines(this.#db, records, this.#source, this.#schema);
    const path = join(this.#folder, `${this.#paths.length}.parquet`);
    const isBlank = `trim(line) = ''`;
    const selected = [
      ...columns.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`),
      `CAST(CASE WHEN ${fits} THEN ${kinds.row} WHEN ${isBlank} THEN ${kinds.blank} ELSE ${kinds.unparsed} END AS UTINYINT) AS ${own.kind}`,
      `CASE WHEN NOT (${fits}) AND NOT (${isBlank}) THEN left(line, 500) END AS ${own.text}`,
      `${quoteLiteral(file)} AS ${own.file}`,
      `CAST(${before} AS BIGINT) AS ${own.before}`,
      ...(continued === undefined ? [] : [`_lw_n AS ${own.line}`]),
    ];
    await this.#db.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${from}) TO ${quoteLiteral(path)} (FORMAT parquet, COMPRESSION snappy)`,
    );
    this.#paths.push({ path, order });
    for (const { name } of columns)
      if (!this.#columns.has(name.toLowerCase())) this.#columns.set(name.toLowerCase(), name);
    const counted = continued === undefined ? quoteLiteral(path) : lines;
    const [row] = await this.#db.rows(`SELECT count(*) AS n FROM ${counted}`);
    rmSync(slice.path, { force: true });
    return Number(row?.['n'] ?? 0);
  }

  /** Counts the rows, and the lines that are none. */
  async count(): Promise<{ rows: number; unparsed: number }> {
    if (this.#paths.length === 0) return { rows: 0, unparsed: 0 };
    const of = (kind: number) => `count(*) FILTER (${own.kind} = ${kind})`;
    const [row] = await this.#db.rows(`SELECT ${of(kinds.row)} AS r, ${of(kinds.unparsed)} AS u FROM ${this.#read()}`);
    return { rows: Number(row?.['r'] ?? 0), unparsed: Number(row?.['u'] ?? 0) };
  }

  /** FROM expression of the rows, with `_file` and `_line`. Without a schema, texts get the types that they all have. */
  async rows(): Promise<string> {
    const names = [...this.#columns.values()];
    const types = this.#schema === null ? await this.#typesOf(names) : new Map<string, string>();
    const columns = names.map((name) => {
      const type = types.get(name);
      const quoted = quoteIdentifier(name);
      if (type === undefined) return quoted;
      return `${type === 'TIMESTAMPTZ' ? `CAST(CAST(${quoted} AS TIMESTAMPTZ) AS TIMESTAMP)` : `CAST(${quoted} AS ${type})`} AS ${quoted}`;
    });
    return `(SELECT ${[...columns, `${own.file} AS _file`, `${this.#line()} AS _line`].join(', ')} FROM ${this.#read()} WHERE ${own.kind} = ${kinds.row})`;
  }

  /** SELECT of the lines that could not be read: file, line, text. */
  unparsed(): string {
    return `SELECT ${own.file} AS file, ${this.#line()} AS line, ${own.text} AS text FROM ${this.#read()} WHERE ${own.kind} = ${kinds.unparsed}`;
  }

  get files(): string[] {
    return this.#paths.toSorted((a, b) => a.order - b.order).map(({ path }) => path);
  }

  #read(): string {
    return `read_parquet([${this.files.map(quoteLiteral).join(', ')}], union_by_name = true, file_row_number = true)`;
  }

  #line(): string {
    return `(${own.before} + ${this.#source.continued === undefined ? 'file_row_number + 1' : own.line})`;
  }

  /** Returns the narrowest type of each text column in which every value can be read. */
  async #typesOf(names: readonly string[]): Promise<Map<string, string>> {
    const described = await this.#db.rows(`DESCRIBE SELECT * FROM ${this.#read()}`);
    const texts = names.filter((name) =>
      described.some((row) => row['column_name'] === name && row['column_type'] === 'VARCHAR'),
    );
    if (texts.length === 0) return new Map();
    const all = (test: (column: string) => string) => (name: string, i: number) => {
      const column = quoteIdentifier(name);
      return `bool_and(${column} IS NULL OR ${test(column)}) AS t${i}`;
    };
    const tests: [type: string, test: (column: string) => string][] = [
      // A number with leading zeros is a name.
      [
        'BIGINT',
        (column) =>
          `(regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,18})') AND TRY_CAST(${column} AS BIGINT) IS NOT NULL)`,
      ],
      [
        'DOUBLE',
        (column) => `regexp_full_match(${column}, '-?(0|[1-9][0-9]{0,14})([.][0-9]{1,17})?([eE][+-]?[0-9]{1,3})?')`,
      ],
      ['BOOLEAN', (column) => `${column} IN ('true', 'false')`],
      [
        'TIMESTAMPTZ',
        (column) =>
          `(regexp_matches(${column}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:') AND TRY_CAST(${column} AS TIMESTAMPTZ) IS NOT NULL)`,
      ],
    ];
    const types = new Map<string, string>();
    for (const [type, test] of tests) {
      const left = texts.filter((name) => !types.has(name));
      if (left.length === 0) break;
      const filled = left.map((name, i) => `count(${quoteIdentifier(name)}) AS f${i}`);
      const [row] = await this.#db.rows(
        `SELECT ${[...left.map(all(test)), ...filled].join(', ')} FROM ${this.#read()} WHERE ${own.kind} = ${kinds.row}`,
      );
      for (const [i, name] of left.entries())
        if (row?.[`t${i}`] === true && Number(row[`f${i}`]) > 0) types.set(name, type);
    }
    return types;
  }
}

/** FROM expression with a row for each line of a slice, in its order, with the column `line`. */
function linesOf({ path, longest }: LineSlice): string {
  // No line contains these four characters; DuckDB fails if one does.
  const separator = '\u001f\u001e\u001d\u001f';
  const size = `, max_line_size = ${longest * 2}, buffer_size = ${Math.max(32_000_000, longest * 4)}`;
  return `read_csv(${quoteLiteral(path)}, auto_detect = false, header = false, delim = ${quoteLiteral(separator)}, quote = '', escape = '', comment = '', nullstr = '\u001d\u001e', new_line = '\\n', strict_mode = false, columns = {'line': 'VARCHAR'}${size})`;
}

/** Joins lines with those that continue them; `_lw_n` is the number of the first line of a record. */
function joined(lines: string, continued: string): string {
  const read = readPattern(`(?<_lw>${continued})`);
  const expression = quoteLiteral('message' in read ? continued : read.expression);
  const numbered = `(SELECT line, row_number() OVER () AS n FROM ${lines})`;
  const grouped = `(SELECT line, n, sum(CASE WHEN regexp_matches(line, ${expression}) THEN 0 ELSE 1 END) OVER (ORDER BY n) AS g FROM ${numbered})`;
  return `(SELECT rtrim(string_agg(line, chr(10) ORDER BY n), chr(10) || ' ') AS line, min(n) AS _lw_n FROM ${grouped} GROUP BY g ORDER BY _lw_n)`;
}
