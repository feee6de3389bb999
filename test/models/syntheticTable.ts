import type { Table } from '../../engine/data/table.ts';
import { seededRandom } from '../../engine/statistics/random.ts';

/**
 * Rows with a skewed amount, a bounded number with gaps, a text and a flag; `positive` follows from them, `level` is
 * one of three, `price` a number.
 */
export function syntheticTable(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  const amount = new Float64Array(rows);
  const age = new Float64Array(rows);
  const flag = new Float64Array(rows);
  const positive = new Float64Array(rows);
  const price = new Float64Array(rows);
  const kind: (string | null)[] = [];
  const level: (string | null)[] = [];
  for (let i = 0; i < rows; i++) {
    amount[i] = Math.exp(random.next() * 6);
    age[i] = random.next() < 0.1 ? Number.NaN : random.next() * 50;
    flag[i] = random.next() < 0.3 ? 1 : 0;
    const pick = random.integer(10);
    kind.push(pick === 9 ? null : (['food', 'games', 'travel'][pick % 3] ?? null));
    const z = Math.log(amount[i] ?? 1) - 3 + (kind[i] === 'games' ? 2 : 0) - (flag[i] ?? 0) + (random.next() - 0.5) * 2;
    positive[i] = z > 2.5 ? 1 : 0;
    level.push(z > 2 ? 'high' : z > -0.5 ? 'middle' : 'low');
    price[i] = 1000 + 300 * z + 20 * (random.next() - 0.5);
  }
  return {
    rows,
    columns: {
      amount: { kind: 'number', values: amount },
      age: { kind: 'number', values: age },
      flag: { kind: 'number', values: flag },
      kind: { kind: 'text', values: kind },
      positive: { kind: 'number', values: positive },
      level: { kind: 'text', values: level },
      price: { kind: 'number', values: price },
    },
  };
}

export const syntheticFeatures = [
  { name: 'amount', kind: 'numeric' },
  { name: 'age', kind: 'numeric' },
  { name: 'flag', kind: 'boolean' },
  { name: 'kind', kind: 'categorical' },
] as const;
