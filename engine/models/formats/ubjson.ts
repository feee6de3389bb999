/**
 * Reads UBJSON as XGBoost writes it (https://ubjson.org): objects, arrays with and without a count and a type, texts and
 * numbers. Values under a key of `skipped` are passed over and are null. Throws RangeError when the bytes end too early
 * or are something else.
 */
export function readUbjson(bytes: Buffer, skipped: ReadonlySet<string> = new Set()): unknown {
  return new Reader(bytes, skipped).value();
}

/** Sizes of numbers in bytes. */
const sizes: Record<string, number> = { i: 1, U: 1, I: 2, l: 4, L: 8, d: 4, D: 8 };

class Reader {
  readonly #bytes: Buffer;
  readonly #skipped: ReadonlySet<string>;
  #at = 0;
  /** Number of enclosing values that are passed over. */
  #skips = 0;

  constructor(bytes: Buffer, skipped: ReadonlySet<string>) {
    this.#bytes = bytes;
    this.#skipped = skipped;
  }

  value(type = this.#marker()): unknown {
    switch (type) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case 'S':
        return this.#text();
      case 'C':
        return this.#marker();
      case 'T':
        return true;
      case 'F':
        return false;
      case 'Z':
      case 'N':
        return null;
      default:
        return this.#number(type);
    }
  }

  #object(): Record<string, unknown> {
    const found: Record<string, unknown> = {};
    const { count, type } = this.#header();
    for (let i = 0; count === null ? !this.#ends('}') : i < count; i++) {
      const key = this.#text();
      const isSkipped = this.#skipped.has(key);
      if (isSkipped) this.#skips++;
      const value = this.value(type ?? undefined);
      if (isSkipped) this.#skips--;
      if (this.#skips === 0) found[key] = isSkipped ? null : value;
    }
    return found;
  }

  #array(): unknown[] {
    const found: unknown[] = [];
    const { count, type } = this.#header();
    const size = type === null ? undefined : sizes[type];
    if (this.#skips > 0 && count !== null && size !== undefined) {
      this.#take(count * size);
      return found;
    }
    for (let i = 0; count === null ? !this.#ends(']') : i < count; i++) {
      const value = this.value(type ?? undefined);
      if (this.#skips === 0) found.push(value);
    }
    return found;
  }

  /** The type and the count of a container, where it has them. */
  #header(): { count: number | null; type: string | null } {
    let type: string | null = null;
    if (this.#ends('$')) type = this.#marker();
    return { type, count: this.#ends('#') ? this.#number(this.#marker()) : null };
  }

  #text(): string {
    const length = this.#number(this.#marker());
    const from = this.#take(length);
    return this.#skips > 0
      ? this.#bytes.toString('latin1', from, from)
      : this.#bytes.toString('utf8', from, from + length);
  }

  #number(type: string): number {
    const from = this.#take(sizes[type] ?? this.#unknown(type));
    const bytes = this.#bytes;
    switch (type) {
      case 'i':
        return bytes.readInt8(from);
      case 'U':
        return bytes.readUInt8(from);
      case 'I':
        return bytes.readInt16BE(from);
      case 'l':
        return bytes.readInt32BE(from);
      case 'L':
        return Number(bytes.readBigInt64BE(from));
      case 'd':
        return bytes.readFloatBE(from);
      default:
        return bytes.readDoubleBE(from);
    }
  }

  #marker(): string {
    const from = this.#take(1);
    return String.fromCodePoint(this.#bytes[from] ?? 0);
  }

  /** Reads a marker when it is the next byte. */
  #ends(marker: string): boolean {
    if (this.#bytes[this.#at] !== marker.codePointAt(0)) return false;
    this.#at++;
    return true;
  }

  #take(length: number): number {
    const from = this.#at;
    if (length < 0 || from + length > this.#bytes.length) throw new RangeError('the UBJSON ends too early');
    this.#at += length;
    return from;
  }

  #unknown(type: string): never {
    throw new RangeError(`\`${type}\` at byte ${this.#at} is no type of UBJSON`);
  }
}
