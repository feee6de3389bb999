import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { writeAll } from '../../base/writeAll.ts';
import { hybrid, sameHybrid, widthOf } from './hybrid.ts';
import type { TextColumn } from './textColumn.ts';
import { writeThrift, type ThriftStruct, type ThriftValue } from './thriftCompact.ts';
import { flags, typedValues, type TypedValues, type WrittenType } from './typedValues.ts';

/** A column to write: each text is the value of its type, as `hasType` accepts it. */
export interface WrittenColumn {
  name: string;
  type: WrittenType;
  values: TextColumn;
}

// Numbers of parquet.thrift.
const physical = { BOOLEAN: 0, TIMESTAMP: 2, BIGINT: 2, DOUBLE: 5, VARCHAR: 6 } as const;
const converted = { VARCHAR: 0, TIMESTAMP: 10, BIGINT: 18 } as const;
const encodings = { plain: 0, hybrid: 3, dictionary: 8 } as const;
const codecs = { none: 0, zstd: 6 } as const;
/** Fields of a page's header, by kind. */
const pageKinds = { data: 5, dictionary: 7 } as const;
/** Bytes of a column from which on compressing them is worth its set-up. */
const leastCompressed = 100_000;
const magic = Buffer.from('PAR1');
/** Different values up to which they are a dictionary. */
const mostInDictionary = 1 << 16;
const compress = promisify(zstdCompress);

/**
 * Writes columns of the same number of rows as a Parquet file with one row group, or none without rows. Large
 * columns are compressed with zstd. Throws RangeError when a text has not the type of its column.
 */
export async function writeRowGroup(path: string, columns: readonly WrittenColumn[]): Promise<void> {
  const rows = columns[0]?.values.rows ?? 0;
  const chunks = await Promise.all(columns.map(chunkOf));
  const out = await open(path, 'wx');
  try {
    await writeAll(out, magic);
    let at = magic.length;
    const described: ThriftStruct[] = [];
    for (const chunk of chunks) {
      described.push(describe(chunk, at, rows));
      for (const page of chunk.pages) await writeAll(out, page);
      at += chunk.packed;
    }
    const footer = writeThrift(footerOf(columns, described, chunks, rows));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await writeAll(out, Buffer.concat([footer, length, magic]));
  } finally {
    await out.close();
  }
}

interface Chunk {
  column: WrittenColumn;
  /** The pages with their headers. */
  pages: Buffer[];
  codec: number;
  /** Bytes of the page with the dictionary, 0 without one. */
  dictionary: number;
  /** Bytes with their headers: as written, and before compression. */
  packed: number;
  unpacked: number;
  min: Buffer | null;
  max: Buffer | null;
}

interface Page {
  body: Buffer;
  /** Field of its header that describes its kind. */
  kind: number;
  header: ThriftStruct;
}

async function chunkOf(column: WrittenColumn): Promise<Chunk> {
  const { missing, rows } = column.values;
  const { pages, typed } = pagesOf(column);
  const codec = pages.reduce((sum, { body }) => sum + body.length, 0) < leastCompressed ? codecs.none : codecs.zstd;
  const chunk: Chunk = { column, pages: [], codec, dictionary: 0, packed: 0, unpacked: 0, min: null, max: null };
  for (const { body, kind, header } of pages) {
    const packed = codec === codecs.none ? body : await compressed(body);
    const head = writeThrift(
      struct(
        [1, int32(kind === pageKinds.dictionary ? 2 : 0)],
        [2, int32(body.length)],
        [3, int32(packed.length)],
        [kind, header],
      ),
    );
    chunk.pages.push(head, packed);
    chunk.packed += head.length + packed.length;
    chunk.unpacked += head.length + body.length;
    if (kind === pageKinds.dictionary) chunk.dictionary = chunk.packed;
  }
  if (missing < rows) [chunk.min, chunk.max] = [typed?.min ?? null, typed?.max ?? null];
  return chunk;
}

function compressed(body: Buffer): Promise<Buffer> {
  return compress(body, {
    chunkSize: Math.min(1 << 20, body.length),
    pledgedSrcSize: body.length,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  } as Parameters<typeof zstdCompress>[1] & object);
}

/** The dictionary of a column, if it has one, and its values. */
function pagesOf({ name, type, values }: WrittenColumn): { pages: Page[]; typed: TypedValues | null } {
  const { rows, count } = values;
  const typed = type === 'VARCHAR' || type === 'BOOLEAN' ? null : typedValues(values, type);
  const bits = type === 'BOOLEAN' ? flags(values) : null;
  if (type !== 'VARCHAR' && typed === null && bits === null)
    throw new RangeError(`The column ${name} has a text that is no ${type}.`);
  const ids = presentIds(values);
  const levels = levelsOf(values);
  const before = Buffer.alloc(4 + levels.length);
  before.writeUInt32LE(levels.length);
  levels.copy(before, 4);
  const data = (body: Buffer, encoding: number): Page => ({
    body,
    kind: pageKinds.data,
    header: struct([1, int32(rows)], [2, int32(encoding)], [3, int32(encodings.hybrid)], [4, int32(encodings.hybrid)]),
  });
  if (bits) return { pages: [data(Buffer.concat([before, packBits(bits, ids)]), encodings.plain)], typed };
  if (!values.isRepeated || count === 0 || count > mostInDictionary || 2 * count > ids.length) {
    const body = typed ? Buffer.concat([before, gatherWords(typed, ids)]) : gatherTexts(values, ids, before);
    return { pages: [data(body, encodings.plain)], typed };
  }
  const width = widthOf(count - 1);
  const numbers = count === 1 ? sameHybrid(0, ids.length) : hybrid(ids, width);
  return {
    pages: [
      {
        body: typed ? bytesOf(typed.words) : values.bytes.subarray(0, values.starts[count]),
        kind: pageKinds.dictionary,
        header: struct([1, int32(count)], [2, int32(encodings.plain)]),
      },
      data(Buffer.concat([before, Buffer.from([width]), numbers]), encodings.dictionary),
    ],
    typed,
  };
}

