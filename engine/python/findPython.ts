import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { WorkError } from '../base/errors.ts';
import type { Variables } from '../base/programEnvironment.ts';
import { isProgram, programOnPath } from '../base/programOnPath.ts';
import { editorSetting } from './editorSetting.ts';
import { condaEnvironment } from './environments/condaEnvironment.ts';
import type { FindDeclared, PythonTool } from './environments/declaredEnvironment.ts';
import { pipenvEnvironment } from './environments/pipenvEnvironment.ts';
import { pixiEnvironment } from './environments/pixiEnvironment.ts';
import { poetryEnvironment } from './environments/poetryEnvironment.ts';
import { uvEnvironment } from './environments/uvEnvironment.ts';
import { launchedPython } from './launchedPython.ts';
import { systemPython } from './systemPython.ts';
import { isInside, relativePath } from '../base/projectPath.ts';

/** The Python interpreter that the programs of a project use. */
export interface FoundPython {
  /** Absolute path of the interpreter. */
  path: string;
  /** Environment that contains the interpreter; null for one outside any environment. */
  environment: { kind: 'venv' | 'conda'; folder: string } | null;
  /** The tool whose files led to the environment. */
  tool?: PythonTool;
  /** Reason for the choice, shown after the path: `.venv of the project`. */
  why: string;
}

export interface PythonRequest {
  /** Absolute folder of the project. */
  root: string;
  /** The key `python` of the project. */
  python?: string | undefined;
  env?: Variables | undefined;
}

/**
 * Variables in which an editor passes its setting `loopwright.python` and the environment selected in its Python
 * extension.
 */
export const pythonVariables = { setting: 'LOOPWRIGHT_PYTHON', editor: 'LOOPWRIGHT_EDITOR_PYTHON' } as const;

const isWindows = process.platform === 'win32';
const folderNames = ['.venv', 'venv'];
/** In this order; the first whose environment exists. */
const tools: readonly FindDeclared[] = [
  condaEnvironment,
  poetryEnvironment,
  uvEnvironment,
  pixiEnvironment,
  pipenvEnvironment,
];

/**
 * Returns the first of: the project's key `python`, the setting `loopwright.python`, the environment selected in the
 * editor's Python extension, the environment of the project or of a folder above it within its repository, and
 * `python3` on the PATH. The environment of a folder is `.venv` or `venv`, else that of conda, Poetry, uv, pixi or
 * Pipenv by the files that these tools keep. Null when none of them exists. Throws WorkError when the key or the setting
 * does not name a Python interpreter.
 */
export function findPython({ root, python, env = process.env }: PythonRequest): FoundPython | null {
  const named =
    python === undefined
      ? null
      : { value: python, from: root, why: '`python` of the project', place: { file: 'loopwright.yaml' } };
  const setting = named ? null : settingOf(root, env);
  const chosen = named ?? setting;
  if (chosen) {
    const found = pythonAt(chosen.value, chosen.from, env);
    if (found === null) throw new WorkError(notFound(chosen), chosen.place ? { place: chosen.place } : {});
    return { ...found, why: chosen.why };
  }
  const selected = env[pythonVariables.editor];
  const ofEditor = selected ? pythonAt(selected, root, env) : null;
  if (ofEditor) return { ...ofEditor, why: 'selected in the editor' };
  const absent: string[] = [];
  for (const [folder, words] of foldersAbove(root)) {
    const found = inFolder(folder, words, env, absent);
    if (found) return found;
  }
  const found = onPath(env);
  return found && { ...found, why: [found.why, ...absent.slice(0, 1)].join('; ') };
}

/** The environment of a folder. `absent` gets a sentence about each one that a tool declares and has not made. */
function inFolder(folder: string, words: string, env: Variables, absent: string[]): FoundPython | null {
  // uv uses the folder in the variable even where there is a `.venv`.
  const ofUv = env['UV_PROJECT_ENVIRONMENT'] ? uvEnvironment(folder, env) : null;
  const named = ofUv?.folder ? pythonAt(ofUv.folder, folder, env) : null;
  if (named) return { ...named, tool: 'uv', why: `${ofUv?.words} of ${words}` };
  for (const name of folderNames) {
    const found = existsSync(join(folder, name)) ? pythonAt(join(folder, name), folder, env) : null;
    if (found) return { ...found, why: `\`${name}\` of ${words}` };
  }
  for (const find of tools) {
    const declared = find(folder, env);
    if (!declared) continue;
    const found = declared.folder === null ? null : pythonAt(declared.folder, folder, env);
    if (found) return { ...found, tool: declared.tool, why: `${declared.words} of ${words}` };
    absent.push(`the ${declared.words} of ${words} does not exist, \`${declared.make}\` creates it`);
  }
  return null;
}

interface Chosen {
  value: string;
  /** Folder that a relative path is resolved against. */
  from: string;
  why: string;
  place?: { file: string };
}

