import { viewOf } from '../../base/byteView.ts';

/** Different texts up to which each text is looked for among those before it. */
const mostRepeated = 16_384;
/** Number of texts after which a column whose texts mostly differ is known to be one. */
const firstTexts = 2_048;
const slotCount = 4 * mostRepeated;
/** A text whose place is taken by so many others is not looked for any longer. */
const mostProbes = 24;
/** Bytes that a column without rows keeps. */
const mostKept = 32 << 20;
/** Bytes from which on a native copy is faster. */
const longText = 48;

/**
 * The texts of a column, row by row. A text that repeats is stored once, until too many of them differ. Each text lies
 * in `bytes` after its length in four bytes, as in Parquet's encoding PLAIN.
 */
export class TextColumn {
  rows = 0;
  /** Number of rows without a value. */
  missing = 0;
  /** Number of the text of each row; -1 for none. */
  ids = new Int32Array(1024);
  /** Number of stored texts. */
  count = 0;
  /** Offset of the length of each text, and at `count` the end of the last. */
  starts = new Int32Array(1025);
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 14);
  #view = viewOfOwn(this.bytes);
  /** Every text was looked for among those before it. */
  isRepeated = true;
  #slots: Int32Array | null = null;
  #last = -1;
  #scratch: Buffer = Buffer.alloc(0);

  /** Forgets all rows and keeps the memory, unless single texts made it large. */
  clear(): void {
    this.rows = 0;
    this.missing = 0;
    this.count = 0;
    this.isRepeated = true;
    this.#last = -1;
    this.#slots?.fill(0);
    if (this.bytes.length > mostKept) this.#setBytes(Buffer.allocUnsafeSlow(1 << 14));
    if (this.#scratch.length > mostKept) this.#scratch = Buffer.alloc(0);
  }

  /** Memory to write the column in, which the next call may give again. */
  scratch(bytes: number): Buffer {
    if (this.#scratch.length < bytes) this.#scratch = Buffer.allocUnsafeSlow(bytes + (bytes >> 2));
    return this.#scratch.subarray(0, bytes);
  }

  addMissing(): void {
    if (this.rows === this.ids.length) this.#growRows();
    this.missing++;
    this.ids[this.rows++] = -1;
  }

  /** Adds the text `source[from, to)`. */
  add(source: Buffer, from: number, to: number): void {
    if (this.rows === this.ids.length) this.#growRows();
    this.ids[this.rows++] = this.#idOf(source, from, to);
  }

  /** Adds one text for each of `rows` rows of a column without rows. */
  fill(text: Buffer, rows: number): void {
    const id = this.#idOf(text, 0, text.length);
    this.ids = new Int32Array(rows).fill(id);
    this.rows = rows;
  }

  /** Inserts values, null for none, each before the row with the number in `places`, which ascend. */
  insert(places: readonly number[], values: readonly (Buffer | null)[]): void {
    const old = this.ids.subarray(0, this.rows);
    const ids = new Int32Array(this.rows + places.length);
    let [from, to] = [0, 0];
    for (const [i, place] of places.entries()) {
      ids.set(old.subarray(from, place), to);
      to += place - from;
      from = place;
      const value = values[i] ?? null;
      if (value === null) this.missing++;
      ids[to++] = value === null ? -1 : this.#idOf(value, 0, value.length);
    }
    ids.set(old.subarray(from), to);
    this.ids = ids;
    this.rows = ids.length;
  }

  #idOf(source: Buffer, from: number, to: number): number {
    if (!this.isRepeated) return this.#append(source, from, to);
    const length = to - from;
    if (this.#last !== -1 && this.#has(this.#last, source, from, length)) return this.#last;
    this.#slots ??= new Int32Array(slotCount);
    const slots = this.#slots;
    let slot = hashOf(source, from, to);
    for (let probe = 0; probe < mostProbes; probe++) {
      slot &= slotCount - 1;
      const id = (slots[slot] as number) - 1;
      if (id === -1) {
        if (this.count >= mostRepeated || (this.count >= firstTexts && this.count * 4 > this.rows)) break;
        this.#last = this.#append(source, from, to);
        slots[slot] = this.#last + 1;
        return this.#last;
      }
      if (this.#has(id, source, from, length)) {
        this.#last = id;
        return id;
      }
      slot++;
    }
    this.isRepeated = false;
    return this.#append(source, from, to);
  }

  /** Compares from the end, where texts such as times differ, four bytes at once. */
  #has(id: number, source: Buffer, from: number, length: number): boolean {
    const { bytes, starts } = this;
    const start = (starts[id] as number) + 4;
    if ((starts[id + 1] as number) - start !== length) return false;
    if (length < 4) {
      for (let i = length - 1; i >= 0; i--) if (bytes[start + i] !== source[from + i]) return false;
      return true;
    }
    const [here, there] = [this.#view, viewOf(source)];
    for (let i = length - 4; i > 0; i -= 4)
      if (here.getInt32(start + i, true) !== there.getInt32(from + i, true)) return false;
    return here.getInt32(start, true) === there.getInt32(from, true);
  }

  #append(source: Buffer, from: number, to: number): number {
    const id = this.count++;
    if (id + 1 === this.starts.length) this.starts = grown(this.starts);
    const length = to - from;
    let at = this.starts[id] as number;
    if (at + 4 + length > this.bytes.length) this.#growBytes(at, at + 4 + length);
    const { bytes } = this;
    const view = this.#view;
    view.setInt32(at, length, true);
    at += 4;
    if (length > longText) source.copy(bytes, at, from, to);
    else if (length < 4) for (let i = 0; i < length; i++) bytes[at + i] = source[from + i] as number;
    else {
      const there = viewOf(source);
      for (let i = 0; i < length - 4; i += 4) view.setInt32(at + i, there.getInt32(from + i, true), true);
      view.setInt32(at + length - 4, there.getInt32(to - 4, true), true);
    }
    this.starts[id + 1] = at + length;
    return id;
  }

  #growRows(): void {
    this.ids = grown(this.ids);
  }

  #growBytes(used: number, wanted: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(wanted, 2 * this.bytes.length));
    this.bytes.copy(bytes, 0, 0, used);
    this.#setBytes(bytes);
  }

  #setBytes(bytes: Buffer): void {
    this.bytes = bytes;
    this.#view = viewOfOwn(bytes);
  }
}

function grown(numbers: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const more = new Int32Array(Math.max(1024, 2 * numbers.length));
  more.set(numbers);
  return more;
}

/** The view of a column's own memory, which does not take the place of those of the texts that come. */
function viewOfOwn({ buffer, byteOffset, byteLength }: Buffer): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** A hash of the length, the ends and the middle: texts that share them are told apart by comparing. */
function hashOf(source: Buffer, from: number, to: number): number {
  let hash = to - from;
  if (hash < 4) for (let at = from; at < to; at++) hash = mixed(hash, source[at] as number);
  else {
    const view = viewOf(source);
    const last = to - 4;
    hash = mixed(hash, view.getInt32(from, true));
    if (last - from > 4)
      hash = mixed(mixed(hash, view.getInt32(from + (((to - from) >> 1) - 2), true)), view.getInt32(last - 4, true));
    hash = mixed(hash, view.getInt32(last, true));
  }
  return hash ^ (hash >>> 15);
}

function mixed(hash: number, word: number): number {
  const next = Math.imul(hash ^ word, 0x01000193);
  return next ^ (next >>> 17);
}
