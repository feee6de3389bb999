import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PythonVenv {
  /** Its interpreter. */
  python: string;
  /** Makes it, once. Gives why it could not be had, or null. */
  prepare(): string | null;
  /** Runs a script of Python with a text as input and gives what it prints. Throws with what it says when it fails. */
  run(script: string, input: string, env?: Record<string, string>): string;
}

/** A throw-away virtual environment with packages of PyPI, kept in the cache folder. `imports` are the modules that show that it is whole. */
export function pythonVenv(name: string, packages: readonly string[], imports: readonly string[]): PythonVenv {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loopwright', name);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const whole = () => existsSync(python) && spawnSync(python, ['-c', `import ${imports.join(', ')}`], { timeout: 120_000 }).status === 0;
  return {
    python,
    prepare() {
      if (whole()) return null;
      mkdirSync(dirname(folder), { recursive: true });
      using _ = alone(`${folder}.lock`);
      if (whole()) return null;
      rmSync(folder, { recursive: true, force: true });
      for (const [command, args] of [['python3', ['-m', 'venv', folder]], [python, ['-m', 'pip', 'install', '--quiet', ...packages]]] as const) {
        const { status, error, stderr } = spawnSync(command, [...args], { encoding: 'utf8', timeout: 600_000 });
        if (status !== 0) return `${command} ${args.slice(0, 3).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
      }
      return whole() ? null : 'the packages were installed but cannot be imported';
    },
    run(script, input, env = {}) {
      const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 600_000, env: { ...process.env, ...env } });
      if (status !== 0) throw new Error(stderr);
      return stdout;
    },
  };
}

/** Two suites may want the same environment at once: one makes it, the other waits. What a killed one held is free. */
export function alone(path: string): Disposable {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    try {
      process.kill(Number(readFileSync(path, 'utf8')), 0);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    } catch {
      rmSync(path, { force: true });
    }
  }
}
