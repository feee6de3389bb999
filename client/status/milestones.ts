import { commands } from 'vscode';
import type { Disposable } from 'vscode';
import { contextKeys } from '../commandIds.ts';
import type { Projects } from '../projects/projects.ts';
import { milestonesOf, type Milestone } from './milestonesOf.ts';

/** Keeps the context keys of the milestones true to the projects of the window. */
export function milestones(projects: Projects): Disposable {
  const told = new Map<Milestone, boolean>();
  return projects.onChange(() => {
    const all = projects.all.flatMap(({ overview }) => (overview ? [milestonesOf(overview)] : []));
    for (const milestone of ['hasRun', 'hasModel', 'hasChampion', 'hasServed', 'hasWindow'] as const) {
      const reached = all.some((one) => one[milestone]);
      if (told.get(milestone) === reached) continue;
      told.set(milestone, reached);
      void commands.executeCommand('setContext', contextKeys[milestone], reached);
    }
  });
}
