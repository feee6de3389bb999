import { open, type FileHandle } from 'node:fs/promises';
import { readThrift, writeThrift, type ThriftStruct, type ThriftValue } from './thriftCompact.ts';

const magic = Buffer.from('PAR1');
const copyBytes = 4 << 20;

// Numbers of fields in parquet.thrift.
const inFile = { schema: 2, rows: 3, groups: 4 } as const;
const inElement = { name: 4, children: 5 } as const;
const inGroup = { columns: 1, bytes: 2, offset: 5, compressed: 6, ordinal: 7 } as const;
const inChunk = { offset: 2, meta: 3, offsetIndex: 4, columnIndex: 6 } as const;
const inMeta = { path: 3, uncompressed: 6, compressed: 7, data: 9, index: 10, dictionary: 11, bloom: 14 } as const;

/**
 * Writes the row groups of flat Parquet files as one file, in their order, without reading a value. The columns are
 * those of `columns`; others stay in the file as bytes that nothing refers to. Returns false, and writes nothing whole,
 * when the files have not these columns in this order or not the same types.
 */
export async function joinParquet(
  files: readonly string[],
  columns: readonly string[],
  target: string,
): Promise<boolean> {
  const out = await open(target, 'wx');
  try {
    await out.write(magic);
    let at = magic.length;
    let whole: ThriftStruct | null = null;
    for (const path of files) {
      const file = await open(path, 'r');
      try {
        const { footer, end } = await footerOf(file);
        const schema = keepColumns(footer, new Set(columns));
        if (schema.join('\n') !== columns.join('\n')) return false;
        if (whole && !sameSchema(whole, footer)) return false;
        for (const group of groupsOf(footer)) moveGroup(group, BigInt(at - magic.length));
        at += await copyBytesOf(file, out, magic.length, end);
        if (whole === null) whole = footer;
        else append(whole, footer);
      } finally {
        await file.close();
      }
    }
    if (whole === null) return false;
    for (const [i, group] of groupsOf(whole).entries())
      if (group.fields.has(inGroup.ordinal))
        // The number has 16 bits; readers count the groups where it is absent.
        if (i > 32_767) group.fields.delete(inGroup.ordinal);
        else group.fields.set(inGroup.ordinal, { kind: 'integer', type: 4, value: BigInt(i) });
    const text = writeThrift(whole);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    await out.write(Buffer.concat([text, length, magic]));
    return true;
  } finally {
    await out.close();
  }
}

async function footerOf(file: FileHandle): Promise<{ footer: ThriftStruct; end: number }> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(8);
  await file.read(tail, 0, 8, size - 8);
  const length = tail.readUInt32LE(0);
  const end = size - 8 - length;
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, end);
  return { footer: readThrift(bytes), end };
}

/** Takes the other columns out of a footer. Returns the names of those that stay. */
function keepColumns(footer: ThriftStruct, wanted: ReadonlySet<string>): string[] {
  const schema = listOf(footer, inFile.schema);
  const [root, ...leaves] = schema.items as ThriftStruct[];
  const isKept = leaves.map((leaf) => wanted.has(textOf(leaf.fields.get(inElement.name))));
  const kept = leaves.filter((_, i) => isKept[i]);
  root?.fields.set(inElement.children, { kind: 'integer', type: 5, value: BigInt(kept.length) });
  schema.items = root ? [root, ...kept] : [];
  for (const group of groupsOf(footer)) {
    const chunks = listOf(group, inGroup.columns);
    chunks.items = chunks.items.filter((_, i) => isKept[i]);
    const sum = (field: number) =>
      chunks.items.reduce((total, chunk) => total + numberOf(metaOf(chunk as ThriftStruct).fields.get(field)), 0n);
    group.fields.set(inGroup.bytes, { kind: 'integer', type: 6, value: sum(inMeta.uncompressed) });
    if (group.fields.has(inGroup.compressed))
      group.fields.set(inGroup.compressed, { kind: 'integer', type: 6, value: sum(inMeta.compressed) });
    // Sorting columns are numbers of columns, which changed.
    group.fields.delete(4);
  }
  // One order for each column.
  const orders = footer.fields.get(7);
  if (orders?.kind === 'list') orders.items = orders.items.filter((_, i) => isKept[i]);
  return kept.map((leaf) => textOf(leaf.fields.get(inElement.name)));
}

function sameSchema(a: ThriftStruct, b: ThriftStruct): boolean {
  const bytes = ({ fields }: ThriftStruct) =>
    Buffer.concat(
      listOf({ kind: 'struct', fields }, inFile.schema).items.map((item) => writeThrift(item as ThriftStruct)),
    );
  return bytes(a).equals(bytes(b));
}

function moveGroup(group: ThriftStruct, by: bigint): void {
  move(group, inGroup.offset, by);
  for (const chunk of listOf(group, inGroup.columns).items as ThriftStruct[]) {
    for (const field of [inChunk.offset, inChunk.offsetIndex, inChunk.columnIndex]) move(chunk, field, by);
    const meta = metaOf(chunk);
    for (const field of [inMeta.data, inMeta.index, inMeta.dictionary, inMeta.bloom]) move(meta, field, by);
  }
}

function move({ fields }: ThriftStruct, field: number, by: bigint): void {
  const found = fields.get(field);
  // Writers put 0 where there is no offset.
  if (found?.kind === 'integer' && found.value > 0n) found.value += by;
}

function append(whole: ThriftStruct, next: ThriftStruct): void {
  listOf(whole, inFile.groups).items.push(...listOf(next, inFile.groups).items);
  const rows = numberOf(whole.fields.get(inFile.rows)) + numberOf(next.fields.get(inFile.rows));
  whole.fields.set(inFile.rows, { kind: 'integer', type: 6, value: rows });
}

function groupsOf(footer: ThriftStruct): ThriftStruct[] {
  return listOf(footer, inFile.groups).items as ThriftStruct[];
}

function metaOf(chunk: ThriftStruct): ThriftStruct {
  const meta = chunk.fields.get(inChunk.meta);
  if (meta?.kind !== 'struct') throw new RangeError('A Parquet column has no description.');
  return meta;
}

function listOf({ fields }: ThriftStruct, field: number): Extract<ThriftValue, { kind: 'list' }> {
  const found = fields.get(field);
  if (found?.kind !== 'list') throw new RangeError(`The Parquet footer has no list ${field}.`);
  return found;
}

function textOf(value: ThriftValue | undefined): string {
  return value?.kind === 'binary' ? value.bytes.toString('utf8') : '';
}

function numberOf(value: ThriftValue | undefined): bigint {
  return value?.kind === 'integer' ? value.value : 0n;
}

async function copyBytesOf(from: FileHandle, to: FileHandle, start: number, end: number): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(copyBytes, Math.max(1, end - start)));
  for (let at = start; at < end;) {
    const { bytesRead } = await from.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) throw new RangeError('A Parquet file ends too early.');
    for (let done = 0; done < bytesRead;) done += (await to.write(buffer, done, bytesRead - done)).bytesWritten;
    at += bytesRead;
  }
  return end - start;
}
