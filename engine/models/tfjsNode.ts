import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { messageOf, WorkError } from '../base/errors.ts';
import type { Variables } from '../base/programEnvironment.ts';
import { programOnPath } from '../base/programOnPath.ts';

/** Installs the package where `findTfjsNode` finds it. */
export const tfjsNodeInstall = 'npm install -g @tensorflow/tfjs-node';
/** Names the folder of the package, or a folder whose `node_modules` has it. */
export const tfjsNodeVariable = 'LOOPWRIGHT_TFJS_NODE';

const packagePath = join('@tensorflow', 'tfjs-node');
const isWindows = process.platform === 'win32';

/**
 * Returns the folder of @tensorflow/tfjs-node: from LOOPWRIGHT_TFJS_NODE, beside Loopwright, or among the global
 * packages of npm. The folder of a project is not searched, since the package is native code. Null when it is not
 * installed; throws WorkError when the variable names a folder without it.
 */
export function findTfjsNode(env: Variables = process.env): string | null {
  const named = env[tfjsNodeVariable];
  if (named) {
    const folder = [named, join(named, packagePath), join(named, 'node_modules', packagePath)].find(isPackage);
    if (folder) return folder;
    throw new WorkError(
      `\`${tfjsNodeVariable}\` is \`${named}\`, which has no @tensorflow/tfjs-node. Name the folder of the package, or unset the variable.`,
    );
  }
  const beside = createRequire(import.meta.url).resolve.paths('@tensorflow/tfjs-node') ?? [];
  return [...beside, ...globalFolders(env)].map((folder) => join(folder, packagePath)).find(isPackage) ?? null;
}

function isPackage(folder: string): boolean {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown };
    return name === '@tensorflow/tfjs-node' || name === '@tensorflow/tfjs-node-gpu';
  } catch {
    return false;
  }
}

/** The folders that `npm install -g` may install into: npm's prefix, and the one that belongs to each Node. */
function globalFolders(env: Variables): string[] {
  const home = homedir();
  const prefixes = [env['NPM_CONFIG_PREFIX'], env['npm_config_prefix'], npmrcPrefix(home)];
  for (const program of [programOnPath('npm', env), programOnPath('node', env), process.execPath]) {
    if (program === null) continue;
    for (const path of [program, real(program)]) prefixes.push(isWindows ? dirname(path) : dirname(dirname(path)));
  }
  prefixes.push(...(isWindows ? [env['APPDATA'] && join(env['APPDATA'], 'npm')] : ['/usr/local']));
  return [...new Set(prefixes)].flatMap((prefix) =>
    prefix ? [join(prefix, ...(isWindows ? [] : ['lib']), 'node_modules')] : [],
  );
}

function npmrcPrefix(home: string): string | undefined {
  try {
    const value = /^\s*prefix\s*=\s*["']?([^"'\r\n]+?)["']?\s*$/m.exec(readFileSync(join(home, '.npmrc'), 'utf8'))?.[1];
    return value?.replace(/^~(?=[\\/]|$)/, home).replaceAll('${HOME}', home);
  } catch {
    return undefined;
  }
}

function real(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** Loads the package, which registers the backend `tensorflow`. Throws WorkError when it is missing or does not load. */
export function loadTfjsNode(): void {
  const folder = findTfjsNode();
  if (folder === null)
    throw new WorkError(`The backend tensorflow is not installed. \`${tfjsNodeInstall}\` installs it.`);
  // tfjs-node 4.22 calls these functions, which Node 23 removed.
  const removed: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: (value) => Array.isArray(value),
  };
  for (const [key, is] of Object.entries(removed))
    if (!(key in util)) Object.defineProperty(util, key, { value: is, configurable: true });
  // TensorFlow prints on standard error which instructions of the processor it uses.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    createRequire(import.meta.url)(folder);
  } catch (error) {
    const [first = ''] = messageOf(error).split('\n');
    throw new WorkError(
      `The backend tensorflow does not load from ${folder}: ${first.trim().replace(/\.?$/, '.')} Install it again: \`${tfjsNodeInstall}\`.`,
      { cause: error },
    );
  }
}
