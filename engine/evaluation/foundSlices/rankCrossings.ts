import { cellOf, sumAll, sumCells, type Cells, type Literal, type SearchColumn } from './cells.ts';
import { welch, without, type LossSums } from './welch.ts';

/** Crossings are counted on as many rows; the best ones are measured on all. */
const countedRows = 150_000;
const mostCandidates = 3000;
/** With a smaller t, a condition does not make the slice worse than it is without the condition. */
const leastOfCondition = 3;
/** A crossing with a smaller t is never significant: p is corrected for at least the tests that there are. */
const leastOfSlice = 2;

/** A crossing that is worse than the other rows, and worse than without any of its conditions. */
export interface Candidate {
  literals: readonly Literal[];
  score: number;
}

export interface RankRequest {
  columns: readonly SearchColumn[];
  losses: Float64Array;
  depth: number;
  minRows: number;
  signal: AbortSignal | undefined;
}

export interface Ranking {
  /** Crossings with enough rows. */
  tried: number;
  /** The best first. */
  best: Candidate[];
  /** The rows that were counted, as numbers of all rows. */
  rows: Uint32Array;
}

/**
 * Counts the crossings of up to `depth` values and keeps those with the largest score: the effect, times the fourth root
 * of the share of rows, times 0.9 for each further condition, because a short crossing says more.
 */
export function rankCrossings({ columns, losses, depth, minRows, signal }: RankRequest): Ranking {
  const known = losses.reduce((n, value) => n + (Number.isNaN(value) ? 0 : 1), 0);
  const step = Math.max(1, Math.ceil(known / countedRows));
  const rows = everyKnown(losses, known, step);
  const counted = Float64Array.from(rows, (i) => losses[i] ?? 0);
  const codes = columns.map((column) => Uint8Array.from(rows, (i) => column.codes[i] ?? 0));
  const sizes = columns.map(({ values }) => values.length);
  const whole = sumAll(counted);
  const fewest = Math.max(2, minRows / step);
  const best = new Best();
  let tried = 0;
  const judge = (part: LossSums, parents: readonly LossSums[], literals: () => Literal[]) => {
    tried++;
    // Three parents of three conditions, two of two, none of one.
    const further = Math.max(0, parents.length - 1);
    // Of most of the rows the others are the news.
    if (part.n > whole.n / 2) return;
    const result = welch(part, without(whole, part));
    if (!result || result.t < leastOfSlice) return;
    const score = result.effect * (part.n / whole.n) ** 0.25 * 0.9 ** further;
    if (!best.takes(score)) return;
    const isSharper = parents.every((parent) => {
      const rest = without(parent, part);
      return rest.n >= 1 && (rest.n < 2 || (welch(part, rest)?.t ?? 0) >= leastOfCondition);
    });
    if (isSharper) best.add({ score, literals: literals() });
  };

  const singles = codes.map((own, a) => sumCells((sizes[a] ?? 0) + 1, Uint32Array.from(own), counted));
  for (const [a, cells] of singles.entries())
    for (let x = 0; x < (sizes[a] ?? 0); x++) judge(cellOf(cells, x), [], () => [{ column: a, value: x }]);
  if (depth < 2) return { tried, best: best.list(), rows };

  const pairs = new Map<number, Cells>();
  const pairOf = (a: number, x: number, b: number, y: number): LossSums =>
    cellOf(pairs.get(a * columns.length + b) ?? new Float64Array(), x * ((sizes[b] ?? 0) + 1) + y);
  const singleOf = (a: number, x: number) => cellOf(singles[a] ?? new Float64Array(), x);
  const at = new Uint32Array(rows.length);
  for (let a = 0; a < columns.length; a++)
    for (let b = a + 1; b < columns.length; b++) {
      signal?.throwIfAborted();
      const size = (sizes[b] ?? 0) + 1;
      crossCodes(at, codes[a], codes[b], size);
      const cells = sumCells(((sizes[a] ?? 0) + 1) * size, at, counted);
      pairs.set(a * columns.length + b, cells);
      for (let x = 0; x < (sizes[a] ?? 0); x++)
        for (let y = 0; y < size - 1; y++) {
          const part = pairOf(a, x, b, y);
          if (part.n >= fewest)
            judge(part, [singleOf(a, x), singleOf(b, y)], () => [
              { column: a, value: x },
              { column: b, value: y },
            ]);
        }
    }
  if (depth < 3) return { tried, best: best.list(), rows };

  for (let a = 0; a < columns.length; a++)
    for (let b = a + 1; b < columns.length - 1; b++) {
      signal?.throwIfAborted();
      const size = (sizes[b] ?? 0) + 1;
      const large: [x: number, y: number][] = [];
      const numbers = new Int32Array(((sizes[a] ?? 0) + 1) * size).fill(-1);
      for (let x = 0; x < (sizes[a] ?? 0); x++)
        for (let y = 0; y < size - 1; y++)
          // A crossing has at most the rows of its parts.
          if (pairOf(a, x, b, y).n >= fewest) numbers[x * size + y] = large.push([x, y]) - 1;
      if (large.length === 0) continue;
      const inside = rowsInside(at, counted, [codes[a], codes[b]], { size, numbers });
      for (let c = b + 1; c < columns.length; c++) {
        const third = (sizes[c] ?? 0) + 1;
        const cells = sumInside(large.length * third, inside, codes[c] ?? new Uint8Array(), third);
        for (const [p, [x, y]] of large.entries())
          for (let z = 0; z < third - 1; z++) {
            if ((cells[3 * (p * third + z)] ?? 0) < fewest) continue;
            const part = cellOf(cells, p * third + z);
            judge(part, [pairOf(a, x, b, y), pairOf(a, x, c, z), pairOf(b, y, c, z)], () => [
              { column: a, value: x },
              { column: b, value: y },
              { column: c, value: z },
            ]);
          }
      }
    }
  return { tried, best: best.list(), rows };
}

