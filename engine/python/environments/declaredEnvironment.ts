import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readRegularFile } from '../../base/readRegularFile.ts';
import type { Variables } from '../../base/programEnvironment.ts';

export type PythonTool = 'conda' | 'poetry' | 'uv' | 'pixi' | 'pipenv';

/** The environment that a tool has for a folder, by the files of that tool. */
export interface DeclaredEnvironment {
  tool: PythonTool;
  /** `Poetry environment`, to be followed by `of the project`. */
  words: string;
  /** Absolute folder; null when the tool has not made it yet. */
  folder: string | null;
  /** The command that makes it, in the folder that declares it. */
  make: string;
}

/** Returns what a tool declares for a folder; null when the folder has no file of the tool. Starts no program. */
export type FindDeclared = (folder: string, env: Variables) => DeclaredEnvironment | null;

export const homeOf = (env: Variables): string => env['HOME'] || env['USERPROFILE'] || homedir();

/** Returns the text of a file; null when it cannot be read. */
export function textOf(...path: string[]): string | null {
  try {
    return readRegularFile(join(...path)).toString();
  } catch {
    return null;
  }
}

/** True for a folder that venv, virtualenv, uv, conda or pixi made. */
export function isEnvironment(folder: string): boolean {
  return ['pyvenv.cfg', 'conda-meta'].some((name) => statSync(join(folder, name), { throwIfNoEntry: false }));
}
