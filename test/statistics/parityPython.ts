import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonVenv } from '../helpers/pythonVenv.ts';

const script = join(dirname(fileURLToPath(import.meta.url)), 'parity.py');
/**
 * The neighbours whose numbers are compared with, in the versions whose sources were read. evidently 0.7.23 cannot be
 * imported beside pandas 3.1, but does not say so.
 */
const packages = [
  'numpy',
  'scipy',
  'scikit-learn',
  'fairlearn',
  'pyarrow',
  'pandas<3',
  'optuna',
  'evidently==0.7.23',
  'nannyml==0.13.1',
];
const venv = pythonVenv('parity-venv', packages, ['numpy', 'scipy', 'sklearn', 'fairlearn', 'pyarrow', 'optuna']);

/** Python of the environment that preparePython makes. */
export const { python } = venv;

/**
 * Makes a throw-away environment with the packages in the cache folder, once (about 2 minutes). Returns why it could
 * not be had, or null.
 */
export const preparePython = (): string | null => venv.prepare();

/** What Python's packages say to each [measure, arguments]. */
export function askPython(questions: [string, unknown[]][]): (number | number[] | null)[] {
  return answersOf(script, questions) as (number | number[] | null)[];
}

/** What a script of Python says to a JSON document. Throws with what it says when it fails. */
export function answersOf(path: string, question: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, [path], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 300_000,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
