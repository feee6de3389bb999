import { existsSync, lstatSync, symlinkSync } from 'node:fs';

/** Makes a symbolic link; false on a Windows that makes none: without the developer mode, and under Wine. */
export function makeLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if (process.platform !== 'win32') throw error;
  }
  return process.platform !== 'win32' || (existsSync(path) && lstatSync(path).isSymbolicLink());
}
