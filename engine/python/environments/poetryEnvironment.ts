import { createHash } from 'node:crypto';
import { readdirSync, realpathSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { Variables } from '../../base/programEnvironment.ts';
import { hasTomlTable, tomlValue } from '../tomlValue.ts';
import { homeOf, isEnvironment, textOf, type DeclaredEnvironment } from './declaredEnvironment.ts';

/**
 * Poetry's environment of a folder. One outside the folder is named `NAME-HASH-pyX.Y` as `EnvManager.generate_env_name`
 * of Poetry does, in the folder of `virtualenvs.path`.
 */
export function poetryEnvironment(folder: string, env: Variables): DeclaredEnvironment | null {
  const project = textOf(folder, 'pyproject.toml');
  if (project === null) return null;
  const isPoetry = hasTomlTable(project, 'tool.poetry') || textOf(folder, 'poetry.lock') !== null;
  if (!isPoetry) return null;
  const settings = [textOf(folder, 'poetry.toml'), textOf(poetryFolders(env).config, 'config.toml')];
  const setting = (name: string) => {
    const variable = env[`POETRY_VIRTUALENVS_${name.toUpperCase().replaceAll('-', '_')}`];
    if (variable) return variable === 'true' ? true : variable === 'false' ? false : variable;
    return settings.map((text) => tomlValue(text ?? '', 'virtualenvs', name)).find((value) => value !== undefined);
  };
  if (setting('create') === false) return null;
  const declared = { tool: 'poetry', words: 'Poetry environment', make: 'poetry install' } as const;
  if (setting('in-project') === true) {
    const inside = join(folder, '.venv');
    return { ...declared, folder: isEnvironment(inside) ? inside : null };
  }
  const path = setting('path');
  const cache = env['POETRY_CACHE_DIR'] ?? cacheIn(settings) ?? poetryFolders(env).cache;
  const place =
    typeof path === 'string'
      ? expanded(path, folder, cache, env)
      : join(expanded(cache, folder, '', env), 'virtualenvs');
  const name = tomlValue(project, 'project', 'name') ?? tomlValue(project, 'tool.poetry', 'name') ?? 'non-package-mode';
  return { ...declared, folder: typeof name === 'string' ? madeIn(place, baseName(name, folder)) : null };
}

/** The environment whose Python was chosen with `poetry env use`, else that of the newest Python. */
function madeIn(place: string, base: string): string | null {
  const chosen = tomlValue(textOf(place, 'envs.toml') ?? '', base, 'minor');
  let names: string[] = [];
  try {
    names = readdirSync(place).filter((name) => name.startsWith(`${base}-py`));
  } catch {
    // The folder is made with the first environment.
  }
  const minor = (name: string) => Number(/-py\d+\.(\d+)$/.exec(name)?.[1] ?? -1);
  const sorted = names.toSorted((a, b) => minor(b) - minor(a));
  const wanted = typeof chosen === 'string' ? [`${base}-py${chosen}`] : sorted;
  return wanted.map((name) => join(place, name)).find(isEnvironment) ?? null;
}

function baseName(name: string, folder: string): string {
  const canonical = name.replaceAll(/[-_.]+/g, '-').toLowerCase();
  const path = realpathSync(folder);
  const hashed = process.platform === 'win32' ? path.toLowerCase().replaceAll('/', '\\') : path;
  const hash = createHash('sha256').update(hashed).digest('base64url').slice(0, 8);
  return `${canonical.replaceAll(/[ $`!*@"\\\r\n\t]/g, '_').slice(0, 42)}-${hash}`;
}

function cacheIn(settings: readonly (string | null)[]): string | undefined {
  for (const text of settings) {
    // Before the first table of the file.
    const value = /^[ \t]*cache-dir[ \t]*=[ \t]*["'](.+?)["']/m.exec(text?.split(/^[ \t]*\[/m)[0] ?? '')?.[1];
    if (value !== undefined) return value.replaceAll('\\\\', '\\');
  }
  return undefined;
}

function expanded(path: string, folder: string, cache: string, env: Variables): string {
  const whole = path.replaceAll('{cache-dir}', cache);
  const home = whole.replace(/^~(?=[\\/]|$)/, homeOf(env));
  return isAbsolute(home) ? home : resolve(folder, home);
}

/** Poetry's own folders on a platform, as platformdirs gives them. */
export function poetryFolders(env: Variables, platform = process.platform): { cache: string; config: string } {
  const home = homeOf(env);
  const own = env['POETRY_CONFIG_DIR'];
  if (platform === 'darwin')
    return {
      cache: join(home, 'Library/Caches/pypoetry'),
      config: own || join(home, 'Library/Application Support/pypoetry'),
    };
  if (platform === 'win32')
    return {
      cache: join(env['LOCALAPPDATA'] || join(home, 'AppData/Local'), 'pypoetry', 'Cache'),
      config: own || join(env['APPDATA'] || join(home, 'AppData/Roaming'), 'pypoetry'),
    };
  return {
    cache: join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'pypoetry'),
    config: own || join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'pypoetry'),
  };
}
