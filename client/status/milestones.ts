import { commands, window } from 'vscode';
import type { Disposable, Tab } from 'vscode';
import { contextKeys } from '../commandIds.ts';
import type { Projects } from '../projects/projects.ts';
import { milestonesOf, reachable, type Milestone } from './milestonesOf.ts';

/**
 * Keeps the context keys true by which the steps of the walkthrough tick themselves off. VS Code never ticks a step
 * whose key was true before
 * it read the walkthrough, which it does when the page is opened: until then the keys are left unset.
 */
export class Milestones implements Disposable {
  readonly #projects: Projects;
  readonly #told = new Map<Milestone, boolean>();
  readonly #parts: Disposable[];
  #isTourOpen = window.tabGroups.all.some(({ tabs }) => tabs.some(isTour));

  constructor(projects: Projects) {
    this.#projects = projects;
    this.#parts = [
      projects.onChange(() => this.#tell()),
      window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
        if ([...opened, ...changed].some(isTour)) this.tourOpened();
      }),
    ];
  }

  /** The page of walkthroughs is open, so steps tick from now on. */
  tourOpened(): void {
    this.#isTourOpen = true;
    this.#tell();
  }

  dispose(): void {
    for (const part of this.#parts) part.dispose();
  }

  #tell(): void {
    if (!this.#isTourOpen) return;
    const all = this.#projects.all.flatMap(({ overview }) => (overview ? [milestonesOf(overview)] : []));
    for (const milestone of reachable) {
      const reached = milestone === 'hasBegun' ? this.#projects.all.length > 0 : all.some((one) => one[milestone]);
      if (this.#told.get(milestone) === reached) continue;
      this.#told.set(milestone, reached);
      void commands.executeCommand('setContext', contextKeys[milestone], reached);
    }
  }
}

/** A page of walkthroughs has no input of its own, only a title. */
function isTour({ input, label }: Tab): boolean {
  return input === undefined && /welcome|walkthrough|get started|loopwright/i.test(label);
}
