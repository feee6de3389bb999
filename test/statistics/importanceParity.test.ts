import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fanova } from '../../engine/statistics/importance/fanova.ts';
import { encodeParam } from '../../engine/statistics/importance/features.ts';
import { spearman } from '../../engine/statistics/importance/spearman.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { isLong } from '../helpers/rounds.ts';
import { answersOf, preparePython } from './parityPython.ts';

const script = join(dirname(fileURLToPath(import.meta.url)), 'importanceParity.py');
const random = seededRandom(20_261_123);

interface Case {
  name: string;
  params: (number | string)[][];
  target: number[];
  /** How far a share may be from the mean of Optuna's three. */
  tolerance: number;
}

interface Answer {
  /** Per param the shares of three seeds. */
  shares: number[][];
  r2: number[];
  spearman: ([number, number] | null)[];
}

const all: Case[] = [];
const list = <T>(n: number, value: (i: number) => T) => Array.from({ length: n }, (_, i) => value(i));
const uniform = (n: number) => list(n, () => random.next());
const kinds = (n: number, count: number) => list(n, () => 'abcdefghij'[random.integer(count)] ?? 'a');

function add(
  name: string,
  params: (number | string)[][],
  value: (row: number[], texts: string[]) => number,
  tolerance: number,
): void {
  const rows = params[0]?.length ?? 0;
  all.push({
    name,
    params,
    tolerance,
    target: list(rows, (row) =>
      value(
        params.map((param) => Number(param[row])),
        params.map((param) => String(param[row])),
      ),
    ),
  });
}

add(
  'two params that add up',
  [uniform(150), uniform(150), uniform(150)],
  ([a = 0, b = 0]) => 3 * a + b + 0.05 * random.next(),
  0.03,
);
add('a few runs', [uniform(20), uniform(20)], ([a = 0, b = 0]) => 3 * a + b, 0.06);
add(
  'a valley among params that do nothing',
  list(5, () => uniform(120)),
  ([a = 0, b = 0]) => (a - 0.5) ** 2 * 8 + 0.3 * b,
  0.05,
);
add(
  'a grid with a product',
  [list(90, (i) => i % 3), list(90, (i) => Math.floor(i / 3) % 5), list(90, (i) => Math.floor(i / 15) % 6)],
  ([a = 0, b = 0, c = 0]) => a * b + 0.1 * c,
  0.03,
);
add(
  'values of another order',
  [list(120, () => Math.exp(random.next() * 3)), uniform(120)],
  ([a = 0, b = 0]) => a + b,
  0.03,
);
add('much noise', [uniform(100), uniform(100)], ([a = 0]) => a + 2 * random.next(), 0.1);
add(
  'noise alone',
  list(3, () => uniform(80)),
  () => random.next(),
  0.12,
);
add('only together', [uniform(120), uniform(120)], ([a = 0, b = 0]) => Number(a > 0.5 !== b > 0.5), 0.15);
add('ties', [list(120, () => random.integer(3)), list(120, () => random.integer(2))], ([a = 0, b = 0]) => a + b, 0.03);
add('two categories', [kinds(120, 2), uniform(120)], ([, b = 0], [a]) => (a === 'a' ? 1 : 0) + b, 0.03);
// Beyond two categories Optuna takes each as a number of its own, so that a run may have none of them, or several: by
// hand the first share of the last is 0.65, with Optuna near 0.5.
add('three categories', [kinds(120, 3), uniform(120)], ([, b = 0], [a]) => (a === 'a' ? 1 : 0) + b, 0.05);
add(
  'five and four categories',
  [kinds(200, 5), kinds(200, 4), uniform(200)],
  ([, , c = 0], [a = '', b]) => 'abcde'.indexOf(a) / 2 + (b === 'c' ? 1 : 0) + c,
  0.18,
);

// Optuna takes seconds for each.
const few = ['a few runs', 'a grid with a product', 'two categories', 'three categories'];
const cases = isLong ? all : all.filter(({ name }) => few.includes(name));

const missing = preparePython();
const skip = missing === null || process.env['CI'] === 'true' ? false : `no Python to compare with: ${missing}`;

test(
  'shares are those of Optuna’s fANOVA, R² that of scikit-learn’s forest, rank correlations those of scipy',
  { skip },
  async () => {
    assert.equal(missing, null);
    const answers = answersOf(
      script,
      cases.map(({ params, target }) => ({
        target,
        params: params.map((values) => ({ kind: typeof values[0] === 'number' ? 'number' : 'category', values })),
      })),
    ) as Answer[];
    let [furthest, ranked] = [0, 0];
    for (const [i, { name, params, target, tolerance }] of cases.entries()) {
      const answer = answers[i];
      assert.ok(answer, name);
      const features = params.map((values) => {
        const found = encodeParam(values);
        if (typeof found === 'string') throw new Error(`${name}: ${found}`);
        assert.equal(found.log, false, name);
        return found.feature;
      });
      const { shares, r2 } = await fanova(features, Float64Array.from(target));
      const theirs = answer.shares.map((one) => one.reduce((sum, share) => sum + share, 0) / one.length);
      for (const [at, share] of theirs.entries()) {
        const off = Math.abs((shares?.[at] ?? Number.NaN) - share);
        furthest = Math.max(furthest, off);
        assert.ok(off <= tolerance, `${name}: param ${at} has ${shares?.[at]} instead of ${share}`);
        // The order is the same where the gap is larger than what chance does.
        for (const [other, beside] of theirs.entries()) {
          if (share - beside < 0.15) continue;
          ranked++;
          assert.ok((shares?.[at] ?? 0) > (shares?.[other] ?? 0), `${name}: param ${at} before ${other}`);
        }
        const rho = answer.spearman[at];
        if (!rho) continue;
        const own = spearman(params[at] as number[], target);
        assert.ok(
          own && Math.abs(own.rho - rho[0]) < 1e-12 && Math.abs(own.pValue - rho[1]) < 1e-9,
          `${name}: Spearman ${JSON.stringify(own)} instead of ${rho.join(', ')}`,
        );
      }
      const theirR2 = answer.r2.reduce((sum, one) => sum + one, 0) / answer.r2.length;
      assert.ok(Math.abs((r2 ?? Number.NaN) - theirR2) < 0.1, `${name}: R² ${r2} instead of ${theirR2}`);
    }
    assert.ok(ranked >= cases.length, String(ranked));
    console.log(
      `${cases.length} sets of runs: shares at most ${furthest.toFixed(3)} apart, ${ranked} pairs in the same order`,
    );
  },
);
