import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledError, WorkError } from '../../engine/base/errors.ts';
import { runCommand } from '../../engine/base/runCommand.ts';
import { isRunning } from '../helpers/runCli.ts';
import { until } from '../helpers/until.ts';

async function run(
  cmd: string,
  options: { signal?: AbortSignal; timeoutMs?: number; env?: Record<string, string | undefined> } = {},
) {
  const lines: string[] = [];
  const code = await runCommand({ cmd, cwd: '/tmp', env: process.env, onLine: (line) => lines.push(line), ...options });
  return { code, lines };
}

test('lines of both streams arrive whole with every kind of line end', async () => {
  assert.deepEqual(await run(String.raw`printf 'a\nb\r\nc\rd\n\nlast'`), {
    code: 0,
    lines: ['a', 'b', 'd', '', 'last'],
  });
  assert.deepEqual((await run('echo out; echo err >&2')).lines.toSorted(), ['err', 'out']);
  assert.deepEqual(await run(String.raw`printf '10%%\r50%%\r100%%\r'`), { code: 0, lines: ['100%'] });
  assert.deepEqual(
    (await run(`printf '\\303'; printf '\\244\\n'`)).lines,
    ['ä'],
    'a character split across two chunks',
  );
  assert.deepEqual(
    (await run('head -c 2500000 /dev/zero | tr "\\0" x')).lines.map((line) => line.length).reduce((a, b) => a + b),
    2_500_000,
  );
});

test('the exit code is that of the command; a signal is reported', async () => {
  assert.equal((await run('exit 3')).code, 3);
  assert.equal((await run('nosuchprogram 2> /dev/null')).code, 127);
  await assert.rejects(
    run('kill -9 $$'),
    (error) => error instanceof WorkError && /killed by SIGKILL/.test(error.message),
  );
});

test('a program runs without a shell, with its arguments as they are, and reads what is written to it', async () => {
  const lines: string[] = [];
  const code = await runCommand({
    cmd: [
      process.execPath,
      '-e',
      'process.stdin.once("data", (data) => { console.log(process.argv[1] + data); process.exit(4); })',
      '$HOME "x y"',
    ],
    cwd: '/tmp',
    env: process.env,
    onInput: (stdin) => stdin.write(' and more'),
    onLine: (line) => lines.push(line),
  });
  assert.deepEqual({ code, lines }, { code: 4, lines: ['$HOME "x y" and more'] });
});

test('a program that ends without reading its input is no error', async () => {
  const code = await runCommand({
    cmd: [process.execPath, '-e', ''],
    cwd: '/tmp',
    env: process.env,
    onInput: (stdin) => stdin.write('x'.repeat(10_000_000)),
    onLine: () => {},
  });
  assert.equal(code, 0);
});

test('a missing working directory is reported', async () => {
  await assert.rejects(
    runCommand({ cmd: 'true', cwd: '/no/such/folder', env: process.env, onLine: () => {} }),
    (error) => error instanceof WorkError && /could not be started/.test(error.message),
  );
});

/** Starts the command, waits for the process ids it prints, cancels it and returns the ids. */
async function cancelled(cmd: string, processes: number): Promise<number[]> {
  const abort = new AbortController();
  const pids: number[] = [];
  const work = runCommand({
    cmd,
    cwd: '/tmp',
    env: process.env,
    signal: abort.signal,
    onLine: (line) => {
      if (/^\d+$/.test(line)) pids.push(Number(line));
    },
  });
  const ended = assert.rejects(work, CancelledError);
  await until(`${processes} processes run`, () => pids.length === processes);
  for (const pid of pids) assert.ok(await isRunning(pid));
  abort.abort();
  await ended;
  return pids;
}

async function allGone(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(`process ${pid} is gone`, async () => !(await isRunning(pid)));
}

test('cancel stops children and grandchildren', async () => {
  await allGone(await cancelled('sleep 300 & echo $!; sh -c "sleep 300 & echo \\$!; wait"; wait', 2));
});

test('cancel reaches processes in another group and in another session', async () => {
  await allGone(
    await cancelled(
      `setsid sh -c 'echo $$; sleep 300 & echo $!; wait' & sh -c 'timeout 300 sleep 301 & echo $!; wait' & wait`,
      3,
    ),
  );
});

test('cancel kills a process that ignores SIGTERM', async () => {
  await allGone(await cancelled(`trap '' TERM; echo $$; while true; do sleep 0.05; done`, 1));
});

test('a signal that is already aborted stops the command', async () => {
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(run('sleep 300', { signal: abort.signal }), CancelledError);
});

test('a timeout stops the tree; one longer than a timer can wait does not', async () => {
  const pids: number[] = [];
  await assert.rejects(
    runCommand({
      cmd: 'sleep 300 & echo $!; wait',
      cwd: '/tmp',
      env: process.env,
      timeoutMs: 300,
      onLine: (line) => pids.push(Number(line)),
    }),
    (error) => error instanceof WorkError && /took longer than its timeout/.test(error.message),
  );
  await allGone(pids);
  assert.equal((await run('sleep 0.05; echo x', { timeoutMs: 30 * 86_400_000 })).code, 0);
});

test('a command that cannot be recorded is stopped at once', async () => {
  let pid = 0;
  await assert.rejects(
    runCommand({
      cmd: 'sleep 300',
      cwd: '/tmp',
      env: process.env,
      onLine: () => {},
      onSpawn: (found) => {
        pid = found;
        throw new WorkError('the disk is full');
      },
    }),
    /the disk is full/,
  );
  await allGone([pid]);
});
