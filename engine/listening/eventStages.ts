import { ProjectError } from '../base/errors.ts';
import type { Project } from '../project/loadProject.ts';
import type { DatasetSchema, InvalidMode } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { FromEvents } from '../project/schema/sources/events.ts';

/** A collect stage that receives events over HTTP. */
export interface EventStage {
  name: string;
  dataset: string;
  from: FromEvents;
  invalid: InvalidMode;
  /** The schema of its dataset; null when there is none. */
  schema: DatasetSchema | null;
}

/** The stages that receive events, or those of the given names. Throws ProjectError for a name that is none of them. */
export function eventStages(
  project: Project,
  config: ProjectConfig,
  names: readonly string[] | null = null,
): EventStage[] {
  const all = Object.entries(config.stages ?? {}).flatMap(([name, stage]): EventStage[] => {
    if (!('uses' in stage) || stage.uses !== 'collect' || !('events' in stage.with.from)) return [];
    const { dataset, from, invalid = 'quarantine' } = stage.with;
    const path = config.datasets?.[dataset]?.schema;
    const schema = path === undefined ? null : (project.schemas.get(path)?.value ?? null);
    return [{ name, dataset, from, invalid, schema }];
  });
  if (names === null) return all;
  return names.map((name) => {
    const found = all.find((stage) => stage.name === name);
    if (found) return found;
    const known = all.map((stage) => stage.name).join(', ') || 'none';
    throw new ProjectError(
      Object.hasOwn(config.stages ?? {}, name)
        ? `The stage \`${name}\` does not receive events: its \`from\` has no \`events\`. Stages that do: ${known}.`
        : `There is no stage \`${name}\`. Stages that receive events: ${known}.`,
    );
  });
}
