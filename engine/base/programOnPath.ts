import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Variables } from './programEnvironment.ts';

const isWindows = process.platform === 'win32';

/**
 * Returns the absolute path of a program on the PATH, or null when there is none. Ignores the placeholder on Windows
 * that only opens the Microsoft Store.
 */
export function programOnPath(name: string, env: Variables): string | null {
  const path = Object.entries(env).find(([key]) => key.toUpperCase() === 'PATH')?.[1] ?? '';
  const endings = isWindows ? ['.exe', '.cmd', '.bat', ''] : [''];
  for (const folder of path.split(delimiter)) {
    if (folder === '' || /[\\/]WindowsApps$/i.test(folder)) continue;
    for (const ending of endings) {
      const program = join(folder, `${name}${ending}`);
      if (isProgram(program)) return program;
    }
  }
  return null;
}

/** True for a file that can be started; on Windows the ending of its name decides. */
export function isProgram(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    if (isWindows) return /\.(?:exe|com|cmd|bat)$/i.test(path);
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
