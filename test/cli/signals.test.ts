import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunDetail, RunPage } from '../../protocol/runs.ts';
import { readLock } from '../../engine/fingerprint/lockFile.ts';
import { makeProject, writeFiles } from '../helpers/makeProject.ts';
import { isRunning, runCli, runJson, startCli } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

const yaml = `version: 1
project: p
stages:
  first: { cmd: echo first > first.txt, outs: [first.txt] }
  second: { cmd: "if [ -e quick ]; then echo quick; else sleep 300 & echo child $! $$; wait; fi; echo second > second.txt", deps: [first.txt], outs: [second.txt] }
`;

/** A run that waits in its second stage, with the numbers of the shell and its child. */
async function waiting() {
  const cwd = makeProject({ 'loopwright.yaml': yaml });
  const running = startCli(['run'], { cwd });
  const pids = await until('the second stage waits', () =>
    /child (\d+) (\d+)/.exec(running.out())?.slice(1).map(Number),
  );
  return { cwd, running, pids };
}

const allGone = async (pids: readonly number[]) => {
  for (const pid of pids) await until(`process ${pid} is gone`, async () => !(await isRunning(pid)), 5000);
};

test('each signal stops the run with 130, its whole tree, and keeps what was finished', async () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const { cwd, running, pids } = await waiting();
    running.child.kill(signal);
    const { code, err } = await running.ended;
    assert.equal(code, 130, signal);
    assert.match(err, /stopping …\n(.*\n)*cancelled\n$/);
    await allGone(pids);
    assert.deepEqual(Object.keys(readLock(cwd)), ['first']);
    assert.deepEqual(
      (await runJson<RunPage>(['runs'], { cwd })).json.runs.map(({ status }) => status),
      ['cancelled'],
    );
    assert.ok(!existsSync(join(cwd, '.loopwright/run.lock')));
  }
});

test('as JSON a cancelled run is one document', async () => {
  const cwd = makeProject({ 'loopwright.yaml': yaml });
  const running = startCli(['run', '--json'], { cwd });
  await until('the second stage waits', () => /child \d+/.test(running.err()));
  running.child.kill('SIGINT');
  const { code, out } = await running.ended;
  assert.deepEqual([code, JSON.parse(out)], [130, { error: { message: 'cancelled', problems: [] } }]);
});

test('while one runs a second is refused, and everything can be read', async () => {
  const { cwd, running } = await waiting();
  const second = await runCli(['run'], { cwd });
  assert.deepEqual([second.code, second.err], [1, second.err]);
  assert.match(
    second.err,
    new RegExp(
      `^error: Another run of this project is in progress \\([a-z-]+, process ${running.child.pid}\\)\\. \`loopwright attach\` shows its output, \`loopwright stop\` stops it\\.\n$`,
    ),
  );
  assert.match((await runCli(['status'], { cwd })).out, /… second +running/);
  assert.equal((await runJson<RunPage>(['runs'], { cwd })).json.runs[0]?.status, 'running');
  running.child.kill('SIGTERM');
  await running.ended;
});

test('after kill -9 the run is interrupted, the next one ends what was left, goes on after the finished stages, and takes the lock over', async () => {
  const { cwd, running, pids } = await waiting();
  running.child.kill('SIGKILL');
  await running.ended;
  assert.ok(existsSync(join(cwd, '.loopwright/run.lock')), 'nobody could clean up');
  const { json } = await runJson<RunPage>(['runs'], { cwd });
  assert.deepEqual(
    json.runs.map(({ status, progress }) => [status, progress]),
    [['interrupted', null]],
  );
  const detail = await runJson<RunDetail>(['runs', json.runs[0]?.runId ?? ''], { cwd });
  assert.deepEqual(
    detail.json.stages.map(({ stage, status }) => [stage, status]),
    [
      ['first', 'finished'],
      ['second', 'interrupted'],
    ],
  );
  assert.deepEqual(Object.keys(readLock(cwd)), ['first']);
  assert.match((await runCli(['status'], { cwd })).out, /○ second +never +the last run was interrupted; never run/);
  writeFiles(cwd, { quick: '' });
  const again = await runCli(['run'], { cwd });
  assert.equal(again.code, 0, again.err);
  assert.match(again.out, /· first is fresh\n/);
  assert.match(again.out, /✓ second/);
  await allGone(pids);
  assert.equal(readFileSync(join(cwd, 'second.txt'), 'utf8'), 'second\n');
  assert.equal((await runCli(['run'], { cwd })).out, 'Everything is fresh: first, second.\n');
});

test('a reader that goes away is no fault', async () => {
  const cwd = makeProject({ 'loopwright.yaml': `version: 1\nproject: p\nstages:\n  s: { cmd: "seq 1 200000" }\n` });
  const running = startCli(['run'], { cwd });
  running.child.stdout?.once('data', () => running.child.stdout?.destroy());
  const { code, err } = await running.ended;
  assert.doesNotMatch(err, /EPIPE|internal error/);
  assert.equal(code, 0);
});
