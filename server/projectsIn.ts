import { findProjects, nearestProject } from '../engine/project/findProjects.ts';
import { pathOf } from './workspace.ts';
import { isVirtual } from './places.ts';

/** Each one is read and judged, which takes time; a window with more shows these. */
const mostProjects = 500;

/**
 * The folders with a project of some folders: in them, below them, and the one around a folder that has none itself.
 */
export async function projectsIn(
  folderUris: readonly string[],
  exclude: readonly string[] = [],
): Promise<{ roots: string[]; isCut: boolean }> {
  const roots = new Set<string>();
  for (const uri of folderUris) {
    const folder = pathOf(uri);
    if (folder === null || isVirtual(folder)) continue;
    const around = nearestProject(folder);
    if (around !== null) roots.add(around);
    const found = await findProjects(folder, { exclude, most: mostProjects - roots.size });
    for (const root of found.roots) roots.add(root);
    if (found.isCut) return { roots: [...roots], isCut: true };
  }
  return { roots: [...roots], isCut: false };
}
