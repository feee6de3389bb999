import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, relative } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import type { Variables } from '../base/programEnvironment.ts';
import { programOnPath } from '../base/programOnPath.ts';
import { isSameProgram, type FoundPython } from './findPython.ts';

const isWindows = process.platform === 'win32';

/**
 * Returns the environment of a program in which this Python is active, as its own `activate` script would set it:
 * `python` and `python3` run this interpreter. For an interpreter with another name, starter scripts with these two
 * names are written to the folder `starters`.
 */
export function activatePython(env: Variables, python: FoundPython | null, starters: string): Variables {
  if (!python) return env;
  const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const { PYTHONHOME: _home, ...active } = env;
  if (python.environment) {
    const { kind, folder } = python.environment;
    delete active[kind === 'venv' ? 'CONDA_PREFIX' : 'VIRTUAL_ENV'];
    for (const name of kind === 'venv' ? ['CONDA_DEFAULT_ENV', 'CONDA_PROMPT_MODIFIER'] : ['VIRTUAL_ENV_PROMPT'])
      delete active[name];
    if (kind === 'venv') active['VIRTUAL_ENV'] = folder;
    else Object.assign(active, { CONDA_PREFIX: folder, CONDA_DEFAULT_ENV: basename(folder) });
    const conda =
      isWindows && kind === 'conda' ? ['', 'Library/bin', 'Scripts'].map((place) => join(folder, place)) : [];
    active[pathName] = [...new Set([dirname(python.path), ...conda]), ...rest(active[pathName])].join(delimiter);
  }
  if (!['python', 'python3'].every((name) => starts(programOnPath(name, active), python.path))) {
    // On Windows a program that starts another without a shell finds only `python.exe`, not a starter.
    const own = isWindows && /^python\.exe$/i.test(basename(python.path)) ? [dirname(python.path)] : [];
    active[pathName] = [...own, startersOf(python.path, starters), ...rest(active[pathName])].join(delimiter);
  }
  return active;
}

/** Version managers install a separate program for each name, side by side. */
function starts(program: string | null, python: string): boolean {
  if (program === null) return false;
  return (
    isSameProgram(program, python) ||
    (dirname(program) === dirname(python) && /^python3?(?:\.exe)?$/i.test(basename(python)))
  );
}

const rest = (path: string | undefined) => (path === undefined || path === '' ? [] : [path]);

/** Scripts rather than links: an interpreter that is itself a script depends on the name it is called by. */
function startersOf(interpreter: string, folder: string): string {
  const script = isWindows
    ? batchFile(interpreter, folder)
    : `#!/bin/sh\nexec '${interpreter.replaceAll("'", String.raw`'\''`)}' "$@"\n`;
  mkdirSync(folder, { recursive: true });
  for (const name of ['python', 'python3']) {
    const path = join(folder, isWindows ? `${name}.cmd` : name);
    if (contentOf(path) === script) continue;
    writeFileSync(path, script);
    chmodSync(path, 0o755);
  }
  return folder;
}

/** The interpreter by a path from the file itself: `cmd` reads letters beyond ASCII in the file by its code page. */
function batchFile(interpreter: string, folder: string): string {
  const path = relative(folder, interpreter);
  const start = `@"${isAbsolute(path) ? '' : '%~dp0'}${path.replaceAll('%', '%%')}" %*\r\n`;
  return /^[\0-\x7f]*$/.test(start) ? start : `@chcp 65001 >nul\r\n${start}`;
}

function contentOf(path: string): string | null {
  try {
    return readRegularFile(path).toString();
  } catch {
    return null;
  }
}
