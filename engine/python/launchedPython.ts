import { spawnSync } from 'node:child_process';
import { isProgram } from '../base/programOnPath.ts';

/** The interpreter that a launcher of Windows starts for a version such as `-3` or `-3.12`; null when it has none. */
export function launchedPython(launcher: string, version: string): string | null {
  const key = `${launcher} ${version}`;
  const known = asked.get(key);
  if (known !== undefined) return known;
  const { stdout } = spawnSync(launcher, [version, '-c', 'import sys; print(sys.executable)'], {
    encoding: 'utf8',
    timeout: 10_000,
    windowsHide: true,
    env: { ...process.env, PYTHONUTF8: '1' },
  });
  const path = (stdout ?? '').trim();
  const program = path !== '' && isProgram(path) ? path : null;
  // What is not there may be installed while the editor is open.
  if (program !== null) asked.set(key, program);
  return program;
}

const asked = new Map<string, string>();