/** Numbers of the texts of the rows that have one. */
function presentIds({ ids, rows, missing }: TextColumn): Int32Array {
  if (missing === 0) return ids.subarray(0, rows);
  const present = new Int32Array(rows - missing);
  let to = 0;
  for (let i = 0; i < rows; i++) {
    const id = ids[i] as number;
    if (id !== -1) present[to++] = id;
  }
  return present;
}

/** One bit a row: whether it has a value. */
function levelsOf({ ids, rows, missing }: TextColumn): Buffer {
  if (missing === 0 || missing === rows) return sameHybrid(missing === 0 ? 1 : 0, rows);
  const levels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) levels[i] = (ids[i] as number) === -1 ? 0 : 1;
  return hybrid(levels, 1);
}

/** Writes the texts behind `before`. Those that follow each other where they are stored are copied at once. */
function gatherTexts(column: TextColumn, ids: Int32Array, before: Buffer): Buffer {
  const { bytes, starts } = column;
  let size = before.length;
  for (const id of ids) size += (starts[id + 1] as number) - (starts[id] as number);
  const out = column.scratch(size);
  let to = before.copy(out);
  for (let i = 0; i < ids.length;) {
    const first = ids[i] as number;
    let next = first + 1;
    for (i++; i < ids.length && ids[i] === next; i++) next++;
    to += bytes.copy(out, to, starts[first], starts[next]);
  }
  return out;
}

function gatherWords({ words }: TypedValues, ids: Int32Array): Buffer {
  const out = new Int32Array(2 * ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    out[2 * i] = words[2 * id] as number;
    out[2 * i + 1] = words[2 * id + 1] as number;
  }
  return bytesOf(out);
}

function packBits(values: Uint8Array, ids: Int32Array): Buffer {
  const out = Buffer.alloc(Math.ceil(ids.length / 8));
  for (let i = 0; i < ids.length; i++)
    if (values[ids[i] as number] === 1) out[i >> 3] = (out[i >> 3] as number) | (1 << (i & 7));
  return out;
}

function bytesOf(words: Int32Array<ArrayBuffer>): Buffer {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength);
}

function describe(
  { column, codec, dictionary, packed, unpacked, min, max }: Chunk,
  at: number,
  rows: number,
): ThriftStruct {
  const used = [dictionary > 0 ? encodings.dictionary : encodings.plain, encodings.hybrid, encodings.plain];
  return struct(
    [2, int64(at)],
    [
      3,
      struct(
        [1, int32(physical[column.type])],
        [2, list(5, [...new Set(used)].map(int32))],
        [3, list(8, [text(column.name)])],
        [4, int32(codec)],
        [5, int64(rows)],
        [6, int64(unpacked)],
        [7, int64(packed)],
        [9, int64(at + dictionary)],
        ...(dictionary > 0 ? [[11, int64(at)] as const] : []),
        [
          12,
          struct(
            [3, int64(column.values.missing)],
            ...(max ? [[5, { kind: 'binary', bytes: max }] as const] : []),
            ...(min ? [[6, { kind: 'binary', bytes: min }] as const] : []),
          ),
        ],
      ),
    ],
  );
}

function footerOf(
  columns: readonly WrittenColumn[],
  described: ThriftStruct[],
  chunks: readonly Chunk[],
  rows: number,
): ThriftStruct {
  const leaves = columns.map(({ name, type }) =>
    struct(
      [1, int32(physical[type])],
      // Optional.
      [3, int32(1)],
      [4, text(name)],
      ...(type in converted ? [[6, int32(converted[type as keyof typeof converted])] as const] : []),
      ...(type === 'TIMESTAMP' ? [[10, timestampType()] as const] : []),
    ),
  );
  const sum = (of: (chunk: Chunk) => number) => chunks.reduce((total, chunk) => total + of(chunk), 0);
  const group = struct(
    [1, list(12, described)],
    [2, int64(sum(({ unpacked }) => unpacked))],
    [3, int64(rows)],
    [5, int64(magic.length)],
    [6, int64(sum(({ packed }) => packed))],
    [7, { kind: 'integer', type: 4, value: 0n }],
  );
  return struct(
    [1, int32(1)],
    [2, list(12, [struct([4, text('schema')], [5, int32(columns.length)]), ...leaves])],
    [3, int64(rows)],
    [4, list(12, rows > 0 ? [group] : [])],
    [6, text('Loopwright')],
    // The order of the types, without which readers ignore the smallest and the largest value.
    [
      7,
      list(
        12,
        columns.map(() => struct([1, struct()])),
      ),
    ],
  );
}

/** A time without a zone, in microseconds. */
function timestampType(): ThriftStruct {
  return struct([8, struct([1, { kind: 'boolean', value: false }], [2, struct([2, struct()])])]);
}

function struct(...fields: (readonly [number, ThriftValue])[]): ThriftStruct {
  return { kind: 'struct', fields: new Map(fields) };
}

function int32(value: number): ThriftValue {
  return { kind: 'integer', type: 5, value: BigInt(value) };
}

function int64(value: number): ThriftValue {
  return { kind: 'integer', type: 6, value: BigInt(value) };
}

function list(of: number, items: ThriftValue[]): ThriftValue {
  return { kind: 'list', type: 9, of, items };
}

function text(value: string): ThriftValue {
  return { kind: 'binary', bytes: Buffer.from(value) };
}
