import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const version = '4.139.1';
const nodePackage = `node-${process.platform}-${process.arch}`;

export interface CodeServer {
  /** The Node that code-server runs on. */
  node: string;
  /** The bare VS Code server, for tests. */
  main: string;
  /** The `code-server` command, for --install-extension and for people. */
  entry: string;
}

function folder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'loopwright', `code-server-${version}`);
}

function pathsIn(root: string): CodeServer {
  const modules = join(root, 'node_modules');
  return {
    node: join(modules, nodePackage, 'bin', 'node'),
    main: join(modules, 'code-server/lib/vscode/out/server-main.js'),
    entry: join(modules, 'code-server/out/node/entry.js'),
  };
}

/** The installed code-server; null when it is not there or its installation was cut short. */
export function installedCodeServer(): CodeServer | null {
  const paths = pathsIn(folder());
  if (!Object.values(paths).every((path) => existsSync(path))) return null;
  if (existsSync(join(folder(), 'complete'))) return paths;
  // Installed by hand without the marker: taken when npm had finished, which leaves its own record behind the packages.
  return existsSync(join(folder(), 'node_modules/.package-lock.json')) ? paths : null;
}

/** True while another process that lives builds it beside its place. */
function isBeingBuilt(target: string): boolean {
  const parent = dirname(target);
  const others = existsSync(parent)
    ? readdirSync(parent).filter((name) => join(parent, name).startsWith(`${target}.`))
    : [];
  return others.some((name) => {
    try {
      return process.kill(Number(name.split('.').at(-1)), 0);
    } catch {
      return false;
    }
  });
}

/**
 * Installs code-server outside the project unless it is there. It is built beside its place and moved in when complete;
 * of two that ask at once the second waits.
 */
export function ensureCodeServer(): CodeServer {
  const target = folder();
  for (;;) {
    const installed = installedCodeServer();
    if (installed) return installed;
    if (!isBeingBuilt(target)) break;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  }
  const building = `${target}.${process.pid}`;
  console.log(`Installing code-server ${version}: about 800 MB, a few minutes.`);
  mkdirSync(building, { recursive: true });
  writeFileSync(join(building, 'package.json'), '{ "private": true }\n');
  const npm = (args: string[], env: NodeJS.ProcessEnv): void =>
    void execFileSync('npm', ['install', '--no-audit', '--no-fund', ...args], { cwd: building, env, stdio: 'inherit' });
  try {
    npm([`${nodePackage}@24`], process.env);
    const own = join(building, 'node_modules', nodePackage);
    npm([`code-server@${version}`], {
      ...process.env,
      PATH: `${join(own, 'bin')}:${process.env['PATH'] ?? ''}`,
      npm_config_nodedir: own,
    });
    writeFileSync(join(building, 'complete'), `${new Date().toISOString()}\n`);
    if (existsSync(target)) rmSync(target, { recursive: true, force: true });
    mkdirSync(dirname(target), { recursive: true });
    renameSync(building, target);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return pathsIn(target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = process.argv.includes('--install') ? ensureCodeServer() : installedCodeServer();
  if (found)
    console.log(JSON.stringify({ ...found, packages: readdirSync(join(folder(), 'node_modules')).length }, null, 2));
  else {
    console.log('code-server is not installed. Run: node scripts/codeServer.ts --install');
    process.exitCode = 1;
  }
}
