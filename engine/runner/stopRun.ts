import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { WorkError } from '../base/errors.ts';
import { isAlive } from '../base/processIdentity.ts';
import type { Store } from '../store/store.ts';
import type { GoingProcess } from './goingRuns.ts';
import { processBegan } from '../base/processBegan.ts';
import { cancelRunsOf } from '../tracking/unfinishedRuns.ts';
import { requestStop } from './stopRequest.ts';
import { descendantsOf, signalAll } from '../base/processTree.ts';

/** The time for a run to stop: its programs have three seconds to end, and then it records that it was cancelled. */
const patienceMs = 8_000;

/**
 * Stops the process of a run and everything it started, and marks the run as cancelled. The process gets a signal
 * or, on Windows, a request first, and is killed when it does not end. WorkError when it runs on another machine, when its number now belongs to
 * another program, or when this user may not stop it.
 */
export async function stopRun(store: Store, run: GoingProcess): Promise<void> {
  const { pid, started, host } = run;
  if (host !== null)
    throw new WorkError(`${run.name} runs on ${host} (process ${pid} there). Stop it on that machine.`);
  if (!isAlive(pid, started)) return;
  checkIdentity(run);
  const tree = descendantsOf(pid);
  if (process.platform === 'win32') {
    if (run.owner !== null) {
      requestStop(store, run.owner);
      for (const end = Date.now() + patienceMs; Date.now() < end && isAlive(pid, started);) await pause(50);
    }
    if (isAlive(pid, started))
      execFileSync('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true, stdio: 'ignore' });
  } else {
    signal(pid, 'SIGTERM');
    for (const end = Date.now() + patienceMs; Date.now() < end && isAlive(pid, started);) await pause(50);
    const left = [...tree, ...descendantsOf(pid)];
    if (isAlive(pid, started)) signal(pid, 'SIGKILL');
    signalAll(left, 'SIGKILL');
  }
  for (const end = Date.now() + patienceMs; Date.now() < end && isAlive(pid, started);) await pause(20);
  if (isAlive(pid, started)) throw new WorkError(`${run.name} (process ${pid}) did not stop.`);
  cancelRunsOf(store, run);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new WorkError(`The process ${pid} belongs to another user, so it cannot be stopped from here.`, {
      cause: error,
    });
  }
}

/** Process numbers are reused: a process that began after the run is another program. */
function checkIdentity({ pid, started, startedAt, name }: GoingProcess): void {
  if (started !== null) return;
  const began = processBegan(pid);
  if (began === null || startedAt === null)
    throw new WorkError(
      `Loopwright cannot determine on this system whether process ${pid} is still ${name}. Stop it where it was started.`,
    );
  if (began > startedAt + 2000)
    throw new WorkError(`The process of ${name} has ended; ${pid} now belongs to another program.`);
}
