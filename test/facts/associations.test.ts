import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '../../engine/data/database.ts';
import { quoteLiteral } from '../../engine/data/quote.ts';
import { stampFiles } from '../../engine/facts/datasetFacts.ts';
import type { TrainRequest } from '../../engine/facts/requests.ts';
import { trainFacts } from '../../engine/facts/trainFacts.ts';
import { seededRandom } from '../../engine/statistics/random.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { askPython, preparePython } from '../statistics/parityPython.ts';

const db = await openDatabase({ threads: 1 });
const random = seededRandom(41);

type Cell = number | string | boolean | null;

/** The association of values that trainFacts measures between a feature `x` and a target `y` in a Parquet file. */
async function measure(...args: Parameters<typeof measureAll>) {
  return (await measureAll(...args)).find((found) => found.measure !== 'missing') ?? null;
}

async function measureAll(
  x: Cell[],
  y: Cell[],
  types: [string, string],
  task: TrainRequest['task'],
  positive = 'true',
) {
  const root = makeProject();
  const cell = (value: Cell) =>
    value === null
      ? 'NULL'
      : typeof value === 'number' && !Number.isFinite(value)
        ? `'${value}'::DOUBLE`
        : typeof value === 'string'
          ? quoteLiteral(value)
          : String(value);
  await db.run(
    `CREATE OR REPLACE TABLE t AS SELECT x::${types[0]} AS x, y::${types[1]} AS y FROM (VALUES ${x.map((value, i) => `(${cell(value)}, ${cell(y[i] ?? null)})`).join(', ')}) v(x, y)`,
  );
  await db.run(`COPY t TO ${quoteLiteral(join(root, 't.parquet'))} (FORMAT parquet)`);
  const request: TrainRequest = {
    kind: 'train',
    name: 's',
    path: 't.parquet',
    schema: { fields: [{ name: 'x' }, { name: 'y' }] },
    task,
    target: 'y',
    features: ['x'],
    timestamp: null,
    positive: task === 'binary' ? positive : null,
  };
  return (await trainFacts(db, root, request, await stampFiles(root, 't.parquet')))?.associations ?? [];
}

const missing = preparePython();
test(
  'how much a feature tells of the target agrees with scikit-learn and numpy: ties, gaps, NaN, rare classes',
  { skip: missing ?? false },
  async () => {
    const questions: { measure: string; args: [Cell[], Cell[]]; ours: number }[] = [];
    const ask = async (name: string, x: Cell[], y: Cell[], types: [string, string], task: TrainRequest['task']) => {
      const found = await measure(x, y, types, task);
      const kept = x
        .map((_, i) => i)
        .filter(
          (i) =>
            x[i] !== null &&
            y[i] !== null &&
            (typeof x[i] !== 'number' || Number.isFinite(x[i])) &&
            (typeof y[i] !== 'number' || Number.isFinite(y[i])),
        );
      const args: [Cell[], Cell[]] = [kept.map((i) => x[i] ?? null), kept.map((i) => y[i] ?? null)];
      if (found) questions.push({ measure: name, args, ours: found.value });
      return found;
    };
    const gap = (value: number) => (random.next() < 0.1 ? (random.next() < 0.5 ? null : Number.NaN) : value);
    for (let round = 0; round < 40; round++) {
      const n = 60 + random.integer(300);
      const rare = [0.5, 0.1, 0.02][round % 3] ?? 0.5;
      const truth = Array.from({ length: n }, () => random.next() < rare);
      const coarse = round % 2 === 0;
      const number = truth.map((yes) =>
        gap(coarse ? Math.round(random.next() * 4 + (yes ? 1 : 0)) : random.next() * 1e6 + (yes ? 3e5 : 0)),
      );
      const level = truth.map((yes) =>
        random.next() < 0.05
          ? null
          : yes && random.next() < 0.6
            ? 'odd'
            : (['a', 'b', "it's"][random.integer(3)] ?? 'a'),
      );
      await ask('auc_alone', number, truth, ['DOUBLE', 'BOOLEAN'], 'binary');
      await ask('purity', level, truth, ['VARCHAR', 'BOOLEAN'], 'binary');
      const target = number.map((value) =>
        value === null || Number.isNaN(value) ? null : value * 2 + random.next() * (coarse ? 3 : 5e5),
      );
      await ask('r2_alone', number, target, ['DOUBLE', 'DOUBLE'], 'regression');
      await ask('eta2', level, target, ['VARCHAR', 'DOUBLE'], 'regression');
      await ask(
        'purity',
        level,
        truth.map((yes) => (yes ? 'x' : (['y', 'z'][random.integer(2)] ?? 'y'))),
        ['VARCHAR', 'VARCHAR'],
        'multiclass',
      );
    }
    assert.ok(questions.length > 150, `${questions.length} measured`);
    const theirs = askPython(questions.map(({ measure: name, args }) => [name, args]));
    questions.forEach(({ measure: name, ours }, i) =>
      assert.ok(Math.abs(ours - Number(theirs[i])) < 1e-9, `${name}: ${ours} here, ${String(theirs[i])} there`),
    );
  },
);