function crossCodes(into: Uint32Array, a: Uint8Array | undefined, b: Uint8Array | undefined, size: number): void {
  if (!a || !b) return;
  for (let k = 0; k < into.length; k++) into[k] = (a[k] as number) * size + (b[k] as number);
}

interface Inside {
  /** Rows in a large pair, the number of that pair, and their losses. */
  rows: Uint32Array;
  pair: Uint32Array;
  losses: Float64Array;
}

/** The rows whose pair of values has enough rows. */
function rowsInside(
  at: Uint32Array,
  losses: Float64Array,
  [a, b]: readonly [Uint8Array | undefined, Uint8Array | undefined],
  { size, numbers }: { size: number; numbers: Int32Array },
): Inside {
  crossCodes(at, a, b, size);
  let n = 0;
  const [rows, pair, own] = [new Uint32Array(at.length), new Uint32Array(at.length), new Float64Array(at.length)];
  for (let k = 0; k < at.length; k++) {
    const number = numbers[at[k] as number] as number;
    if (number < 0) continue;
    rows[n] = k;
    pair[n] = number;
    own[n++] = losses[k] as number;
  }
  return { rows: rows.subarray(0, n), pair: pair.subarray(0, n), losses: own.subarray(0, n) };
}

/** Sums losses by the crossing of a pair with one more column. */
function sumInside(cells: number, { rows, pair, losses }: Inside, codes: Uint8Array, size: number): Cells {
  const sums = new Float64Array(3 * cells);
  for (let k = 0; k < rows.length; k++) {
    const cell = 3 * ((pair[k] as number) * size + (codes[rows[k] as number] as number));
    const loss = losses[k] as number;
    sums[cell] = (sums[cell] as number) + 1;
    sums[cell + 1] = (sums[cell + 1] as number) + loss;
    sums[cell + 2] = (sums[cell + 2] as number) + loss * loss;
  }
  return sums;
}

/** The candidates with the largest score; of equal ones the first. */
class Best {
  #kept: Candidate[] = [];
  #least = 0;

  takes(score: number): boolean {
    return score > this.#least;
  }

  add(candidate: Candidate): void {
    this.#kept.push(candidate);
    if (this.#kept.length >= 2 * mostCandidates) this.#trim();
  }

  list(): Candidate[] {
    this.#trim();
    return this.#kept;
  }

  #trim(): void {
    this.#kept = this.#kept.toSorted((a, b) => b.score - a.score).slice(0, mostCandidates);
    if (this.#kept.length === mostCandidates) this.#least = this.#kept.at(-1)?.score ?? 0;
  }
}

/** Every `step`-th row with a loss. */
function everyKnown(losses: Float64Array, known: number, step: number): Uint32Array {
  const rows = new Uint32Array(Math.ceil(known / step));
  let [seen, n] = [0, 0];
  for (let i = 0; i < losses.length; i++) if (!Number.isNaN(losses[i]) && seen++ % step === 0) rows[n++] = i;
  return rows;
}
