import { basename, win32 } from 'node:path';
import type { Variables } from '../engine/base/programEnvironment.ts';

/**
 * Returns the lines that set variables in the shell of a person: that of the terminal where it is known, or on Windows
 * the lines of both shells that may be it. Values contain no quotes.
 */
export function settingLines(
  variables: Record<string, string>,
  { platform = process.platform, env = process.env }: { platform?: NodeJS.Platform; env?: Variables } = {},
): string[] {
  const shells = shellsOf(platform, env);
  return shells.flatMap((shell) => [
    ...(shells.length > 1 ? [`${names[shell]}:`] : []),
    ...Object.entries(variables).map(([name, value]) => (shells.length > 1 ? '  ' : '') + lines[shell](name, value)),
  ]);
}

type Shell = 'sh' | 'fish' | 'csh' | 'cmd' | 'powershell';

const names: Record<Shell, string> = { sh: 'sh', fish: 'fish', csh: 'csh', cmd: 'cmd', powershell: 'PowerShell' };

const lines: Record<Shell, (name: string, value: string) => string> = {
  sh: (name, value) => `export ${name}=${value}`,
  fish: (name, value) => `set -gx ${name} ${value}`,
  csh: (name, value) => `setenv ${name} ${value}`,
  // The quotes keep a space before a following `&` out of the value.
  cmd: (name, value) => `set "${name}=${value}"`,
  powershell: (name, value) => `$env:${name} = '${value}'`,
};

function shellsOf(platform: NodeJS.Platform, env: Variables): Shell[] {
  // Git Bash and MSYS name their shell on Windows too.
  const shell = basename(win32.basename(env['SHELL'] ?? '')).replace(/\.exe$/i, '');
  if (shell === 'fish') return ['fish'];
  if (shell === 'csh' || shell === 'tcsh') return ['csh'];
  if (shell === 'pwsh') return ['powershell'];
  if (platform !== 'win32' || shell !== '') return ['sh'];
  // A shell of Windows does not tell its programs which it is, except that cmd sets PROMPT.
  return env['PROMPT'] === undefined ? ['powershell', 'cmd'] : ['cmd', 'powershell'];
}
