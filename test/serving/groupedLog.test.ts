import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { StoreError } from '../../engine/base/errors.ts';
import { openDatabase } from '../../engine/store/openDatabase.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { GroupedLog } from '../../engine/serving/groupedLog.ts';
import { eachPrediction, type LoggedPrediction } from '../../engine/serving/predictionLog.ts';
import { answeredRequest } from '../helpers/answeredRequest.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

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
  const write = t.mock.method(store.sql, 'tryWrite');
  const log = new GroupedLog(store);
  const keys = () => [...eachPrediction(store, span)].map(({ key }) => key);
  const writes = ['a', 'b', 'c'].map((key) => log.write(answeredRequest('api', { requestId: key }), [row(key)]));
  assert.deepEqual(keys(), []);
  await writes[0];
  assert.deepEqual(keys(), ['a', 'b', 'c']);
  assert.equal(write.mock.callCount(), 1);
  await Promise.all(writes);
  await log.write(answeredRequest('api'), [row('d')]);
  assert.equal(write.mock.callCount(), 2);
});

test('a locked store is waited for while the process does other work, then the requests are refused', async (t) => {
  const store = openStore(makeProject());
  const other = openDatabase(join(store.folder, 'loopwright.db'));
  t.after(() => {
    other.close();
    store.sql.close();
  });
  const log = new GroupedLog(store, { withinMs: 200 });
  other.run('BEGIN IMMEDIATE');
  const refused = log.write(answeredRequest('api'), [row('a')]);
  await until('the log waits', () => log.state.state === 'waiting');
  await assert.rejects(refused, (error) => error instanceof StoreError && error.fault === 'busy');
  assert.equal(log.state.state, 'failing');
  const late = log.write(answeredRequest('api'), [row('b')]);
  other.run('ROLLBACK');
  await late;
  assert.deepEqual(log.state, { state: 'ok' });
  assert.deepEqual(
    [...eachPrediction(store, span)].map(({ key }) => key),
    ['b'],
  );
  await log.close();
});

test('a log that failed is tried again until it can be written, and nothing is left of the tries', async (t) => {
  const store = openStore(makeProject());
  t.after(() => store.sql.close());
  const log = new GroupedLog(store);
  const pages = store.sql.numbers('PRAGMA page_count')[0] ?? 0;
  store.sql.numbers(`PRAGMA max_page_count = ${pages}`);
  const many = Array.from({ length: 500 }, (_, i) => row(`key ${i}`));
  await assert.rejects(
    log.write(answeredRequest('api'), many),
    (error) => error instanceof StoreError && error.fault === 'full',
  );
  assert.equal(log.state.state, 'failing');
  store.sql.numbers('PRAGMA max_page_count = 1000000');
  await until('the log is written again', () => log.state.state === 'ok');
  assert.deepEqual([...eachPrediction(store, span)], []);
  await log.close();
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
