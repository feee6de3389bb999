import { spawn, type ChildProcess, type SpawnOptions, type StdioOptions } from 'node:child_process';

// Windows ends no program because the one that started it was ended. There, a small Node process stands between: it
// starts the program, and when the channel to this process breaks, it ends the program with everything that it started.

/** Runs in the process between. The program gets its environment without what this one needs. */
const guard = `
const { spawn, spawnSync } = require('node:child_process');
const { program, args, shell, env } = JSON.parse(process.env.LOOPWRIGHT_GUARD);
for (const name of ['LOOPWRIGHT_GUARD', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS']) delete process.env[name];
const child = spawn(program, args, { shell, windowsHide: true, stdio: 'inherit', env: { ...process.env, ...env } });
child.once('error', (error) => { console.error(error.message); process.exit(9009); });
child.once('exit', (code) => process.exit(code ?? 1));
process.once('disconnect', () => {
  if (child.pid !== undefined) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { windowsHide: true });
  process.exit(1);
});
`;

/**
 * Starts a program on Windows that ends when this process does, also when this one is killed. `options` are those of
 * `spawn`, with three streams; the process id is that of the process between, whose tree has the program.
 */
export function spawnGuarded(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const { NODE_OPTIONS: nodeOptions, ...env } = options.env ?? process.env;
  const streams: Extract<StdioOptions, readonly unknown[]> = Array.isArray(options.stdio)
    ? options.stdio
    : ['ignore', 'pipe', 'pipe'];
  const order = { program, args, shell: options.shell, env: { NODE_OPTIONS: nodeOptions } };
  return spawn(process.execPath, ['-e', guard], {
    ...options,
    shell: false,
    // Outside the job of this process, which the system ends with it.
    detached: true,
    windowsHide: true,
    env: { ...env, ELECTRON_RUN_AS_NODE: '1', LOOPWRIGHT_GUARD: JSON.stringify(order) },
    stdio: [...streams, 'ipc'],
  });
}
