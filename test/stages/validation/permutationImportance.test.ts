import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDatabase } from '../../../engine/data/database.ts';
import type { Table } from '../../../engine/data/table.ts';
import type { Predictor } from '../../../engine/models/predictor.ts';
import type { Validation } from '../../../engine/project/schema/validateStage.ts';
import { permutationImportance } from '../../../engine/stages/validation/permutationImportance.ts';
import { seededRandom } from '../../../engine/statistics/random.ts';
import { rounds } from '../../helpers/rounds.ts';

const db = await openDatabase({ threads: 1 });
after(() => db.close());

/** y = 3 a + b, and c is noise; with errors, the increase of shuffling a is 2 · 9 · var(a). */
const weights: Record<string, number> = { a: 3, b: 1, c: 0 };

const model = {
  meta: {
    task: 'regression',
    target: 'y',
    positive: null,
    classes: [],
    features: ['a', 'b', 'c'].map((name) => ({ name, kind: 'numeric' })),
  },
  predict: ({ rows, columns }: Table) => {
    const values = new Float64Array(rows);
    for (const [name, weight] of Object.entries(weights)) {
      const column = columns[name];
      if (column?.kind === 'number')
        column.values.forEach((value, i) => (values[i] = (values[i] ?? 0) + weight * value));
    }
    return Promise.resolve({ task: 'regression', values, probabilities: [] });
  },
} as unknown as Predictor;

async function measure(sql: string, importance: Validation['importance'], seed = 1) {
  return permutationImportance(db, {
    sql,
    model,
    inputs: { model: '', data: '', importance },
    options: { threshold: null, minPrecision: 0.9 },
    seed,
    signal: new AbortController().signal,
    progress: () => {},
  });
}

async function sample(rows: number, seed: number): Promise<string> {
  const random = seededRandom(seed);
  const normal = () => Array.from({ length: 12 }, () => random.next()).reduce((sum, one) => sum + one, -6);
  const columns = (['a', 'b', 'c', 'y'] as const).map((name) => ({ name, kind: 'number' as const }));
  const values = Array.from({ length: rows }, () => {
    const [a, b, c] = [normal(), normal(), normal()];
    return [a, b, c, 3 * a + b + normal()];
  });
  await db.run('DROP TABLE IF EXISTS rows_here');
  await db.create('rows_here', columns);
  await db.append(
    'rows_here',
    columns,
    columns.map((_, k) => values.map((row) => row[k] ?? 0)),
  );
  return 'SELECT * FROM rows_here';
}

test('the increase of the loss is that of the formula, and noise has none', async () => {
  const found = await measure(await sample(4000, 5), { rows: 4000, repeats: 3 });
  assert.deepEqual([found?.loss, found?.rows, found?.repeats], ['squared_error', 4000, 3]);
  assert.deepEqual(
    found?.features.map(({ feature }) => feature),
    ['a', 'b', 'c'],
  );
  const [a, b, c] = found?.features ?? [];
  assert.ok(Math.abs((a?.value ?? 0) - 18) < 1.5, `${a?.value}`);
  assert.ok(Math.abs((b?.value ?? 0) - 2) < 0.3, `${b?.value}`);
  assert.deepEqual([c?.value, c?.low, c?.high], [0, 0, 0]);
  assert.deepEqual(
    await measure('SELECT * FROM rows_here', { rows: 500 }),
    await measure('SELECT * FROM rows_here', { rows: 500 }),
  );
  assert.equal(await measure('SELECT * FROM rows_here', false), null);
  assert.equal(await measure('SELECT * FROM rows_here LIMIT 1', true), null);
});

test('the 95 % interval holds the increase in about 95 % of samples', async () => {
  const samples = rounds(300);
  let held = 0;
  for (let s = 0; s < samples; s++) {
    const found = await measure(await sample(200, 100 + s), { rows: 200, repeats: 5 }, s);
    const b = found?.features.find(({ feature }) => feature === 'b');
    if ((b?.low ?? 0) <= 2 && (b?.high ?? 0) >= 2) held++;
  }
  const share = held / samples;
  assert.ok(share > 0.95 - 0.02 - 3 * Math.sqrt(0.0475 / samples), `${share} of ${samples}`);
});
