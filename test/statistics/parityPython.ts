import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from '../helpers/pythonVenv.ts';

const script = join(dirname(fileURLToPath(import.meta.url)), 'parity.py');
const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loopwright', 'parity-venv');

/** Python of the environment that preparePython makes. */
export const python = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

/** The neighbours whose numbers are compared with, in the versions whose sources were read. evidently 0.7.23 cannot be imported beside pandas 3.1, but does not say so. */
const pinned = { evidently: '0.7.23', nannyml: '0.13.1' };
const packages = ['numpy', 'scipy', 'scikit-learn', 'fairlearn', 'pyarrow', 'pandas<3', 'optuna', ...Object.entries(pinned).map(([name, version]) => `${name}==${version}`)];

/** Makes a throw-away environment with the packages in the cache folder, once (about 2 minutes). Returns why it could not be had, or null. */
export function preparePython(): string | null {
  if (isReady()) return null;
  mkdirSync(dirname(folder), { recursive: true });
  using _ = alone(`${folder}.lock`);
  if (isReady()) return null;
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages];
  // One of an earlier version of these tests gets what it lacks; others may be using it.
  if (existsSync(python) && run(python, install) === null && isReady()) return null;
  rmSync(folder, { recursive: true, force: true });
  const made = run('python3', ['-m', 'venv', folder]);
  if (made !== null) return made;
  const installed = run(python, install) === null ? null : run(python, install);
  return installed ?? (isReady() ? null : 'the packages were installed but are not found');
}

/** What Python's packages say to each [measure, arguments]. */
export function askPython(questions: [string, unknown[]][]): (number | number[] | null)[] {
  return answersOf(script, questions) as (number | number[] | null)[];
}

/** What a script of Python says to a JSON document. Throws with what it says when it fails. */
export function answersOf(path: string, question: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, [path], { input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 1 << 28, timeout: 300_000 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function run(command: string, args: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  return status === 0 ? null : `${command} ${args.slice(0, 3).join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}`;
}

/** Reads what is installed rather than importing it, which takes seconds. */
function isReady(): boolean {
  if (!existsSync(python)) return false;
  const found = `import importlib.metadata as m; print([m.version(n) for n in (${Object.keys(pinned).map((name) => `'${name}'`).join(', ')}, 'optuna')]); import numpy, scipy, sklearn, fairlearn, pyarrow`;
  const { status, stdout } = spawnSync(python, ['-c', found], { encoding: 'utf8' });
  return status === 0 && Object.values(pinned).every((version) => stdout.includes(`'${version}'`));
}
