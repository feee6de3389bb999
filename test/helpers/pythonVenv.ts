import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { alone } from '../../scripts/alone.ts';

// MLflow's telemetry fails now and then when several of its processes start at once, and tests report nothing to anyone.
process.env['MLFLOW_DISABLE_TELEMETRY'] ??= 'true';
process.env['DO_NOT_TRACK'] ??= 'true';

export interface PythonVenv {
  /** Its interpreter. */
  python: string;
  /** Makes it, once. Gives why it could not be had, or null. */
  prepare(): string | null;
  /** Runs a script of Python with a text as input and gives what it prints. Throws with what it says when it fails. */
  run(script: string, input: string, env?: Record<string, string>): string;
}

/**
 * A throw-away virtual environment with packages of PyPI, kept in the cache folder. `imports` are the modules that show
 * that it is whole.
 */
export function pythonVenv(name: string, packages: readonly string[], imports: readonly string[]): PythonVenv {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loopwright', name);
  const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  // Importing what is large takes seconds, so that it was seen to be whole is noted, with what was asked for.
  const note = join(folder, 'whole.json');
  const wanted = JSON.stringify([packages, imports]);
  const isNoted = () => existsSync(python) && existsSync(note) && readFileSync(note, 'utf8') === wanted;
  const canImport = () =>
    existsSync(python) && spawnSync(python, ['-c', `import ${imports.join(', ')}`], { timeout: 300_000 }).status === 0;
  return {
    python,
    prepare() {
      if (isNoted()) return null;
      mkdirSync(dirname(folder), { recursive: true });
      using _ = alone(`${folder}.lock`);
      if (isNoted()) return null;
      // One of an earlier version of these tests gets what it lacks.
      const steps: [string, string[]][] = [
        ...(existsSync(python) ? [] : [['python3', ['-m', 'venv', '--clear', folder]] as [string, string[]]]),
        // Compiling what nobody imports takes most of the time.
        [python, ['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check', ...packages]],
      ];
      for (const [command, args] of steps) {
        // A network that stumbles is asked once more.
        const attempt = () => spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
        let { status, error, stderr } = attempt();
        if (status !== 0) ({ status, error, stderr } = attempt());
        if (status !== 0)
          return `${command} ${args.slice(0, 3).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
      }
      if (!canImport()) {
        rmSync(folder, { recursive: true, force: true });
        return 'the packages were installed but cannot be imported; what was there is thrown away, so the next time begins anew';
      }
      writeFileSync(note, wanted);
      return null;
    },
    run(script, input, env = {}) {
      const { status, stdout, stderr } = spawnSync(python, [script], {
        input,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        timeout: 600_000,
        env: { ...process.env, ...env },
      });
      if (status !== 0) throw new Error(stderr);
      return stdout;
    },
  };
}
