/** Values from which on a run of equal ones is written as one. */
const leastRun = 8;

/**
 * Writes numbers of `width` bits (1 to 24) as runs of equal ones and as packed groups of eight, as Parquet's encoding
 * RLE / bit-packing hybrid describes.
 */
export function hybrid(values: Int32Array, width: number): Buffer {
  const bytesOfValue = (width + 7) >> 3;
  const n = values.length;
  const out = Buffer.allocUnsafe(Math.ceil((n + 8) / 8) * (width + 6) + 16);
  let at = 0;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest >>>= 7) out[at++] = (rest & 127) | 128;
    out[at++] = rest;
  };
  /** End of the run of equal values, at most `leastRun` far. */
  const isRun = (i: number): boolean => {
    if (i + leastRun > n) return false;
    const value = values[i];
    for (let j = i + 1; j < i + leastRun; j++) if (values[j] !== value) return false;
    return true;
  };
  for (let i = 0; i < n;) {
    if (isRun(i)) {
      const value = values[i] as number;
      let end = i + leastRun;
      while (end < n && values[end] === value) end++;
      varint(2 * (end - i));
      for (let b = 0; b < bytesOfValue; b++) out[at++] = value >>> (8 * b);
      i = end;
      continue;
    }
    let end = i + 8;
    while (end < n && !isRun(end)) end += 8;
    varint(((end - i) >> 3) * 2 + 1);
    let [packed, bits] = [0, 0];
    for (let j = i; j < end; j++) {
      packed |= (j < n ? (values[j] as number) : 0) << bits;
      bits += width;
      for (; bits >= 8; bits -= 8) {
        out[at++] = packed;
        packed >>>= 8;
      }
    }
    i = end;
  }
  return out.subarray(0, at);
}

/** Writes one value `rows` times. */
export function sameHybrid(value: number, rows: number): Buffer {
  const numbers: number[] = [];
  let rest = 2 * rows;
  for (; rest > 127; rest = Math.floor(rest / 128)) numbers.push((rest % 128) | 128);
  return Buffer.from([...numbers, rest, value]);
}

/** Bits of the numbers from 0 to `most`; at least one. */
export function widthOf(most: number): number {
  return Math.max(1, 32 - Math.clz32(most));
}
