/** Rows by the value of a column: the values, and a number for each row. */
export interface Groups {
  names: readonly string[];
  /** Index into `names`; −1 where the value is missing. */
  codes: Int32Array | Int8Array;
  /** Of a crossing: the values of each name, by column. */
  parts?: readonly (readonly string[])[];
}

/** Numbers the distinct values of a column, in the order of their first row, as parts of the column arrive. */
export class GroupCodes {
  readonly #known = new Map<string, number>();
  readonly #codes: Int32Array;
  readonly #most: number;
  #rows = 0;

  /** `rows` is the length of the whole column. Values after the first `most` distinct ones count as missing. */
  constructor(rows: number, most = Number.POSITIVE_INFINITY) {
    this.#codes = new Int32Array(rows).fill(-1);
    this.#most = most;
  }

  add(values: readonly (string | null)[]): void {
    for (const value of values) {
      if (value !== null) {
        const code = this.#known.get(value) ?? this.#known.size;
        if (code < this.#most) {
          this.#known.set(value, code);
          this.#codes[this.#rows] = code;
        }
      }
      this.#rows++;
    }
  }

  groups(): Groups {
    return { names: [...this.#known.keys()], codes: this.#codes };
  }
}

/** The groups of a whole column. */
export function groupsOf(values: readonly (string | null)[]): Groups {
  const codes = new GroupCodes(values.length);
  codes.add(values);
  return codes.groups();
}

/**
 * The groups of a crossing: each pair of values that some row has, named `a, b`, in the order of the first column's
 * values. A row without one of the values has no group.
 */
export function crossGroups(a: Groups, b: Groups): Groups {
  const numbers = new Map<number, number>();
  const n = b.names.length;
  for (let i = 0; i < a.codes.length; i++) {
    const [x, y] = [a.codes[i] ?? -1, b.codes[i] ?? -1];
    if (x >= 0 && y >= 0) numbers.set(x * n + y, 0);
  }
  const pairs = [...numbers.keys()].toSorted((p, q) => p - q);
  for (const [code, pair] of pairs.entries()) numbers.set(pair, code);
  const codes = new Int32Array(a.codes.length).fill(-1);
  for (let i = 0; i < codes.length; i++) {
    const [x, y] = [a.codes[i] ?? -1, b.codes[i] ?? -1];
    if (x >= 0 && y >= 0) codes[i] = numbers.get(x * n + y) ?? -1;
  }
  const parts = pairs.map((pair) => [a.names[Math.floor(pair / n)] ?? '', b.names[pair % n] ?? '']);
  return { names: parts.map((values) => values.join(', ')), codes, parts };
}
