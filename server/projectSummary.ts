import type { Project } from '../engine/project/loadProject.ts';
import type { ProjectSummary } from '../protocol/languageServer.ts';

/** What a project is called and what it has to run, by its text. */
export function summaryOf({ root, file, readable, experiments }: Project): ProjectSummary {
  const config = readable?.config;
  const served = Object.entries(config?.deployments ?? {}).filter(([, { as }]) => as === 'api');
  return {
    root,
    file: file.path,
    name: config?.project ?? null,
    stages: Object.keys(config?.stages ?? {}),
    experiments: [...experiments.keys()].toSorted(),
    deployments: served.map(([name]) => name),
    monitors: Object.keys(config?.monitors ?? {}),
  };
}
