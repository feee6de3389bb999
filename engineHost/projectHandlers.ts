import { readLock } from '../engine/fingerprint/lockFile.ts';
import { projectOverview } from '../engine/overview/projectOverview.ts';
import { pythonVariables } from '../engine/python/findPython.ts';
import { stageStatuses } from '../engine/runner/stageStatus.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about the project as a whole. `follow` gets the paths that the overview depends on. */
export function projectHandlers(
  store: HostStore,
  project: HostProject,
  follow: (paths: ReadonlySet<string>) => void,
): AreaHandlers<'project' | 'stages' | 'python'> {
  return {
    'project/overview': () => {
      project.asked.clear();
      const overview = projectOverview(project.load(), store.current());
      // Whether a stage is fresh also depends on what it read and wrote.
      const locked = Object.values(readLock(project.root)).flatMap(({ deps, outs }) => [
        ...Object.keys(deps),
        ...Object.keys(outs),
      ]);
      follow(new Set([...project.asked.paths, ...locked]));
      // A folder without a project file has no broken project.
      return project.exists() ? overview : { ...overview, problem: null };
    },
    // All that looks for a Python in this process reads these variables.
    'python/select': ({ setting, selected }) => {
      let changed = false;
      for (const [name, value] of [
        [pythonVariables.setting, setting],
        [pythonVariables.editor, selected],
      ] as const) {
        changed ||= (process.env[name] ?? null) !== value;
        if (value === null) delete process.env[name];
        else process.env[name] = value;
      }
      return { changed };
    },
    'stages/status': () => stageStatuses(project.shown(), store.current()),
  };
}
