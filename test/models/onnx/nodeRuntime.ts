import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '1.30.0';
const folder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'loopwright',
  `onnxruntime-node-${version}`,
);

/**
 * A folder where onnxruntime-node is installed as a user would, kept in the cache folder. Its install script, which asks
 * another registry for CUDA, is left out: what this platform needs is in the package. Throws with what npm says.
 */
export function nodeRuntimeFolder(): string {
  if (existsSync(join(folder, 'whole'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', `onnxruntime-node@${version}`];
  const { status, error, stderr } = spawnSync(npm, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 300_000,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  writeFileSync(join(folder, 'whole'), '');
  return folder;
}
