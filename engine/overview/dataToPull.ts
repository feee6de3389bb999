import { isGlob } from '../base/glob.ts';
import { trackedAt } from '../project/dvc/trackedData.ts';
import { graphOf } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import { PathIndex } from '../project/pathIndex.ts';
import { hasMatch } from '../project/projectFiles.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';

/** Files that are named in the command; with more, DVC brings all. */
const mostNamed = 3;

/**
 * Returns the command that brings the data which stages read and DVC tracks, but which is not here: a run would fail
 * without it. Null when nothing is missing.
 */
export function dataToPull({ files, dvc }: Pick<Project, 'files' | 'dvc'>, config: ProjectConfig): string | null {
  const nodes = [...graphOf(config, files).stages.values()];
  const written = new PathIndex();
  for (const node of nodes)
    if (dvc?.frozen.has(node.name) !== true) for (const out of node.outs) written.add(out, node.name);
  const read = nodes.flatMap(({ deps, reads, config: stage }) => [
    ...deps,
    ...reads.flatMap((name) => config.datasets?.[name]?.path ?? []),
    ...('uses' in stage && stage.uses === 'collect' && 'files' in stage.with.from
      ? [stage.with.from.files].flat()
      : []),
  ]);
  const isMissing = (path: string) => (isGlob(path) ? !hasMatch(files, path) : !files.exists(path));
  const missing = [...new Set(read)].filter((path) => isMissing(path) && [...written.overlapping(path)].length === 0);
  const targets = new Set<string>();
  for (const path of missing) {
    const tracked = trackedAt(path, files);
    const frozen = nodes.find((node) => dvc?.frozen.has(node.name) === true && node.outs.includes(path));
    if (tracked) targets.add(tracked.file);
    else if (frozen) targets.add(frozen.name);
  }
  if (targets.size === 0) return null;
  const named = targets.size > mostNamed ? [] : [...targets].map(quoted);
  return ['dvc pull', ...named].join(' ');
}

function quoted(path: string): string {
  return /^[\w./@-]+$/.test(path) ? path : `"${path}"`;
}
