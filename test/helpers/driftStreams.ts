import type { Database } from '../../engine/data/database.ts';
import { compareTables } from '../../engine/drift/compareTables.ts';
import type { CompareOptions, DriftTable } from '../../engine/drift/driftTable.ts';
import { seededRandom, type Random } from '../../engine/statistics/random.ts';

// Streams of rows whose drift is known, for the rates of alarms: test/monitoring/alarmRates.test.ts takes some of them,
// `npm run bench -- --drift` all. A stream is six columns; a change moves the first four.

type Value = number | string | null;
/** One row. `level` is how far the changed columns moved: 0 is the reference, 1 the whole step. */
type Draw = (random: Random, level: number) => Value[];

/** A population of rows, by the types of its columns. */
export interface Population {
  name: string;
  types: ('number' | 'text' | 'boolean')[];
  draw: Draw;
}

const changed = [1, 1, 1, 1, 0, 0];
const numbers: Population['types'] = changed.map(() => 'number');
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
/** The place of a category with the weights 1, 1/2, 1/3 …; a level moves weight from the first to the second. */
const zipf = (random: Random, levels: number, level: number): number => {
  if (level > 0 && random.next() < 0.15 * level) return 1;
  let weight = random.next() * harmonic(levels);
  let place = 0;
  while (place < levels - 1 && (weight -= 1 / (place + 1)) > 0) place++;
  return place;
};
const harmonics = new Map<number, number>();
function harmonic(n: number): number {
  const known = harmonics.get(n) ?? Array.from({ length: n }, (_, i) => 1 / (i + 1)).reduce((sum, one) => sum + one, 0);
  harmonics.set(n, known);
  return known;
}

/** The whole step is half a standard deviation, or 15 points of a share. */
export const populations: readonly Population[] = [
  {
    name: 'normal',
    types: numbers,
    draw: (random, level) => changed.map((moves, i) => 10 * i + (i + 1) * (normal(random) + 0.5 * level * moves)),
  },
  {
    name: 'heavy tails',
    types: numbers,
    draw: (random, level) =>
      changed.map((moves, i) =>
        i % 2 === 0
          ? normal(random) / Math.abs(normal(random)) + level * moves
          : Math.exp(2 * normal(random) + level * moves),
      ),
  },
  {
    name: 'zeros and tiny',
    types: numbers,
    draw: (random, level) =>
      changed.map((moves, i) =>
        random.next() < 0.6 - 0.15 * level * moves ? 0 : 1e-6 * Math.exp(normal(random) + 0.3 * level * moves + i),
      ),
  },
  {
    name: 'rare categories',
    types: changed.map(() => 'text'),
    draw: (random, level) => changed.map((moves, i) => `c${zipf(random, 10 + 80 * i, level * moves)}`),
  },
  {
    name: 'mixed, with gaps',
    types: ['boolean', 'number', 'text', 'boolean', 'number', 'text'],
    draw: (random, level) =>
      [
        random.next() < 0.3 + 0.15 * level,
        random.next() < 0.03 ? null : normal(random) + 0.5 * level,
        `c${zipf(random, 8, level)}`,
        random.next() < 0.02 + 0.15 * level,
        random.next() < 0.1 ? null : random.integer(5),
        random.next() < 0.05 ? null : `c${zipf(random, 30, 0)}`,
      ].map((value) => (typeof value === 'boolean' ? Number(value) : value)),
  },
  {
    name: 'correlated',
    types: numbers,
    draw: (random, level) => {
      const common = normal(random);
      return changed.map((moves) => common + 0.2 * normal(random) + 0.5 * level * moves);
    },
  },
];

/** A change over the windows: how far window `i` of `n` has moved. */
export const changes = {
  quiet: () => 0,
  step: () => 1,
  slow: (i: number, n: number) => i / (n - 1),
  season: (i: number, n: number) => 0.6 * Math.sin((2 * Math.PI * i) / Math.min(n, 25)),
} as const;
/** `misjoined` gives each column the values of the next one. */
export type Change = keyof typeof changes | 'misjoined';

export interface StreamOptions {
  population: Population;
  change: Change;
  rows: number;
  windows: number;
  reference: number;
  seed: number;
}

const columnName = (i: number) => `c${i}`;

/** Writes a stream into the tables `stream_reference` and `stream_windows`, the latter with the column `_window`. */
export async function writeStream(db: Database, { population, change, rows, windows, reference, seed }: StreamOptions) {
  const random = seededRandom(seed);
  const names = population.types.map((_, i) => columnName(i));
  const table = async (name: string, levels: readonly number[], size: number, turn: number) => {
    const values: Value[][] = [[], ...names.map((): Value[] => [])];
    for (const [window, level] of levels.entries())
      for (let i = 0; i < size; i++) {
        values[0]?.push(window);
        for (const [k, value] of population.draw(random, level).entries())
          values[((k + turn) % names.length) + 1]?.push(value);
      }
    const typed = ['_window', ...names].map((column, i) => ({
      name: column,
      kind: i > 0 && population.types[i - 1] === 'text' ? ('text' as const) : ('number' as const),
    }));
    await db.run(`DROP TABLE IF EXISTS ${name}; DROP TABLE IF EXISTS ${name}_raw`);
    await db.create(`${name}_raw`, typed);
    await db.append(`${name}_raw`, typed, values);
    const cast = population.types.flatMap((type, i) =>
      type === 'boolean' ? [`CAST(${columnName(i)} AS BOOLEAN) AS ${columnName(i)}`] : [],
    );
    const selected = cast.length > 0 ? `* REPLACE (${cast.join(', ')})` : '*';
    await db.run(`CREATE TABLE ${name} AS SELECT ${selected} FROM ${name}_raw`);
  };
  const levelOf = change === 'misjoined' ? () => 0 : changes[change];
  await table('stream_reference', [0], reference, 0);
  const levels = Array.from({ length: windows }, (_, i) => levelOf(i, windows));
  await table('stream_windows', levels, rows, change === 'misjoined' ? 1 : 0);
}

/** The comparison of each window with the reference, of the stream that was written last. */
export async function compareStream(db: Database, windows: number, options: CompareOptions): Promise<DriftTable[]> {
  const found: DriftTable[] = [];
  for (let i = 0; i < windows; i++)
    found.push(
      await compareTables(
        db,
        '(SELECT * EXCLUDE (_window) FROM stream_reference)',
        `(SELECT * EXCLUDE (_window) FROM stream_windows WHERE _window = ${i})`,
        options,
      ),
    );
  return found;
}

/** The result of a stream. */
export interface StreamRates {
  /** Share of windows in which the data drifted: half of the columns or more. */
  alarms: number;
  /** Share of windows in which any column drifted. */
  any: number;
  /** Mean share of the changed columns that drifted. */
  found: number;
}

export function ratesOf(tables: readonly DriftTable[]): StreamRates {
  const share = (of: (table: DriftTable) => number) =>
    tables.reduce((sum, table) => sum + of(table), 0) / Math.max(1, tables.length);
  return {
    alarms: share(({ dataset }) => Number(dataset.drifted)),
    any: share(({ columns }) => Number(columns.some(({ drifted }) => drifted))),
    found: share(({ columns }) => columns.slice(0, 4).filter(({ drifted }) => drifted).length / 4),
  };
}
