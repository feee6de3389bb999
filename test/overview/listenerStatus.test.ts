// What `status` tells of listeners: one of events that listens, took events, was killed, stopped or never ran; one of a
// broker.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { listenerStatus } from '../../engine/overview/listenerStatus.ts';
import { listenerText } from '../../words/listeners.ts';
import { eventsProject } from '../helpers/eventsProject.ts';
import { runCli, startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

test('a listener tells its address and what it took; one that was killed has died', async () => {
  const root = eventsProject();
  const from = { events: 'data/spool' };
  assert.deepEqual([listenerStatus(root, from)?.state, listenerStatus(root, from)?.waitingBytes], ['stopped', 0]);
  assert.equal(listenerStatus(root, { files: 'x.csv' }), null);
  const listener = startCli(['collect', '--listen', '--port', '0', '--json', '--project', root]);
  const { url } = JSON.parse(await until('it listens', () => listener.out().split('\n')[0], 60_000)) as { url: string };
  const answer = await fetch(`${url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ id: 'a', page: '/' }, { id: 'b', page: '/' }, { id: 'c' }]),
  });
  assert.equal(answer.status, 200);
  const status = await until('it is told', () => {
    const found = listenerStatus(root, from);
    return found?.taken === 2 ? found : null;
  });
  assert.deepEqual([status.state, status.address, status.pid], ['listening', url, listener.child.pid]);
  assert.ok(status.waitingBytes > 0 && (status.lastAt ?? 0) > Date.now() - 60_000);
  const { out } = await runCli(['status', '--project', root]);
  assert.match(out, new RegExp(`clicks: listening at ${url} · 2 taken · last .+ · \\d+ B wait to be collected`));
  listener.child.kill('SIGKILL');
  await listener.ended;
  const died = listenerStatus(root, from);
  assert.deepEqual([died?.state, died?.taken], ['died', 2]);
  assert.match(
    died ? listenerText(died) : '',
    /\(process \d+\) has died; start it again with `loopwright collect --listen`/,
  );
  // The next one takes the spool over, and one that is stopped leaves nothing behind.
  const next = startCli(['collect', '--listen', '--port', '0', '--json', '--project', root]);
  await until('it listens', () => next.out().includes('"url"'), 60_000);
  assert.equal(listenerStatus(root, from)?.state, 'listening');
  next.child.kill('SIGTERM');
  await next.ended;
  const stopped = listenerStatus(root, from);
  assert.equal(stopped?.state, 'stopped');
  assert.match(stopped ? listenerText(stopped) : '', /^not listening · \d+ B wait to be collected$/);
});

test('a broker is named without its password', () => {
  const root = join(eventsProject(), 'nothing');
  const status = listenerStatus(root, { mqtt: 'mqtts://ada:secret@plant.example:8883', topics: 'p/#' });
  assert.deepEqual([status?.state, status?.address], ['stopped', 'mqtts://plant.example:8883']);
});
