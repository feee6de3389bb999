import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostOf, refused } from '../helpers/hostOf.ts';
import { trainedOrders } from '../helpers/trainedOrders.ts';

const trained = trainedOrders();

test('a model has a card, is promoted, and the first champion cannot be rolled back', async () => {
  const { ask } = hostOf(trained().root);
  assert.equal((await ask('models/card', { name: null, version: 'latest' })).version, 1);
  assert.deepEqual(await ask('models/promote', { name: 'orders', version: 1 }), {
    name: 'orders',
    version: 1,
    previous: null,
  });
  await assert.rejects(ask('models/promote', { name: 'orders', version: 7 }), refused(/has no version 7/));
  await assert.rejects(ask('models/rollback', { name: 'orders' }), refused(/first champion/));
  assert.deepEqual(
    (await ask('project/overview', {})).models.map(({ aliases }) => aliases),
    [['champion']],
  );
});
