import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { DataError, WorkError } from '../../../engine/base/errors.ts';
import { makeProject } from '../../helpers/makeProject.ts';
import { inferenceVenv } from './inferenceVenv.ts';
import { inputs, openAddress, rows, table } from './openAddress.ts';
import { freePort, startModelServer, type StartedServer } from './startModelServer.ts';

const lacking = inferenceVenv.prepare();
const options = { skip: lacking ?? false };
const folder = makeProject();
let server: StartedServer | null = null;
let own: { labels: string[]; scores: number[][]; tensor: number[][] };

before(
  async () => {
    if (lacking !== null) return;
    own = JSON.parse(
      inferenceVenv.run(
        join(import.meta.dirname, 'trainForServers.py'),
        JSON.stringify({ folder, kind: 'mlserver', rows }),
      ),
    ) as typeof own;
    const others = [await freePort(), await freePort()].map(String);
    server = await startModelServer(join(inferenceVenv.python, '../mlserver'), () => ['start', folder], {
      cwd: folder,
      path: '/v2/health/ready',
      env: (port) => ({
        MLSERVER_HTTP_PORT: String(port),
        MLSERVER_GRPC_PORT: others[0] ?? '',
        MLSERVER_METRICS_PORT: others[1] ?? '',
        MLSERVER_PARALLEL_WORKERS: '0',
        MLSERVER_HOST: '127.0.0.1',
      }),
    });
  },
  { timeout: 300_000 },
);
after(() => server?.stop());
const url = () => server?.url ?? '';
const columns = (lists: number[][]) => [0, 1].map((c) => Float64Array.from(lists, (list) => list[c] ?? Number.NaN));

test('the address of a model says protocol and name, and its product is shown', options, async () => {
  const { description } = await openAddress({ address: `${url()}/v2/models/plain/infer` });
  assert.equal(description.runtime, `mlserver 1.7.1 at ${url()}`);
  assert.equal(description.inputs, null);
});

test('a model that declares nothing takes a column an input and answers its classes', options, async () => {
  const model = await openAddress({ address: url(), model: 'plain' });
  assert.deepEqual(await model.answer(table, inputs), { kind: 'labels', values: own.labels });
});

test('`output` asks for the scores of a model that declares nothing', options, async () => {
  const model = await openAddress({ address: url(), model: 'plain', output: 'predict_proba' });
  assert.deepEqual(await model.answer(table, inputs), { kind: 'scores', columns: columns(own.scores) });
});

test('declared inputs give names and types, and declared scores are asked for', options, async () => {
  const model = await openAddress({ address: url(), model: 'declared' });
  assert.deepEqual(model.description.inputs, [
    { name: 'amount', type: 'number', optional: false },
    { name: 'count', type: 'integer', optional: false },
    { name: 'country', type: 'text', optional: false },
  ]);
  assert.deepEqual(await model.answer(table, inputs), { kind: 'scores', columns: columns(own.scores) });
});

test('a missing value of a type that has none names row and column', options, async () => {
  const model = await openAddress({ address: url(), model: 'declared' });
  const count = Float64Array.from([1, Number.NaN, 3, 4, 5]);
  await assert.rejects(
    model.answer({ ...table, columns: { ...table.columns, count: { kind: 'number', values: count } } }, inputs),
    (error) => error instanceof DataError && error.message.startsWith('row 1: count is missing'),
  );
});

test('one tensor takes the numbers of a row in order', options, async () => {
  const model = await openAddress({ address: url(), model: 'tensor' });
  assert.equal(model.description.width, 2);
  const amount = Float64Array.from(rows, (row) => row.amount ?? 0);
  const filled = { ...table, columns: { ...table.columns, amount: { kind: 'number' as const, values: amount } } };
  assert.deepEqual(await model.answer(filled, inputs.slice(0, 2)), { kind: 'scores', columns: columns(own.tensor) });
});

test('a tensor of numbers refuses other widths and texts by name', options, async () => {
  const model = await openAddress({ address: url(), model: 'tensor' });
  await assert.rejects(model.answer(table, inputs), /takes 2 numbers a row, and the data has 3 features/);
  await assert.rejects(model.answer(table, inputs.slice(1)), /country is a text column/);
});

test('an input that is no column is refused by name and shape', options, async () => {
  await assert.rejects(
    openAddress({ address: url(), model: 'picture' }),
    /The input `image` of `picture` has the shape \[-1, 3, 224, 224\]/,
  );
});

test('a server with several models lists them when none is named', options, async () => {
  await assert.rejects(openAddress({ address: url() }), (error) => {
    assert.ok(error instanceof WorkError);
    for (const name of ['plain', 'declared', 'tensor', 'picture']) assert.match(error.message, new RegExp(name));
    return true;
  });
});

test('unknown models and outputs are named', options, async () => {
  await assert.rejects(openAddress({ address: url(), model: 'nobody' }), /answered 404: .*nobody/);
  await assert.rejects(
    openAddress({ address: url(), model: 'declared', output: 'proba' }),
    /has no output `proba`.*It has predict, predict_proba/,
  );
});

test('the error of the model is shown', options, async () => {
  const model = await openAddress({ address: url(), model: 'plain' });
  await assert.rejects(model.answer(table, inputs.slice(0, 2)), /\/v2\/models\/plain\/infer answered \d+: .*country/);
});
