import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { followStopRequests, requestStop } from '../../engine/runner/stopRequest.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { until } from '../helpers/until.ts';

test('a run obeys the request to itself, once, and no other', async () => {
  const store = { folder: makeProject({}) };
  const stopped: string[] = [];
  const ends = ['first', 'second'].map((owner) => followStopRequests(store, owner, () => void stopped.push(owner)));
  requestStop(store, 'second');
  await until('the second is asked', () => stopped.length > 0);
  assert.deepEqual(stopped, ['second']);
  assert.ok(!existsSync(join(store.folder, 'stop.request')), 'the request is gone when it was obeyed');
  requestStop(store, 'gone');
  requestStop(store, 'first');
  await until('the first is asked', () => stopped.length > 1);
  for (const end of ends) end();
  assert.deepEqual(stopped, ['second', 'first']);
});

test('a request that came as the run ended is not left for the next', () => {
  const store = { folder: makeProject({}) };
  const end = followStopRequests(store, 'owner', () => assert.fail('it has ended'));
  requestStop(store, 'owner');
  end();
  assert.ok(!existsSync(join(store.folder, 'stop.request')));
});
