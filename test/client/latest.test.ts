import assert from 'node:assert/strict';
import { it } from 'node:test';
import { latest } from '../../client/latest.ts';

it('never drops the last event, and never runs twice at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let [running, value, seen, runs] = [0, 0, -1, 0];
  let finish = () => {};
  const work = latest(async () => {
    assert.equal(++running, 1);
    runs++;
    seen = value;
    await new Promise<void>((resolve) => void (finish = resolve));
    running--;
  }, 5);
  for (value = 1; value <= 20; value++) {
    work.ask();
    t.mock.timers.tick(2);
  }
  assert.deepEqual([runs, seen], [1, 3], 'events during a run do not start another');
  value = 99;
  work.ask();
  t.mock.timers.tick(5);
  finish();
  // A bounded number of turns of the event loop; timers are mocked.
  for (let turn = 0; turn < 20 && seen !== 99; turn++) {
    await new Promise((resolve) => void setImmediate(resolve));
    t.mock.timers.tick(5);
  }
  assert.deepEqual([runs, seen], [2, 99]);
  finish();
});

it('is not postponed for ever by a stream of events', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let runs = 0;
  const work = latest(() => {
    runs++;
    return Promise.resolve();
  }, 20);
  for (let i = 0; i < 20; i++) {
    work.ask();
    t.mock.timers.tick(5);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  assert.ok(runs >= 2, `${runs} runs in 100 ms`);
  work.dispose();
});
