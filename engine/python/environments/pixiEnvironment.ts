import { join } from 'node:path';
import { hasTomlTable } from '../tomlValue.ts';
import { isEnvironment, textOf, type DeclaredEnvironment } from './declaredEnvironment.ts';

/** pixi's environment `default` of a folder. */
export function pixiEnvironment(folder: string): DeclaredEnvironment | null {
  const isPixi =
    textOf(folder, 'pixi.toml') !== null || hasTomlTable(textOf(folder, 'pyproject.toml') ?? '', 'tool.pixi');
  if (!isPixi) return null;
  const path = join(folder, '.pixi/envs/default');
  return {
    tool: 'pixi',
    words: 'pixi environment `default`',
    folder: isEnvironment(path) ? path : null,
    make: 'pixi install',
  };
}
