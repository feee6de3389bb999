/** Rows by the value of a column: a name a value, and a number a row. */
export interface Groups {
  names: string[];
  /** Index into `names`; −1 where the value is missing. */
  codes: Int32Array;
}

/** Numbers the distinct values of a column in the order of their first row. */
export function groupsOf(values: readonly (string | null)[]): Groups {
  const known = new Map<string, number>();
  const codes = new Int32Array(values.length);
  for (const [i, value] of values.entries()) {
    if (value === null) {
      codes[i] = -1;
      continue;
    }
    const code = known.get(value) ?? known.size;
    known.set(value, code);
    codes[i] = code;
  }
  return { names: [...known.keys()], codes };
}
