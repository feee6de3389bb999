// Killed in the middle: the listener while clients send, and the collection while it writes. Variations: events with a
// primary key, requests with an Idempotency-Key, neither; single events, arrays and lines; a torn last line.
import assert from 'node:assert/strict';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventsProject, rowsOf } from '../helpers/eventsProject.ts';
import { rounds } from '../helpers/rounds.ts';
import { runCli, startCli, type RunningCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const kills = rounds(20);

async function startListener(root: string): Promise<{ cli: RunningCli; url: string }> {
  const cli = startCli(['collect', '--listen', '--port', '0', '--json', '--project', root]);
  const line = await until(
    'the listener tells its address',
    () => cli.out().split('\n')[0] || cli.child.exitCode !== null,
    60_000,
  );
  assert.equal(typeof line, 'string', cli.err());
  return { cli, url: (JSON.parse(String(line)) as { url: string }).url };
}

interface Batch {
  ids: string[];
  body: string;
  headers: Record<string, string>;
}

/** Sends a batch; true when it was acknowledged, false when the listener ended before. */
async function send(url: string, { body, headers }: Batch): Promise<boolean> {
  try {
    const response = await fetch(`${url}/events`, { method: 'POST', headers, body });
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
    return true;
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    return false;
  }
}

let made = 0;
function batch(kind: 'key' | 'header' | 'plain'): Batch {
  const size = [1, 1, 7, 100][made % 4] ?? 1;
  const ids = Array.from({ length: size }, () => `e${made++}`);
  const events = ids.map((id) => ({ id, at: '2026-03-01T00:00:00Z', page: `/p/${id}`, amount: made }));
  const isLines = made % 3 === 0;
  return {
    ids,
    body: isLines
      ? `${events.map((event) => JSON.stringify(event)).join('\n')}\n`
      : JSON.stringify(size === 1 ? events[0] : events),
    headers: {
      'content-type': isLines ? 'application/x-ndjson' : 'application/json',
      ...(kind === 'header' ? { 'idempotency-key': `k-${ids[0]}` } : {}),
    },
  };
}

for (const kind of ['key', 'header', 'plain'] as const)
  test(`kill -9: each acknowledged event is in the dataset once (${kind})`, { timeout: 600_000 }, async () => {
    const schema = `fields:\n  - { name: id, type: string }\n  - { name: at, type: datetime }\n  - { name: page, type: string }\n  - { name: amount, type: integer }\n${kind === 'key' ? 'primaryKey: id\n' : ''}`;
    const root = eventsProject({ schema });
    const acknowledged = new Set<string>();
    const sent = new Set<string>();
    let again: Batch[] = [];
    const own = Math.max(1, Math.round(kills / 3));
    for (let round = 0; round < own; round++) {
      const { cli, url } = await startListener(root);
      const wanted = acknowledged.size + 50 + ((round * 37) % 400);
      let isOver = false;
      const client = async () => {
        while (!isOver) {
          const next = again.pop() ?? batch(kind);
          for (const id of next.ids) sent.add(id);
          if (await send(url, next)) for (const id of next.ids) acknowledged.add(id);
          else {
            again.push(next);
            return;
          }
        }
      };
      const clients = Array.from({ length: 8 }, client);
      await until('enough events are acknowledged', () => acknowledged.size >= wanted);
      // A collection runs beside the listener and is killed too, each time at another moment.
      const collecting = round % 2 === 0 ? startCli(['run', '--project', root]) : null;
      if (collecting) {
        await pause((round * 173) % 900);
        collecting.child.kill('SIGKILL');
        await collecting.ended;
      }
      cli.child.kill('SIGKILL');
      isOver = true;
      await cli.ended;
      await Promise.all(clients);
      // Without an id, a client cannot know whether an event without an answer was stored.
      if (kind === 'plain') again = [];
      const left = readdirSync(join(root, 'data/spool')).find((name) => name.endsWith('.open'));
      if (left !== undefined) appendFileSync(join(root, 'data/spool', left), '{"_n":1,"_id":null,"id":"torn","pa');
    }
    if (again.length > 0) {
      const { cli, url } = await startListener(root);
      for (const next of again) {
        assert.ok(await send(url, next));
        for (const id of next.ids) acknowledged.add(id);
      }
      cli.child.kill('SIGTERM');
      assert.equal((await cli.ended).code, 0);
    }
    const { code, err } = await runCli(['run', '--project', root]);
    assert.equal(code, 0, err);
    const rows = await rowsOf(join(root, 'data/clicks.parquet'));
    const counts = new Map<string, number>();
    for (const row of rows) {
      const id = String(row['id']);
      counts.set(id, (counts.get(id) ?? 0) + 1);
      assert.ok(sent.has(id), `${id} was sent`);
      assert.equal(row['page'], `/p/${id}`);
      assert.equal(typeof row['amount'], 'number');
    }
    assert.deepEqual(
      [...acknowledged].filter((id) => !counts.has(id)),
      [],
      'nothing is lost',
    );
    assert.deepEqual(
      [...counts].filter(([, n]) => n > 1),
      [],
      'nothing is doubled',
    );
    if (kind !== 'plain') assert.equal(rows.length, acknowledged.size);
    assert.deepEqual(
      readdirSync(join(root, 'data/spool')).filter((name) => !name.startsWith('ids-')),
      [],
    );
  });
