import { dirname, join, matchesGlob, relative, resolve } from 'node:path';
import type { Variables } from '../../base/programEnvironment.ts';
import { hasTomlTable, tomlValue } from '../tomlValue.ts';
import { isEnvironment, textOf, type DeclaredEnvironment } from './declaredEnvironment.ts';

/**
 * uv's environment of a folder: `.venv` of its workspace, or the folder in UV_PROJECT_ENVIRONMENT, which is relative to
 * the workspace.
 */
export function uvEnvironment(folder: string, env: Variables): DeclaredEnvironment | null {
  const project = textOf(folder, 'pyproject.toml');
  if (project === null) return null;
  const workspace = workspaceOf(folder);
  const top = workspace ?? folder;
  const isUv = workspace !== null || textOf(folder, 'uv.lock') !== null || hasTomlTable(project, 'tool.uv');
  if (!isUv) return null;
  const path = resolve(top, env['UV_PROJECT_ENVIRONMENT'] || '.venv');
  return {
    tool: 'uv',
    words: workspace === null || workspace === folder ? 'uv environment' : 'environment of the uv workspace',
    folder: isEnvironment(path) ? path : null,
    make: 'uv sync',
  };
}

/** The folder whose `[tool.uv.workspace]` has the folder as a member. */
function workspaceOf(folder: string): string | null {
  for (let top = folder; ; top = dirname(top)) {
    const text = textOf(top, 'pyproject.toml') ?? '';
    if (hasTomlTable(text, 'tool.uv.workspace')) return isMember(text, relative(top, folder)) ? top : null;
    if (top === dirname(top)) return null;
  }
}

function isMember(text: string, path: string): boolean {
  if (path === '') return true;
  const matches = (key: string) => {
    const patterns = tomlValue(text, 'tool.uv.workspace', key);
    return Array.isArray(patterns) && patterns.some((pattern) => matchesGlob(path, join(pattern)));
  };
  return matches('members') && !matches('exclude');
}
