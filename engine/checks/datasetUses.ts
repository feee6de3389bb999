import { pathsOverlap } from '../base/glob.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { tableReads } from '../project/tableReads.ts';
import { cmdStages, sqlOf, stagesOf } from './lookUp.ts';
import type { CheckContext } from './rule.ts';

/** Datasets that something reads. Whatever may read one without saying so counts as reading all. */
export function datasetsRead(context: CheckContext): (name: string) => boolean {
  const known = reading.get(context.config);
  if (known) return known;
  const found = findRead(context);
  reading.set(context.config, found);
  return found;
}

/** Several rules ask the same of one config. */
const reading = new WeakMap<ProjectConfig, (name: string) => boolean>();

function findRead(context: CheckContext): (name: string) => boolean {
  const { config, graph, project } = context;
  const read = new Set<string>();
  const paths: string[] = [];
  for (const node of graph.stages.values()) {
    for (const name of node.reads) read.add(name);
    if (node.kind === 'cmd') paths.push(...node.deps);
    if ('uses' in node.config) paths.push(...(node.config.deps ?? []));
  }
  for (const { labels, predictions } of Object.values(config.monitors ?? {}))
    for (const dataset of [labels?.dataset, predictions]) if (dataset !== undefined) read.add(dataset);
  for (const task of Object.values(config.labelling ?? {})) read.add(task.data);
  for (const deployment of Object.values(config.deployments ?? {}))
    if (deployment.as === 'batch') paths.push(deployment.input);
  for (const [, stage] of stagesOf(config, 'collect'))
    if ('files' in stage.with.from) paths.push(...[stage.with.from.files].flat());
  for (const file of project.schemas.values())
    for (const key of file.value?.foreignKeys ?? []) if (key.reference.resource) read.add(key.reference.resource);
  for (const file of [project.file, ...project.experiments.values()]) {
    for (const match of file.parsed.text.matchAll(/\$\{\s*datasets\.([^.}\s]+)\.path\s*\}/g)) read.add(match[1] ?? '');
  }
  const all = readsUnknown(context) || project.readable?.readsKnown === false;
  return (name) => {
    const path = config.datasets?.[name]?.path;
    return all || read.has(name) || (path !== undefined && paths.some((other) => pathsOverlap(other, path)));
  };
}

/** A command that names no dependency, SQL that cannot be read, or a misspelt name: nobody can tell what they read. */
function readsUnknown(context: CheckContext): boolean {
  const { config } = context;
  const known = new Set(Object.keys(config.datasets ?? {}).map((name) => name.toLowerCase()));
  const unknown = (name: string) => !known.has(name.toLowerCase());
  return (
    cmdStages(config).some(([, stage]) => !stage.deps || stage.deps.length === 0) ||
    stagesOf(config, 'prepare').some(
      ([, stage]) =>
        unknown(stage.with.output) ||
        sqlOf(context, stage) === '' ||
        tableReads(sqlOf(context, stage)).some((read) => unknown(read.name)),
    ) ||
    stagesOf(config, 'collect').some(([, stage]) => unknown(stage.with.dataset)) ||
    [...stagesOf(config, 'train'), ...stagesOf(config, 'validate')].some(([, stage]) => unknown(stage.with.data)) ||
    Object.values(config.monitors ?? {}).some((monitor) => monitor.labels && unknown(monitor.labels.dataset))
  );
}
