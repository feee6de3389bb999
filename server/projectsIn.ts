import { glob } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectFileName } from '../engine/project/loadProject.ts';
import { isVirtual, pathOf } from './workspace.ts';

const mostProjects = 100;
const passedOver = new Set(['node_modules', '.git', '.loopwright', '.venv', 'venv', 'dist', 'build', '__pycache__', '.tox', '.mypy_cache']);

/** The folders with a project under some folders; those that hold what is installed or generated are passed over. */
export async function projectsIn(folderUris: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const uri of folderUris) {
    const folder = pathOf(uri);
    if (folder === null || isVirtual(folder)) continue;
    try {
      for await (const path of glob(`**/${projectFileName}`, { cwd: folder, exclude: (name) => passedOver.has(name) })) {
        found.push(dirname(join(folder, path)));
        if (found.length >= mostProjects) return found;
      }
    } catch {
      // A folder that may not be read has no project that could be judged.
    }
  }
  return found;
}
