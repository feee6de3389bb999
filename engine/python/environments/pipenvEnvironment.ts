import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import type { Variables } from '../../base/programEnvironment.ts';
import { homeOf, isEnvironment, textOf, type DeclaredEnvironment } from './declaredEnvironment.ts';

/**
 * Pipenv's environment of a folder: named in a file `.venv`, or `NAME-HASH` of the path of its Pipfile, among the
 * environments in WORKON_HOME.
 */
export function pipenvEnvironment(folder: string, env: Variables): DeclaredEnvironment | null {
  const pipfile = join(folder, 'Pipfile');
  if (textOf(pipfile) === null) return null;
  const named = textOf(folder, '.venv')?.trim() || env['PIPENV_CUSTOM_VENV_NAME'];
  const path =
    named && /[\\/]/.test(named)
      ? resolve(folder, named)
      : join(workonHome(env), named || nameOf(folder, pipfile, env));
  return {
    tool: 'pipenv',
    words: 'Pipenv environment',
    folder: isEnvironment(path) ? path : null,
    make: 'pipenv install',
  };
}

function nameOf(folder: string, pipfile: string, env: Variables): string {
  const clean = basename(folder)
    .replaceAll(/[ &$`!*@"()[\]\\\r\n\t]/g, '_')
    .slice(0, 42);
  const hash = createHash('sha256').update(pipfile).digest('base64url').slice(0, 8);
  const python = env['PIPENV_PYTHON'];
  return `${clean}-${hash}${python ? `-${/[\\/]/.test(python) ? basename(python) : python}` : ''}`;
}

function workonHome(env: Variables): string {
  const home = homeOf(env);
  const named = env['WORKON_HOME']?.replace(/^~(?=[\\/]|$)/, home);
  if (named) return named;
  if (process.platform === 'win32') return join(home, '.virtualenvs');
  return join(env['XDG_DATA_HOME'] || join(home, '.local/share'), 'virtualenvs');
}
