import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { LoopOutcome } from '../../engine/loop/loopRequest.ts';
import type { MonthRow } from '../../engine/loop/monthlyReport.ts';
import type { ProjectOverview } from '../../protocol/lifeCycle.ts';
import { ordersProject, ordersStart } from '../helpers/ordersProject.ts';
import { replayProject } from '../helpers/replayProject.ts';
import { isRunning, runCli, runJson, startCli, type RunningCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const day = 86_400_000;

/** Starts `serve --json` and waits for what it says. */
async function serve(cwd: string): Promise<{ running: RunningCli; url: string; version: number; pid: number }> {
  const running = startCli(['serve', '--port', '0', '--json'], { cwd });
  const line = await until('the server says where it is', () => (running.out().includes('\n') ? running.out() : null));
  return { running, ...(JSON.parse(line) as { url: string; version: number; pid: number }) };
}

test('serve: answers until it is stopped, and is told as stopped afterwards', async () => {
  const cwd = ordersProject();
  assert.equal((await runCli(['run'], { cwd })).code, 0);
  const none = await runCli(['serve', '--port', '0'], { cwd });
  assert.deepEqual([none.code, /no champion to serve/.test(none.err)], [1, true]);
  await runCli(['models', 'promote', '1'], { cwd });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { running, url, version, pid } = await serve(cwd);
    assert.deepEqual([version, pid], [1, running.child.pid]);
    assert.equal((await fetch(`${url}/health`)).status, 200);
    assert.deepEqual((await runJson<ProjectOverview>(['status'], { cwd })).json.deployments[0]?.state, 'healthy');
    running.child.kill(signal);
    assert.equal((await running.ended).code, 0, signal);
    await assert.rejects(fetch(`${url}/health`));
    assert.deepEqual((await runJson<ProjectOverview>(['status'], { cwd })).json.deployments[0]?.state, 'stopped');
  }
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const busy = await runCli(['serve', '--port', String(port)], { cwd });
  other.close();
  assert.equal(busy.code, 1);
  assert.match(busy.err, new RegExp(`Port ${port} is in use`));
  const killed = await serve(cwd);
  killed.running.child.kill('SIGKILL');
  await killed.running.ended;
  assert.deepEqual(
    (await runJson<ProjectOverview>(['status'], { cwd })).json.deployments[0]?.state,
    'stopped',
    'a killed server is not told as healthy',
  );
});

/** The processes whose command names this folder, or that run in it. */
async function processesOf(folder: string): Promise<number[]> {
  const { readdirSync, readlinkSync } = await import('node:fs');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readlinkSync(`/proc/${name}/cwd`).startsWith(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

test('loop: trains, deploys, replays, sees drift, retrains and ends without a process left', async () => {
  const cwd = replayProject();
  const { code, json, err } = await runJson<LoopOutcome & { months: MonthRow[] }>(
    ['loop', '--replay', 'replay/*.csv', '--port', '0'],
    { cwd },
  );
  assert.equal(code, 0, err);
  assert.deepEqual([json.rows, json.failedRequests, json.refused], [1400, 0, 1]);
  assert.ok(json.requests > 0 && json.windows >= 14);
  assert.match(err, /^ {2}production: now serving version \d$/m, 'what the server says is shown');
  assert.ok(
    json.retrainings.length > 0 && json.retrainings.some(({ status }) => status === 'promoted'),
    JSON.stringify(json.retrainings),
  );
  const march = json.months.find(({ month }) => month === '2026-03');
  assert.equal(march?.rows, 1400);
  assert.ok(march?.drifted.includes('amount'));
  assert.ok((march?.versions.length ?? 0) > 1, 'the new champion served in the same month');
  assert.deepEqual(await processesOf(cwd), []);
  const status = await runJson<ProjectOverview>(['status'], { cwd });
  assert.equal(status.json.deployments[0]?.state, 'stopped');
  const again = await runCli(['loop', '--replay', 'replay/*.csv', '--port', '0'], { cwd });
  assert.match(again.err, /has no row to replay/, 'what was played is not played twice');
});

test('loop: only what was known at the first row taught the first model', async () => {
  const cwd = replayProject();
  const from = new Date(ordersStart + 65 * day).toISOString().slice(0, 10);
  const to = new Date(ordersStart + 66 * day).toISOString().slice(0, 10);
  const { code, json, err } = await runJson<LoopOutcome>(
    ['loop', '--replay', 'replay/*.csv', '--from', from, '--to', to, '--port', '0'],
    { cwd },
  );
  assert.equal(code, 0, err);
  assert.equal(json.rows, 100);
  const { json: card } = await runJson<{ data: { period: { to: string } } }>(['models', 'card', '1'], { cwd });
  assert.ok(card.data.period.to <= from, card.data.period.to);
});

test('loop: stopped by a signal it ends with 130 and its server with it; killed, the server ends too', async () => {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const cwd = replayProject();
    const running = startCli(['loop', '--replay', 'replay/*.csv', '--port', '0'], { cwd });
    const url = await until('the server is up', () => /serves at (\S+)/.exec(running.err())?.[1]);
    running.child.kill(signal);
    const { code } = await running.ended;
    assert.equal(code, signal === 'SIGTERM' ? 130 : null);
    await until(
      'the server is gone',
      () =>
        fetch(`${url}/health`).then(
          () => false,
          () => true,
        ),
      8000,
    );
    await until(
      'no process is left',
      async () => (await Promise.all((await processesOf(cwd)).map(isRunning))).every((alive) => !alive),
      8000,
    );
  }
});
