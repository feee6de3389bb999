import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TypedInput } from '../../../engine/models/flavours/flavour.ts';
import { configFor, loadProject } from '../../../engine/project/loadProject.ts';
import { promote } from '../../../engine/registry/promote.ts';
import { serveDeployment, type RunningServer } from '../../../engine/serving/serveDeployment.ts';
import { orders } from '../../helpers/ordersProject.ts';
import { trainedOrders } from '../../helpers/trainedOrders.ts';
import { openAddress } from './openAddress.ts';

const trained = trainedOrders();
const rows = orders({ rows: 1203, firstDay: 100, seed: 5 });
const inputs: TypedInput[] = [
  { name: 'amount', type: 'number' },
  { name: 'hour', type: 'integer' },
  { name: 'country', type: 'text' },
];

test('the scores of `loopwright serve` come as it answers them, in several requests', async (t) => {
  let running: RunningServer | undefined;
  t.after(() => running?.close());
  const { root, store } = trained();
  promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me' });
  const project = loadProject(root);
  const config = configFor(project, 'default');
  running = await serveDeployment({ project, store, config, deployment: 'production', port: 0 });
  const model = await openAddress({ address: running.url });
  assert.equal(model.description.runtime, `Loopwright at ${running.url}, version 1`);
  assert.deepEqual(
    model.description.inputs?.map(({ name, type }) => [name, type]),
    [
      ['amount', 'number'],
      ['hour', 'number'],
      ['country', 'text'],
    ],
  );
  assert.deepEqual(model.description.classes, ['false', 'true']);
  assert.equal(model.description.scores, 'probability');
  const answers = await model.answer(
    {
      rows: rows.length,
      columns: {
        amount: { kind: 'number', values: Float64Array.from(rows, ({ amount }) => amount) },
        hour: { kind: 'number', values: Float64Array.from(rows, ({ hour }) => hour) },
        country: { kind: 'text', values: rows.map(({ country }) => country) },
      },
    },
    inputs,
  );
  const one = await fetch(`${running.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [rows[1100]] }),
  });
  const { predictions } = (await one.json()) as { predictions: { score: number }[] };
  assert.ok(answers.kind === 'scores');
  assert.deepEqual(answers.classes, ['true']);
  assert.equal(answers.columns[0]?.length, rows.length);
  assert.equal(answers.columns[0]?.[1100], predictions[0]?.score);
});
