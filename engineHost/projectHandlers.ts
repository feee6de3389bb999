import { readLock } from '../engine/fingerprint/lockFile.ts';
import { overviewWithHashes } from '../engine/overview/projectOverview.ts';
import { pythonVariables } from '../engine/python/findPython.ts';
import { stageStatuses, withHashes } from '../engine/runner/stageStatus.ts';
import type { AreaHandlers } from './handlers.ts';
import type { HostProject } from './hostProject.ts';
import type { HostStore } from './hostStore.ts';

/** Requests about the project as a whole. `follow` gets the paths that the overview depends on. */
export function projectHandlers(
  store: HostStore,
  project: HostProject,
  follow: (paths: ReadonlySet<string>) => void,
): AreaHandlers<'project' | 'stages' | 'python'> {
  let last: Promise<unknown> = Promise.resolve();
  /** One after the other: two at once would hash the same files. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
  const overviewNow = async (signal: AbortSignal | undefined) => {
    project.asked.clear();
    const overview = await overviewWithHashes(project.load(), store.current(), { signal });
    // Whether a stage is fresh also depends on what it read and wrote.
    const locked = Object.values(readLock(project.root)).flatMap(({ deps, outs }) => [
      ...Object.keys(deps),
      ...Object.keys(outs),
    ]);
    follow(new Set([...project.asked.paths, ...locked]));
    // A folder without a project file has no broken project.
    return project.exists() ? overview : { ...overview, problem: null };
  };
  return {
    'project/overview': (_params, signal) => inTurn(() => overviewNow(signal)),
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
    'stages/status': (_params, signal) => {
      return inTurn(() => {
        const [shown, current] = [project.shown(), store.current()];
        return withHashes(shown, current, { signal }, (looked) =>
          stageStatuses(shown, current, 'default', undefined, looked),
        );
      });
    },
  };
}
