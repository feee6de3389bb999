import { execFileSync } from 'node:child_process';

/**
 * When a process began, in epoch milliseconds, asked of the system's own tools; null when they do not tell. For systems
 * without /proc.
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
