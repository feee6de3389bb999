import type { ProjectOverview } from '../../protocol/lifeCycle.ts';

/** What a project has come to; the steps of the walkthrough tick themselves off by it. */
export const reachable = ['hasBegun', 'hasRun', 'hasModel', 'hasChampion', 'hasServed', 'hasWindow'] as const;
export type Milestone = (typeof reachable)[number];

export function milestonesOf({ experiments, models, deployments, life }: ProjectOverview): Record<Milestone, boolean> {
  return {
    hasBegun: true,
    hasRun: experiments.some(({ runCount }) => runCount > 0),
    hasModel: models.length > 0,
    hasChampion: models.some(({ isChampion }) => isChampion),
    hasServed: deployments.some(({ state, predictions }) => state === 'healthy' || predictions > 0),
    hasWindow: life.some(({ part, state }) => part === 'monitor' && state !== 'none'),
  };
}
