import { TextColumn } from '../parquet/textColumn.ts';
import { writeRowGroup } from '../parquet/writeRowGroup.ts';
import { ownFrom, type LineScanner } from './lineScanner.ts';
import { own as ownColumns } from './partColumns.ts';
import type { OtherLine, ScannedPart, ScannedSlice, WrittenRows } from './scannedSlice.ts';

/** More lines than this share are not worth scanning first. */
const mostOthers = 1 / 16;
const newline = 10;

/** The values of scanned lines, column by column, and the other lines among them. */
export class ScannedLines implements ScannedSlice {
  lines = 0;
  readonly others: OtherLine[] = [];
  readonly scanner: LineScanner;
  readonly columns: TextColumn[];

  readonly #spare: TextColumn[][];
  #isReleased = false;

  /** Takes columns from `spare`, if it has some. */
  constructor(scanner: LineScanner, spare: TextColumn[][] = []) {
    this.scanner = scanner;
    this.#spare = spare;
    this.columns = spare.pop() ?? scanner.columns.map(() => new TextColumn());
  }

  /** Gives the columns back to `spare`, when they are not needed any more. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (const column of this.columns) column.clear();
    this.#spare.push(this.columns);
  }

  /** True when too many lines have other forms. */
  get isFutile(): boolean {
    return this.others.length > 1000 && this.others.length > this.lines * mostOthers;
  }

  /** Scans whole lines, each with its line break. */
  add(bytes: Buffer): void {
    const { scanner, columns } = this;
    const { bounds, scanLine } = scanner;
    for (let from = 0; from < bytes.length;) {
      let end = scanLine ? scanLine(bytes, from) : -1;
      let isScanned = end !== -1;
      if (!isScanned) {
        end = bytes.indexOf(newline, from);
        isScanned = !scanLine && scanner.scan(bytes, from, end);
      }
      this.lines++;
      if (isScanned) {
        const { own } = scanner;
        for (let i = 0; i < columns.length; i++) {
          const column = columns[i] as TextColumn;
          const start = bounds[2 * i] as number;
          const stop = bounds[2 * i + 1] as number;
          if (stop === 0) column.addMissing();
          else if (start >= ownFrom) column.add(own, start - ownFrom, stop - ownFrom);
          else column.add(bytes, start, stop);
        }
      } else
        this.others.push({
          text: Buffer.from(bytes.subarray(from, end)),
          line: this.lines,
          before: this.lines - this.others.length - 1,
        });
      from = end + 1;
    }
  }

  async write(path: string, { file, before, types, found }: ScannedPart): Promise<WrittenRows> {
    const { columns, isProof } = this.scanner;
    const bytesOf = (value: string | null) => (value === null || (isProof && value === '') ? null : Buffer.from(value));
    const numbers = this.others.length > 0 ? this.#complete(found.map((values) => values?.map(bytesOf) ?? null)) : null;
    const rows = this.columns[0]?.rows ?? 0;
    const same = (text: string): TextColumn => {
      const column = new TextColumn();
      column.fill(Buffer.from(text), rows);
      return column;
    };
    await writeRowGroup(path, [
      ...columns.map(({ name }, i) => ({
        name,
        type: types[i] ?? 'VARCHAR',
        values: this.columns[i] ?? new TextColumn(),
      })),
      { name: ownColumns.file, type: 'VARCHAR', values: same(file) },
      { name: ownColumns.before, type: 'BIGINT', values: same(String(before)) },
      ...(numbers ? [{ name: ownColumns.line, type: 'BIGINT' as const, values: numbers }] : []),
    ]);
    return { rows, isNumbered: numbers !== null };
  }

  /**
   * Gives the other lines their values, in the order of the columns; null for a line that is no row. Returns
   * the line number of each row, or null when all lines are rows.
   */
  #complete(found: readonly ((Buffer | null)[] | null)[]): TextColumn | null {
    const rows = this.others.flatMap(({ before }, i) => {
      const values = found[i] ?? null;
      return values === null ? [] : [{ before, values }];
    });
    const places = rows.map(({ before }) => before);
    const numbers = rows.length < this.others.length ? this.#lineNumbers(found) : null;
    for (const [c, column] of this.columns.entries())
      column.insert(
        places,
        rows.map(({ values }) => values[c] ?? null),
      );
    return numbers;
  }

  #lineNumbers(found: readonly ((Buffer | null)[] | null)[]): TextColumn {
    const numbers = new TextColumn();
    const digits = Buffer.alloc(16);
    const isRow = new Set(this.others.flatMap(({ line }, i) => (found[i] ? [line] : [])));
    const isOther = new Set(this.others.map(({ line }) => line));
    for (let line = 1; line <= this.lines; line++)
      if (!isOther.has(line) || isRow.has(line)) numbers.add(digits, 0, digits.write(`${line}`, 'latin1'));
    return numbers;
  }
}
