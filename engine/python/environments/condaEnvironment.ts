import { realpathSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { plainYaml } from '../../base/plainYaml.ts';
import { programOnPath } from '../../base/programOnPath.ts';
import type { Variables } from '../../base/programEnvironment.ts';
import { homeOf, isEnvironment, textOf, type DeclaredEnvironment } from './declaredEnvironment.ts';

/** The environment that `environment.yml` names, under the roots of conda, mamba and micromamba on this machine. */
export function condaEnvironment(folder: string, env: Variables): DeclaredEnvironment | null {
  const file = ['environment.yml', 'environment.yaml'].find((name) => textOf(folder, name) !== null);
  if (file === undefined) return null;
  const { name, prefix } = namedIn(textOf(folder, file) ?? '');
  if (name === undefined && prefix === undefined) return null;
  const places = prefix === undefined ? [] : [isAbsolute(prefix) ? prefix : resolve(folder, prefix)];
  if (name !== undefined) places.push(...placesOf(name, env));
  return {
    tool: 'conda',
    words: `conda environment \`${name ?? prefix}\``,
    folder: places.find(isEnvironment) ?? null,
    make: `conda env create -f ${file}`,
  };
}

function namedIn(text: string): { name?: string; prefix?: string } {
  try {
    const content = plainYaml(text) as { name?: unknown; prefix?: unknown } | null;
    const [name, prefix] = [content?.name, content?.prefix].map((value) =>
      typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined,
    );
    return { ...(name === undefined ? {} : { name }), ...(prefix === undefined ? {} : { prefix }) };
  } catch {
    return {};
  }
}

function placesOf(name: string, env: Variables): string[] {
  const home = homeOf(env);
  const roots = rootsOf(env, home);
  if (name === 'base' || name === 'root') return roots;
  const folders = [env['CONDA_ENVS_PATH'], env['CONDA_ENVS_DIRS']].flatMap((value) => value?.split(delimiter) ?? []);
  folders.push(...roots.map((root) => join(root, 'envs')), join(home, '.conda/envs'));
  // Where conda notes each environment that it makes, one path a line.
  const noted = (textOf(home, '.conda/environments.txt') ?? '').split(/\r?\n/).map((line) => line.trim());
  const active = env['CONDA_PREFIX'];
  return [
    ...(active ? [active] : []),
    ...folders.filter((folder) => folder !== '').map((folder) => join(folder, name)),
    ...noted,
  ].filter((path) => basename(path) === name);
}

/** Folders that conda, mamba or micromamba is installed in, those that the shell names first. */
function rootsOf(env: Variables, home: string): string[] {
  const roots = [env['MAMBA_ROOT_PREFIX'], env['CONDA_ROOT']];
  for (const program of [env['CONDA_EXE'], programOnPath('conda', env), programOnPath('mamba', env)]) {
    // ROOT/bin/conda, ROOT/condabin/conda, ROOT\Scripts\conda.exe
    if (program) roots.push(dirname(dirname(program)), dirname(dirname(real(program))));
  }
  const active = env['CONDA_PREFIX'];
  if (active) roots.push(basename(dirname(active)) === 'envs' ? dirname(dirname(active)) : active);
  const names = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba', '.local/share/mamba'];
  roots.push(...names.map((name) => join(home, name)));
  for (const folder of [env['ProgramData'], env['LOCALAPPDATA'], '/opt'])
    if (folder) roots.push(...['miniconda3', 'anaconda3', 'miniforge3', 'conda'].map((name) => join(folder, name)));
  return [...new Set(roots.filter((root) => root !== undefined && root !== ''))] as string[];
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
