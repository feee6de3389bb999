import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMessages, messageHash } from '../../../../engine/data/sources/mqtt/recentMessages.ts';
import { makeProject } from '../../../helpers/makeProject.ts';

const still = messageHash('p/1', Buffer.from('21.5'));

test('a message without acknowledgement is known on the next connections, until a new one comes', () => {
  const recent = new RecentMessages(makeProject());
  recent.connected();
  recent.add(1, still);
  recent.add(2, still);
  recent.connected();
  assert.ok(recent.has(2, still), 'sent again');
  recent.connected();
  assert.ok(recent.has(2, still), 'sent again twice');
  recent.sawNew();
  assert.ok(recent.has(2, still), 'its acknowledgement left on this connection');
  assert.ok(!recent.has(1, still), 'the broker had its acknowledgement');
});

test('a broker that numbers its messages as before a crash loses none of the same value', () => {
  const recent = new RecentMessages(makeProject());
  recent.connected();
  for (let packet = 1; packet <= 9; packet++) recent.add(packet, still);
  // It starts again at 5, and a new message with the number 7 gets no acknowledgement.
  recent.connected();
  recent.sawNew();
  recent.add(5, still);
  recent.add(6, still);
  recent.connected();
  assert.ok(recent.has(6, still));
  assert.ok(!recent.has(7, still), 'it is another message');
});
