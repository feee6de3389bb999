import { graphOf } from '../project/graph.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { CollectStage } from '../project/schema/collectStage.ts';

/** The source of a collect stage. */
export interface FoundCollect {
  stage: string;
  dataset: string;
  from: CollectStage['with']['from'];
  invalid: CollectStage['with']['invalid'];
}

/** Returns the collect stages of a project, in its order. */
export function collectStages({ project, config }: { project: Project; config: ProjectConfig }): FoundCollect[] {
  return [...graphOf(config, project.files).stages].flatMap(([stage, { config: one }]) =>
    'uses' in one && one.uses === 'collect'
      ? [{ stage, dataset: one.with.dataset, from: one.with.from, invalid: one.with.invalid }]
      : [],
  );
}

/** Returns the collect stage with a name, otherwise the one that collects the dataset with this name. */
export function findCollect(
  place: { project: Project; config: ProjectConfig },
  name: string,
): FoundCollect | undefined {
  const stages = collectStages(place);
  return stages.find(({ stage }) => stage === name) ?? stages.find(({ dataset }) => dataset === name);
}
