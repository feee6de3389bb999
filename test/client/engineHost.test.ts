import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import type { TestContext } from 'node:test';
import { BackOff } from '../../client/host/backOff.ts';
import { EngineGone, EngineRefusal } from '../../client/host/engineError.ts';
import { EngineHost } from '../../client/host/engineHost.ts';
import { until } from '../helpers/until.ts';

const script = join(import.meta.dirname, '../fixtures/fakeEngine.mjs');

function host(t: TestContext, firstMs = 10) {
  const lines: string[] = [];
  const crashes: { message: string; again: boolean }[] = [];
  const counts = { starts: 0, changes: 0 };
  const write = (line: string) => void lines.push(line);
  const engine = new EngineHost({
    project: 'fraud',
    start: () => {
      counts.starts++;
      return spawn(process.execPath, [script], { stdio: 'pipe' });
    },
    log: { info: write, warn: write, error: write, debug: write },
    changed: () => {
      counts.changes++;
    },
    crashed: (message, again) => void crashes.push({ message, again }),
    backOff: new BackOff(firstMs),
  });
  t.after(() => engine.dispose());
  return { engine, lines, crashes, counts };
}

it('starts on first need, answers, and logs every call with its duration', async (t) => {
  const { engine, lines, counts } = host(t);
  assert.equal(counts.starts, 0);
  assert.deepEqual(await engine.request('stages/status', {}), []);
  await engine.request('stages/status', {});
  assert.equal(counts.starts, 1);
  assert.ok(
    lines.some((line) => /^stages\/status \d+ ms$/.test(line)),
    lines.join('\n'),
  );
});

it('hands a refusal over in the words of the engine', async (t) => {
  const { engine } = host(t);
  await assert.rejects(
    engine.request('runs/get', { runId: 'x' }),
    (error) => error instanceof EngineRefusal && error.message === 'There is no run of that name.',
  );
});

it('hears of changes', async (t) => {
  const { engine, counts } = host(t);
  await engine.request('runs/update', { changes: [{ runId: 'x', change: { starred: true } }] });
  await until('the change is reported', () => counts.changes > 0);
  assert.equal(counts.changes, 1);
});

it('says that the engine died, with its last words, and starts it again', async (t) => {
  const { engine, crashes, counts } = host(t);
  await assert.rejects(engine.request('runs/list', {}), EngineGone);
  await until('the crash is reported', () => crashes.length > 0);
  assert.equal(crashes.length, 1);
  assert.match(crashes[0]?.message ?? '', /exit code 134.*out of memory/);
  assert.equal(crashes[0]?.again, true);
  await until('views are told to ask again', () => counts.changes > 0);
  assert.deepEqual(await engine.request('stages/status', {}), []);
  assert.equal(counts.starts, 2);
});

it('gives up after many crashes until a person restarts it', async (t) => {
  const { engine, crashes } = host(t, 1);
  for (let i = 0; i < 6; i++) {
    await assert.rejects(engine.request('runs/list', {}));
    await until('the crash is reported', () => crashes.length > i);
  }
  assert.equal(crashes.at(-1)?.again, false);
  await assert.rejects(engine.request('stages/status', {}), /stopped too often/);
  engine.restart();
  assert.deepEqual(await engine.request('stages/status', {}), []);
});

it('refuses to start where it must not run', async () => {
  const engine = new EngineHost({
    project: 'fraud',
    start: () => {
      throw new EngineGone('not trusted');
    },
    log: { info() {}, warn() {}, error() {}, debug() {} },
    changed() {},
    crashed() {},
  });
  await assert.rejects(engine.request('stages/status', {}), /not trusted/);
});
