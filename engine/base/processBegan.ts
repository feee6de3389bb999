import { execFileSync } from 'node:child_process';

/**
 * Returns the start time of a process in epoch milliseconds, or null when the system does not report it. Runs `ps` or
 * PowerShell, for systems without /proc.
 */
export function processBegan(pid: number): number | null {
  try {
    if (process.platform === 'win32') {
      const text = execFileSync(
        'powershell',
        ['-NoProfile', '-Command', `([DateTimeOffset](Get-Process -Id ${pid}).StartTime).ToUnixTimeMilliseconds()`],
        { encoding: 'utf8', windowsHide: true, timeout: 10_000 },
      );
      return Number(text.trim()) || null;
    }
    const at = Date.parse(
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
        encoding: 'utf8',
        env: { ...process.env, LC_ALL: 'C' },
        timeout: 5000,
      }).trim(),
    );
    return Number.isNaN(at) ? null : at;
  } catch {
    return null;
  }
}
