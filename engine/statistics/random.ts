/** Pseudo-random numbers that a seed determines on every machine. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** A whole number in [0, n). */
  integer(n: number): number;
  /** Shuffles in place (Fisher-Yates). */
  shuffle(values: Uint32Array | number[]): void;
}

/** mulberry32 (Tommy Ettinger, public domain), from the low 32 bits of the seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const integer = (n: number) => Math.floor(next() * n);
  return {
    next,
    integer,
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        const held = values[i] ?? 0;
        values[i] = values[j] ?? 0;
        values[j] = held;
      }
    },
  };
}
