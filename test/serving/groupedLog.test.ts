import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../engine/tracking/openStore.ts';
import { GroupedLog } from '../../engine/serving/groupedLog.ts';
import { eachPrediction, type LoggedPrediction } from '../../engine/serving/predictionLog.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { makeProject } from '../helpers/makeProject.ts';

const span = { deployment: 'api', start: 0, end: 10 };
const row = (key: string): LoggedPrediction => ({
  at: 5,
  key,
  features: { amount: 1 },
  score: 0.5,
  prediction: 'true',
  predictMs: 1,
  error: null,
});

test('requests that are answered together share a transaction, and each waits for it', async (t) => {
  const store = openStore(makeProject());
  t.after(() => store.sql.close());
  const write = t.mock.method(store.sql, 'write');
  const log = new GroupedLog(store);
  const keys = () => [...eachPrediction(store, span)].map(({ key }) => key);
  const writes = ['a', 'b', 'c'].map((key) => log.write(answeredRequest('api', { requestId: key }), [row(key)]));
  assert.deepEqual(keys(), []);
  await writes[0];
  assert.deepEqual(keys(), ['a', 'b', 'c']);
  // One for the group, and inside it one for each request.
  assert.equal(write.mock.callCount(), 4);
  await Promise.all(writes);
  await log.write(answeredRequest('api'), [row('d')]);
  assert.equal(write.mock.callCount(), 6);
});

test('when the log cannot be written, no request of the group is answered', async () => {
  const store = openStore(makeProject());
  const log = new GroupedLog(store);
  store.sql.close();
  const results = await Promise.allSettled([
    log.write(answeredRequest('api'), [row('a')]),
    log.write(answeredRequest('api'), [row('b')]),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});
