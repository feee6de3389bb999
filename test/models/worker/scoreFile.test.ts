import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { withDatabase } from '../../../engine/data/withDatabase.ts';
import type { TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { longTest } from '../../helpers/rounds.ts';
import { ownModel, type OwnModel } from './ownModel.ts';

const inputs: TypedInput[] = [
  { name: 'x', type: 'number' },
  { name: 'n', type: 'integer' },
  { name: 'city', type: 'text' },
  { name: 'member', type: 'boolean' },
  { name: 'day', type: 'datetime' },
  { name: 'at', type: 'datetime' },
];
/** Uses every column, and notes how many rows it is given at once. */
const code = `
import os
def predict(frame):
    with open(os.path.join(os.path.dirname(__file__), "steps"), "a") as file:
        file.write(f"{len(frame)} ")
    if frame["x"].eq(-1).any():
        raise ValueError("below zero")
    parts = frame["city"].str.len().fillna(0) + frame["member"].fillna(False).astype(int) + frame["day"].dt.day.fillna(0)
    return frame["x"].fillna(0.25) * 3 + frame["n"] + parts + frame["at"].dt.microsecond / 1e6
`;

/** Columns with missing values, of the types that a table of DuckDB has. */
async function writeRows(
  model: OwnModel,
  rows: number,
  x = 'CASE WHEN i % 7 = 0 THEN NULL ELSE i / 3 END',
): Promise<string> {
  const path = join(model.folder, 'rows.parquet');
  await withDatabase(undefined, (db) =>
    db.run(
      `COPY (SELECT 'other' AS other, ${x} AS x, CAST(i AS INTEGER) AS n,
         CASE WHEN i % 5 = 0 THEN NULL ELSE 'Köln ' || i END AS city,
         CASE WHEN i % 3 = 0 THEN NULL ELSE i % 2 = 0 END AS member,
         CASE WHEN i % 4 = 0 THEN NULL ELSE DATE '2024-01-01' + CAST(i % 300 AS INTEGER) END AS day,
         TIMESTAMP '2024-01-01' + to_microseconds(i * 1234567) AS at
       FROM range(${rows}) r(i)) TO '${path}' (FORMAT parquet)`,
    ),
  );
  return path;
}

async function answersOf(model: OwnModel, input: string): Promise<{ values: Float64Array; steps: number[] }> {
  const output = join(model.folder, 'answers.parquet');
  const steps: number[] = [];
  await model.answerFile?.({ input, output, inputs, onRows: (rows) => steps.push(rows) });
  const { columns } = await withDatabase(undefined, (db) => db.table(`SELECT * FROM '${output}'`));
  assert.deepEqual(Object.keys(columns), ['c0']);
  return { values: columns['c0']?.values as Float64Array, steps };
}

/** A Python without pyarrow: the packages of the tests, with a module of that name that cannot be imported. */
async function withoutArrow(t: TestContext): Promise<OwnModel> {
  return ownModel(t, `import sys\nsys.modules["pyarrow"] = None\nsys.modules["pyarrow.parquet"] = None\n${code}`);
}

test('a file is scored in batches, with the answers that its rows get by themselves', async (t) => {
  const model = await ownModel(t, code);
  const input = await writeRows(model, 150_000);
  const { values, steps } = await answersOf(model, input);
  assert.deepEqual(steps, [65_536, 131_072, 150_000]);
  const table = await withDatabase(undefined, (db) =>
    db.table(
      `SELECT x, n, city, CAST(member AS DOUBLE) AS member, CAST(day AS TIMESTAMP) AS day, "at" FROM '${input}'`,
    ),
  );
  const answers = await model.answer(table, inputs);
  assert.equal(answers.kind, 'values');
  assert.deepEqual(answers.kind === 'values' && answers.values, values);
});

test('without a package that reads Parquet, a file gets the same answers', async (t) => {
  const [with_, without] = [await ownModel(t, code), await withoutArrow(t)];
  const input = await writeRows(with_, 60_000);
  const expected = await answersOf(with_, input);
  const found = await answersOf(without, input);
  assert.deepEqual(found.values, expected.values);
  assert.deepEqual(found.steps, [51_200, 60_000]);
});

for (const [name, open] of [
  ['with pyarrow', (t: TestContext) => ownModel(t, code)],
  ['without pyarrow', withoutArrow],
] as const)
  test(`a row that raises is named by its place in the file, ${name}`, async (t) => {
    const model = await open(t);
    const input = await writeRows(model, 90_000, 'CASE WHEN i = 71234 THEN -1 ELSE i END');
    const output = join(model.folder, 'answers.parquet');
    await assert.rejects(model.answerFile?.({ input, output, inputs }) ?? Promise.resolve(), {
      name: 'DataError',
      message: 'row 71234: ValueError: below zero',
    });
    assert.ok(!existsSync(output), 'no half of a file is left');
  });

test('a file without rows, and one without a column of the model', async (t) => {
  const model = await ownModel(t, code);
  const empty = await answersOf(model, await writeRows(model, 0));
  assert.equal(empty.values.length, 0);
  const input = join(model.folder, 'lacking.parquet');
  await withDatabase(undefined, (db) => db.run(`COPY (SELECT 1.0 AS x, 2 AS n) TO '${input}' (FORMAT parquet)`));
  await assert.rejects(answersOf(model, input), { name: 'DataError', message: /no column `city`/ });
});

test('a cancelled file ends its worker, and rows are answered meanwhile and after', async (t) => {
  const model = await ownModel(
    t,
    `
import time
def predict(frame):
    time.sleep(60 if len(frame) > 1 and frame["x"].iloc[0] > 9 else 0)
    return frame["x"] * 1.0
`,
  );
  const input = await writeRows(model, 300_000);
  const cancel = new AbortController();
  let started = () => {};
  const first = new Promise<void>((resolve) => (started = resolve));
  const output = join(model.folder, 'answers.parquet');
  const scoring = model.answerFile?.({
    input,
    output,
    inputs: inputs.slice(0, 1),
    signal: cancel.signal,
    onRows: started,
  });
  scoring?.catch(() => {});
  await first;
  assert.deepEqual(await model.values(4), [4]);
  cancel.abort();
  await assert.rejects(scoring ?? Promise.resolve(), { name: 'CancelledError' });
  assert.deepEqual(
    readdirSync(model.folder).filter((name) => name.startsWith('answers')),
    [],
  );
  assert.deepEqual(await model.values(5), [5]);
});

longTest('memory does not grow with the length of a file', async (t) => {
  const model = await ownModel(
    t,
    `
import resource
def predict(frame):
    return frame["x"] * 0.0 + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
`,
  );
  const input = await writeRows(model, 3_000_000, 'i * 1.0');
  const { values } = await answersOf(model, input);
  const [early = 0, late = 0] = [values[500_000], values.at(-1)];
  // The file has 3,000,000 texts, numbers and times: more than 300 MB in memory.
  assert.ok(late - early < 60, `${early} MB after 500,000 rows, ${late} MB at the end`);
});
