import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DataError } from '../../../engine/base/errors.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { mlflowVenv } from '../../mlflow/mlflowVenv.ts';
import { inputs, openAddress, rows, table } from './openAddress.ts';
import { startMlflowModel, type StartedServer } from './startModelServer.ts';

const lacking = mlflowVenv.prepare();
const options = { skip: lacking ?? false };
const folder = makeProject();
const servers = new Map<string, StartedServer>();
let own: { labels: string[]; scores: number[][]; values: number[] };

before(
  async () => {
    if (lacking !== null) return;
    own = JSON.parse(
      mlflowVenv.run(join(import.meta.dirname, 'trainForServers.py'), JSON.stringify({ folder, kind: 'mlflow', rows })),
    ) as typeof own;
    const start = async (model: string) =>
      void servers.set(model, await startMlflowModel(mlflowVenv.python, folder, model));
    await Promise.all(['labels', 'scores', 'values'].map(start));
  },
  { timeout: 300_000 },
);
after(() => Promise.all([...servers.values()].map((server) => server.stop())));
const urlOf = (model: string) => servers.get(model)?.url ?? '';

test('the protocol of an MLflow server is detected, and its version shown', options, async () => {
  const { description } = await openAddress({ address: urlOf('labels') });
  assert.equal(description.runtime, `MLflow 3.17.2 at ${urlOf('labels')}`);
  assert.equal(description.inputs, null);
});

test('classes are those of the model itself, with missing values and unknown categories', options, async () => {
  const model = await openAddress({ address: `${urlOf('labels')}/invocations` });
  assert.deepEqual(await model.answer(table, inputs), { kind: 'labels', values: own.labels });
});

test('scores are bit for bit those of the model itself', options, async () => {
  const model = await openAddress({ address: urlOf('scores'), protocol: 'mlflow' });
  const answers = await model.answer(table, inputs);
  assert.equal(answers.kind, 'scores');
  assert.deepEqual(answers.kind === 'scores' && answers.columns.map((column) => [...column]), [
    own.scores.map(([fine]) => fine),
    own.scores.map(([, fraud]) => fraud),
  ]);
});

test('values of a regression are bit for bit those of the model itself', options, async () => {
  const model = await openAddress({ address: urlOf('values') });
  assert.deepEqual(await model.answer(table, inputs), { kind: 'values', values: Float64Array.from(own.values) });
});

test('an error of the model names the address, the status and the reason of the server', options, async () => {
  const some = inputs.slice(0, 2);
  const withSignature = await openAddress({ address: urlOf('labels') });
  await assert.rejects(withSignature.answer(table, some), (error) => {
    assert.ok(error instanceof DataError);
    assert.match(error.message, new RegExp(`^${urlOf('labels')}/invocations answered 400: `));
    assert.match(error.message, /Model is missing inputs \['country'\]\.$/);
    return true;
  });
  const withoutSignature = await openAddress({ address: urlOf('values') });
  await assert.rejects(withoutSignature.answer(table, some), /ValueError: columns are missing: \{'country'\}\.$/);
});

test('rows beyond one request are sent in several, in order', options, async () => {
  const model = await openAddress({ address: urlOf('values') });
  const many = 2501;
  const counts = Float64Array.from({ length: many }, (_, row) => row);
  const wide = {
    rows: many,
    columns: {
      amount: { kind: 'number' as const, values: counts },
      count: { kind: 'number' as const, values: new Float64Array(many) },
      country: { kind: 'text' as const, values: Array.from({ length: many }, () => 'DE') },
    },
  };
  const answers = await model.answer(wide, inputs);
  assert.ok(answers.kind === 'values');
  assert.equal(answers.values.length, many);
  assert.ok(answers.values.every((value, row) => row === 0 || value > (answers.values[row - 1] ?? 0)));
});
