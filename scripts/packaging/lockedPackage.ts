import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from '../alone.ts';

const root = join(import.meta.dirname, '..', '..');

interface LockedPackage {
  version: string;
  integrity?: string;
}

const locked = (
  JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage | undefined>;
  }
).packages;

/** The version that package-lock.json lists. */
export function lockedVersion(name: string): string {
  const version = locked[`node_modules/${name}`]?.version;
  if (version === undefined) throw new Error(`package-lock.json lists no ${name}.`);
  return version;
}

/**
 * Returns the folder with the files of a package of package-lock.json. npm installs only those of this platform; others
 * are fetched from the registry once, compared with the hash of the lock file, and kept in build/.
 */
export function lockedPackage(name: string): string {
  const installed = join(root, 'node_modules', name);
  if (existsSync(join(installed, 'package.json'))) return installed;
  const version = lockedVersion(name);
  const folder = join(root, 'build', 'packages', `${name.replaceAll('/', '+')}-${version}`);
  mkdirSync(join(folder, '..'), { recursive: true });
  using _ = alone(`${folder}.lock`);
  if (!existsSync(folder)) fetchPackage(name, version, folder);
  return folder;
}

/** Writes the files of a package into a new folder. What the lock file lists has to have its hash. */
export function fetchPackage(name: string, version: string, folder: string): void {
  const place = `${folder}.fetched`;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const printed = run('npm', ['pack', `${name}@${version}`, '--json', '--pack-destination', place]);
  const [packed] = JSON.parse(printed) as [{ filename: string }];
  const archive = join(place, packed.filename.replace('@', '').replace('/', '-'));
  const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  const expected = locked[`node_modules/${name}`]?.integrity;
  if (expected !== undefined && expected !== integrity)
    throw new Error(`${name}@${version} is not what package-lock.json lists: its hash is ${integrity}.`);
  run('tar', ['xzf', archive, '-C', place]);
  rmSync(folder, { recursive: true, force: true });
  renameSync(join(place, 'package'), folder);
  rmSync(place, { recursive: true, force: true });
}

function run(command: string, args: readonly string[]): string {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 600_000,
    shell: process.platform === 'win32',
  });
  if (status === 0) return stdout;
  const last = error?.message ?? stderr.trim().split('\n').slice(-3).join('; ');
  throw new Error(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed: ${last}`);
}
