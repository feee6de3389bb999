import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunPage } from '../../protocol/runs.ts';
import { goingRuns } from '../../engine/runner/goingRuns.ts';
import { stopRun } from '../../engine/runner/stopRun.ts';
import { openStore } from '../../engine/tracking/openStore.ts';
import { makeProject } from '../helpers/makeProject.ts';
import { isRunning, runCli, runJson, startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

/** A stage with a child in its own session, and one that does not listen to SIGTERM. */
const yaml = `version: 1
project: p
stages:
  long: { cmd: "echo tick 1; sleep 300 & setsid sleep 301 & echo child $! $$; wait; echo end > long.txt", outs: [long.txt] }
  deaf: { cmd: "trap '' TERM; echo child $$ $$; while true; do sleep 0.05; done", outs: [deaf.txt] }
`;

async function waiting(stage = 'long') {
  const cwd = makeProject({ 'loopwright.yaml': yaml });
  const running = startCli(['run', stage], { cwd });
  const pids = await until('the stage waits', () => /child (\d+) (\d+)/.exec(running.out())?.slice(1).map(Number));
  return { cwd, running, pids };
}

const statuses = async (cwd: string) =>
  (await runJson<RunPage>(['runs'], { cwd })).json.runs.map(({ status }) => status);

async function allGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(`process ${pid} is gone`, async () => !(await isRunning(pid)), 5000);
}

test('a run is stopped from elsewhere with its whole tree, and is cancelled', async () => {
  for (const stage of ['long', 'deaf']) {
    const { cwd, running, pids } = await waiting(stage);
    const { code, out, err } = await runCli(['stop'], { cwd });
    assert.deepEqual([code, /^Stopped [a-z]+-[a-z]+\.\n$/.test(out)], [0, true], `${out}${err}`);
    assert.equal((await running.ended).code, 130);
    await allGone(pids);
    assert.deepEqual(await statuses(cwd), ['cancelled'], stage);
    assert.ok(!existsSync(join(cwd, '.loopwright/run.lock')));
    assert.equal((await runCli(['stop'], { cwd })).out, 'Nothing is running.\n');
  }
});

test('a run is named by its name, its id, its process; one that is not running is told', async () => {
  const { cwd, running } = await waiting();
  const [run] = (await runJson<RunPage>(['runs'], { cwd })).json.runs;
  assert.deepEqual(
    [(await runCli(['stop', 'no-such-run'], { cwd })).code, await isRunning(running.child.pid ?? 0)],
    [1, true],
  );
  assert.equal((await runCli(['stop', run?.runId.slice(0, 8) ?? ''], { cwd })).code, 0);
  await running.ended;
  const again = await runCli(['stop', run?.name ?? ''], { cwd });
  assert.deepEqual([again.code, again.err], [2, `error: ${run?.name} is not running.\n`]);
});

test(
  'a process that does not answer is killed, and its run is cancelled all the same',
  { timeout: 60_000 },
  async () => {
    const { cwd, running, pids } = await waiting();
    running.child.kill('SIGSTOP');
    assert.equal((await runCli(['stop', '--all'], { cwd })).code, 0);
    await running.ended;
    await allGone(pids);
    assert.deepEqual(await statuses(cwd), ['cancelled']);
  },
);

test('a number that is another program by now is left alone', async () => {
  const { cwd, running, pids } = await waiting();
  const store = openStore(cwd);
  after(() => store.sql.close());
  const [run] = goingRuns(store);
  assert.ok(run);
  running.child.kill('SIGKILL');
  await running.ended;
  assert.deepEqual(goingRuns(store), []);
  for (const pid of pids) if (await isRunning(pid)) process.kill(pid, 'SIGKILL');
  const other = spawn('sleep', ['300']);
  after(() => other.kill('SIGKILL'));
  await stopRun(store, { ...run, pid: other.pid ?? 0 });
  assert.ok(await isRunning(other.pid ?? 0), 'the start of the process tells');
  await assert.rejects(
    stopRun(store, { ...run, pid: other.pid ?? 0, started: null, startedAt: Date.now() - 3_600_000 }),
    /now belongs to another program/,
  );
  assert.ok(await isRunning(other.pid ?? 0));
  assert.deepEqual(goingRuns(store), []);
});

test('attaching shows what was printed and what comes; Ctrl-C leaves the run, its end is told', async () => {
  const cwd = makeProject({
    'loopwright.yaml':
      'version: 1\nproject: p\nstages:\n  s: { cmd: "echo first; printf open; while [ ! -e go ]; do sleep 0.02; done; echo ed", outs: [go] }\n  t: { cmd: "echo second", deps: [go] }\n',
  });
  const running = startCli(['run'], { cwd });
  await until('it runs', () => running.out().includes('first'));
  const attached = startCli(['attach'], { cwd });
  await until('the open line is shown', () => attached.out().endsWith('open'));
  attached.child.kill('SIGINT');
  const left = await attached.ended;
  assert.deepEqual(
    [
      left.code,
      /Ctrl-C leaves it running; `loopwright stop [a-z-]+` stops it/.test(left.err),
      /continues without this terminal/.test(left.err),
    ],
    [0, true, true],
    left.err,
  );
  assert.ok(await isRunning(running.child.pid ?? 0));
  const again = startCli(['attach'], { cwd });
  await until('it is attached', () => again.out().includes('first'));
  writeFileSync(join(cwd, 'go'), '');
  const { code, out, err } = await again.ended;
  assert.deepEqual(
    [code, /│ opened\n[\s\S]*▶ t[\s\S]*│ second\n[\s\S]*✓ t/.test(out), /finished\.\n$/.test(err)],
    [0, true, true],
    `${out}${err}`,
  );
  assert.equal((await runCli(['attach'], { cwd })).out, 'Nothing is running. `loopwright runs` lists earlier runs.\n');
  assert.match(readFileSync(join(cwd, 'loopwright.lock'), 'utf8'), /t:/);
});