function settingOf(root: string, env: Variables): Chosen | null {
  const why = 'the setting `loopwright.python`';
  const given = env[pythonVariables.setting]?.trim();
  if (given) return { value: given, from: root, why };
  for (const [folder] of foldersAbove(root)) {
    const value = editorSetting(folder, 'loopwright.python');
    if (typeof value === 'string' && value.trim() !== '')
      return { value: value.trim().replaceAll('${workspaceFolder}', folder), from: folder, why };
  }
  return null;
}

function notFound({ value, why }: Chosen): string {
  const subject = `${(why[0] ?? '').toUpperCase()}${why.slice(1)}`;
  return `${subject} is \`${value}\`, which is not a Python interpreter or environment. Name an interpreter, or the folder of an environment such as \`.venv\`. \`${systemPython} -m venv .venv\` creates one.`;
}

/**
 * Returns the project's folder and the folders above it up to the root of its repository; without a repository, only
 * the project's folder.
 */
export function foldersAbove(root: string): [folder: string, words: string][] {
  const found: [string, string][] = [[root, 'the project']];
  if (existsSync(join(root, '.git'))) return found;
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    const isTop = existsSync(join(folder, '.git'));
    found.push([folder, isTop ? 'the repository' : `\`${relative(root, folder).replaceAll('\\', '/')}\``]);
    if (isTop) return found;
    if (folder === dirname(folder)) return found.slice(0, 1);
  }
}

/**
 * Resolves a value to an interpreter: a program, the folder of an environment, a name on the PATH, or, on Windows, its
 * launcher with a version: `py -3.12`.
 */
function pythonAt(value: string, from: string, env: Variables): Omit<FoundPython, 'why'> | null {
  const home = value === '~' || /^~[\\/]/.test(value) ? join(homedir(), value.slice(1)) : value;
  const launched = isWindows ? /^py(?:\.exe)?(?:\s+(-\S+))?$/i.exec(home) : null;
  if (launched) {
    const launcher = programOnPath('py', env);
    const program = launcher === null ? null : launchedPython(launcher, launched[1] ?? '-3');
    return program === null ? null : { path: program, environment: environmentOf(program) };
  }
  if (!/[\\/]/.test(home) && !existsSync(resolve(from, home))) {
    const program = programOnPath(home, env);
    return program === null ? null : { path: program, environment: environmentOf(program) };
  }
  const path = isAbsolute(home) ? home : resolve(from, home);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory();
  if (isFolder === undefined) return null;
  const program = isFolder ? interpreterIn(path) : isProgram(path) ? path : null;
  return program === null ? null : { path: program, environment: environmentOf(program) };
}

function interpreterIn(folder: string): string | null {
  const places = isWindows
    ? ['Scripts/python.exe', 'python.exe', 'bin/python.exe']
    : ['bin/python', 'bin/python3', 'python', 'python3'];
  return places.map((place) => join(folder, place)).find((path) => isProgram(path)) ?? null;
}

/**
 * Returns the environment that contains an interpreter, detected by the files that venv, virtualenv, uv and conda
 * write.
 */
function environmentOf(program: string): FoundPython['environment'] {
  for (const folder of new Set([dirname(dirname(program)), dirname(program)])) {
    if (existsSync(join(folder, 'pyvenv.cfg'))) return { kind: 'venv', folder };
    if (existsSync(join(folder, 'conda-meta'))) return { kind: 'conda', folder };
  }
  return null;
}

function onPath(env: Variables): FoundPython | null {
  for (const name of ['python3', 'python']) {
    const path = programOnPath(name, env);
    if (path === null) continue;
    const environment = environmentOf(path);
    return { path, environment, why: environment ? 'active in the shell' : `\`${name}\` on the PATH` };
  }
  const found = isWindows ? pythonAt('py -3', '.', env) : null;
  return found && { ...found, why: '`py -3`' };
}

/** Returns the interpreter path for display: relative inside the project, with `~` inside the home folder. */
export function pythonText({ path }: FoundPython, root: string): string {
  if (relativePath(root, path) !== '' && isInside(root, path)) return relativePath(root, path);
  const inHome = relativePath(homedir(), path);
  return inHome !== '' && isInside(homedir(), path) ? `~/${inHome}` : path;
}

/** True for an environment that uv made without pip. */
export function isWithoutPip({ environment }: FoundPython): boolean {
  if (environment?.kind !== 'venv') return false;
  try {
    if (!/^uv\s*=/m.test(readRegularFile(join(environment.folder, 'pyvenv.cfg')).toString())) return false;
  } catch {
    return false;
  }
  return !['bin/pip', 'bin/pip3', 'Scripts/pip.exe'].some((path) => existsSync(join(environment.folder, path)));
}

/** True when both paths resolve to the same program. */
export function isSameProgram(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return basename(a) === basename(b) && a === b;
  }
}