test('few rows, constants and names with many levels give no association', async () => {
  const truth = Array.from({ length: 200 }, (_, i) => i % 2 === 0);
  assert.equal(await measure([1, 2, 3], [true, false, true], ['DOUBLE', 'BOOLEAN'], 'binary'), null);
  assert.equal(
    await measure(
      truth.map((_, i) => `row ${i}`),
      truth,
      ['VARCHAR', 'BOOLEAN'],
      'binary',
    ),
    null,
    'a name of each row',
  );
  assert.equal(
    (
      await measure(
        truth.map(() => 7),
        truth,
        ['DOUBLE', 'BOOLEAN'],
        'binary',
      )
    )?.value,
    0.5,
  );
  assert.equal(
    await measure(
      truth.map(() => 7),
      truth.map(() => 1),
      ['DOUBLE', 'DOUBLE'],
      'regression',
    ),
    null,
    'no variance, no share of it',
  );
});

test('a number target is positive as a model sees it, whatever its type prints', async () => {
  const target = Array.from({ length: 200 }, (_, i) => Number(i % 3 === 0));
  const feature = target.map((y, i) => 10 * y + (i % 7));
  for (const [type, positive] of [
    ['DOUBLE', '1'],
    ['FLOAT', '1'],
    ['INTEGER', '1.0'],
    ['DECIMAL(9,2)', '1'],
    ['BOOLEAN', 'true'],
    ['VARCHAR', '1'],
  ] as const) {
    const y =
      type === 'BOOLEAN' ? target.map((value) => value === 1) : type === 'VARCHAR' ? target.map(String) : target;
    const found = (await measureAll(feature, y, ['DOUBLE', type], 'binary', positive))[0];
    assert.deepEqual([type, found?.measure, found?.value], [type, 'auc', 1]);
  }
});

test('a feature that has a value only where the target is positive tells the target', async () => {
  const truth = Array.from({ length: 400 }, (_, i) => i % 10 === 0);
  const caseNumber = truth.map((yes, i) => (yes ? i : null));
  const at = async (x: Cell[], type: string, y: Cell[], target: string, task: TrainRequest['task']) => {
    const found = (await measureAll(x, y, [type, target], task)).find((one) => one.measure === 'missing');
    return found && [Number(found.value.toFixed(4)), Number(found.baseline.toFixed(4))];
  };
  assert.deepEqual(await at(caseNumber, 'DOUBLE', truth, 'BOOLEAN', 'binary'), [1, 0.9]);
  assert.deepEqual(
    await at(
      caseNumber.map((value) => value ?? Number.NaN),
      'DOUBLE',
      truth,
      'BOOLEAN',
      'binary',
    ),
    [1, 0.9],
  );
  const refunded = truth.map((yes) => (yes ? '2024-01-01' : null));
  assert.deepEqual(await at(refunded, 'DATE', truth, 'BOOLEAN', 'binary'), [1, 0.9]);
  assert.deepEqual(await at(refunded, 'VARCHAR', truth.map(Number), 'DOUBLE', 'regression'), [1, 0]);
  const byChance = truth.map((_, i) => (i % 4 === 1 ? null : i));
  assert.deepEqual(await at(byChance, 'DOUBLE', truth, 'BOOLEAN', 'binary'), [0.9, 0.9]);
  assert.equal(await at(truth.map(Number), 'DOUBLE', truth, 'BOOLEAN', 'binary'), undefined);
});
