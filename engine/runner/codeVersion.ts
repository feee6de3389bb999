import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The commit of the folder and whether files differ from it; null and false outside git or without it. */
export async function codeVersion(root: string): Promise<{ commit: string | null; dirty: boolean }> {
  try {
    const git = async (...args: string[]) => (await run('git', args, { cwd: root, maxBuffer: 16 << 20, timeout: 10_000 })).stdout;
    const [commit, status] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain', '--', '.')]);
    return { commit: commit.trim(), dirty: status.trim() !== '' };
  } catch {
    return { commit: null, dirty: false };
  }
}
