import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { until } from '../helpers/until.ts';

// Kills a run of Windows and asks the next one to stop: `node interruptedRuns.ts CLI`, in an empty folder. Prints
// "ok NAME" or "FAILED NAME" with the output of the command.

const [cli = ''] = process.argv.slice(2);

function tell(isOk: boolean, name: string, detail = ''): void {
  console.log(isOk ? `ok ${name}` : `FAILED ${name}\n${detail.slice(-2000)}`);
}

function start(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return { child, output, ended };
}

async function finished(...args: string[]): Promise<{ code: number | null; printed: string }> {
  const { child, output } = start(...args);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, printed: output.text };
}

/** Starts a run and waits for its stage; `pids` are the stage and what the stage itself started. */
async function startedRun() {
  rmSync('started', { force: true });
  const run = start('run');
  const pids = await until(`the stage waits: ${run.output.text}`, () => {
    if (run.child.exitCode !== null) throw new Error(`the run has ended: ${run.output.text}`);
    return existsSync('started') ? (JSON.parse(readFileSync('started', 'utf8')) as number[]) : null;
  });
  return { ...run, pids };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const allGone = (pids: readonly number[]): Promise<boolean> =>
  until('the stage has ended', () => !pids.some(isRunning), 20_000).catch(() => false);

writeFileSync('loopwright.yaml', 'version: 1\nproject: interrupted\nstages:\n  wait: { cmd: node wait.cjs }\n');
writeFileSync(
  'wait.cjs',
  `const { renameSync, writeFileSync } = require('node:fs');
const below = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
writeFileSync('started.new', JSON.stringify([process.pid, below.pid]));
renameSync('started.new', 'started');
setInterval(() => {}, 1000);
`,
);

try {
  const killed = await startedRun();
  killed.child.kill('SIGKILL');
  await killed.ended;
  tell(await allGone(killed.pids), 'a killed run ends its stage, and what the stage started', killed.output.text);

  const asked = await startedRun();
  tell(true, 'the next run begins at once');
  const stop = await finished('stop');
  tell(stop.code === 0 && /^Stopped /m.test(stop.printed), '`stop` stops a run', stop.printed);
  const code = await asked.ended;
  tell(code === 130, 'the run was asked, and ended by itself', `exit code ${code}\n${asked.output.text}`);
  tell(await allGone(asked.pids), 'the stage of a stopped run has ended, and what it started', asked.output.text);
  tell(
    !existsSync('.loopwright/stop.request') && !existsSync('.loopwright/run.lock'),
    'nothing of the request is left',
  );

  const { printed } = await finished('runs', '--json');
  const { runs } = JSON.parse(printed) as { runs: { status: string }[] };
  const statuses = runs.map(({ status }) => status).toSorted();
  tell(statuses.join() === 'cancelled,interrupted', 'one is recorded as cancelled, one as interrupted', printed);
} catch (error) {
  tell(false, 'runs are interrupted', String(error));
}
process.exit();
