import { normalisePath, pathsOverlap } from '../project/glob.ts';
import type { Located } from '../project/located.ts';
import { tableReads } from '../project/tableReads.ts';
import { cmdStages, sqlOf, stagesOf } from './lookUp.ts';
import type { CheckContext } from './rule.ts';

/** Datasets that something reads. Whatever may read one without saying so counts as reading all. */
export function datasetsRead(context: CheckContext): (name: string) => boolean {
  const { config, graph, project } = context;
  const read = new Set<string>();
  const paths: string[] = [];
  for (const node of graph.stages.values()) {
    for (const name of node.reads) read.add(name);
    if (node.kind === 'cmd') paths.push(...node.deps);
    if ('uses' in node.config) paths.push(...(node.config.deps ?? []));
  }
  for (const monitor of Object.values(config.monitors ?? {})) if (monitor.labels) read.add(monitor.labels.dataset);
  for (const deployment of Object.values(config.deployments ?? {})) if (deployment.as === 'batch') paths.push(deployment.input);
  for (const [, stage] of stagesOf(config, 'collect')) if ('files' in stage.with.from) paths.push(...[stage.with.from.files].flat());
  for (const file of project.schemas.values()) for (const key of file.value?.foreignKeys ?? []) if (key.reference.resource) read.add(key.reference.resource);
  for (const file of [project.file, ...project.experiments.values()]) {
    for (const text of textsIn(file.parsed.root)) for (const match of text.matchAll(/\$\{\s*datasets\.([^.}\s]+)\.path\s*\}/g)) read.add(match[1] ?? '');
  }
  const all = readsUnknown(context);
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
  return cmdStages(config).some(([, stage]) => !stage.deps || stage.deps.length === 0)
    || stagesOf(config, 'prepare').some(([, stage]) => unknown(stage.with.output) || sqlOf(context, stage) === '' || tableReads(sqlOf(context, stage)).some((read) => unknown(read.name)))
    || stagesOf(config, 'collect').some(([, stage]) => unknown(stage.with.dataset))
    || [...stagesOf(config, 'train'), ...stagesOf(config, 'validate')].some(([, stage]) => unknown(stage.with.data))
    || Object.values(config.monitors ?? {}).some((monitor) => monitor.labels && unknown(monitor.labels.dataset));
}

/** Every text in a tree, keys left out. */
export function textsIn(node: Located | null | undefined): string[] {
  if (!node) return [];
  if (node.kind === 'map') return node.entries.flatMap((entry) => textsIn(entry.value));
  if (node.kind === 'seq') return node.items.flatMap(textsIn);
  return typeof node.value === 'string' ? [node.value] : [];
}

/** Two ways to write one path. */
export const samePath = (a: string, b: string): boolean => normalisePath(a) === normalisePath(b);
