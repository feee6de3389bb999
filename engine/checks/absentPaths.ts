import { isGlob } from '../base/glob.ts';
import { PathIndex } from '../project/pathIndex.ts';
import { hasMatch } from '../project/projectFiles.ts';
import type { CheckContext } from './rule.ts';

/** What stages write, and which paths neither exist nor are written by a stage under just that name. */
export function absentPaths(context: CheckContext): { absent: (path: string) => boolean; written: PathIndex } {
  const { files } = context.project;
  const written = new PathIndex();
  const exact = new Set<string>();
  for (const node of context.graph.stages.values()) {
    for (const out of node.outs) {
      written.add(out, node.name);
      exact.add(out);
    }
  }
  // A stage that cannot be read may write it.
  const known = context.project.readable?.writesKnown !== false;
  return {
    written,
    absent: (path) => known && !exact.has(path) && (isGlob(path) ? !hasMatch(files, path) : !files.exists(path)),
  };
}
