import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = join(dirname(fileURLToPath(import.meta.url)), 'parity.py');
const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loopwright', 'parity-venv');
const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** Makes a throw-away environment with scipy, scikit-learn and fairlearn in the cache folder, once. Returns why it could not be had, or null. */
export function preparePython(): string | null {
  if (imports()) return null;
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  for (const [command, args] of [['python3', ['-m', 'venv', folder]], [python, ['-m', 'pip', 'install', '--quiet', 'numpy', 'scipy', 'scikit-learn', 'fairlearn']]] as const) {
    const { status, error, stderr } = spawnSync(command, [...args], { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return `${command} ${args.slice(0, 3).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
  }
  return imports() ? null : 'the packages were installed but cannot be imported';
}

/** What Python's packages say to each [measure, arguments]. */
export function askPython(questions: [string, unknown[]][]): (number | number[] | null)[] {
  const { status, stdout, stderr } = spawnSync(python, [script], { input: JSON.stringify(questions), encoding: 'utf8', maxBuffer: 1 << 28, timeout: 300_000 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as (number | number[] | null)[];
}

function imports(): boolean {
  return existsSync(python) && spawnSync(python, ['-c', 'import numpy, scipy, sklearn, fairlearn']).status === 0;
}
