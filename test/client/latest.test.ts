import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { latest } from '../../client/latest.ts';

it('never drops the last event, and never runs twice at once', async () => {
  let running = 0;
  let value = 0;
  let seen = -1;
  let runs = 0;
  const work = latest(async () => {
    assert.equal(++running, 1);
    runs++;
    const now = value;
    await wait(15);
    seen = now;
    running--;
  }, 5);
  for (value = 1; value < 20; value++) {
    work.ask();
    await wait(2);
  }
  value = 99;
  work.ask();
  await wait(80);
  assert.equal(seen, 99);
  assert.ok(runs < 10, `${runs} runs for 20 events`);
});

it('is not postponed for ever by a stream of events', async () => {
  let runs = 0;
  const work = latest(async () => {
    runs++;
  }, 20);
  for (let i = 0; i < 20; i++) {
    work.ask();
    await wait(5);
  }
  assert.ok(runs >= 2);
  work.dispose();
});
