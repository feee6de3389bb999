/** Rows by the value of a column: the values, and a number for each row. */
export interface Groups {
  names: readonly string[];
  /** Index into `names`; −1 where the value is missing. */
  codes: Int32Array;
}

/** Numbers the distinct values of a column, in the order of their first row, as parts of the column arrive. */
export class GroupCodes {
  readonly #known = new Map<string, number>();
  readonly #codes: Int32Array;
  #rows = 0;

  /** `rows` is the length of the whole column. */
  constructor(rows: number) {
    this.#codes = new Int32Array(rows).fill(-1);
  }

  add(values: readonly (string | null)[]): void {
    for (const value of values) {
      if (value !== null) {
        const code = this.#known.get(value) ?? this.#known.size;
        this.#known.set(value, code);
        this.#codes[this.#rows] = code;
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
