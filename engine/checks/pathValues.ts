import { isSqlFile } from '../project/graph.ts';
import { stagesOf, literalAt } from './lookUp.ts';
import type { CheckContext, Path } from './rule.ts';

/** A path that stands in loopwright.yaml as a person wrote it, without references. */
export interface PathValue {
  path: Path;
  value: string;
  /** A stage or deployment writes there. */
  written: boolean;
}

/**
 * Every path of files in loopwright.yaml. What comes from a param or the environment is left out: it is chosen
 * elsewhere.
 */
export function pathValues(context: CheckContext): PathValue[] {
  const { config, graph, project } = context;
  const found: PathValue[] = [];
  const add = (path: Path, written: boolean) => {
    const value = literalAt(project.file, path);
    if (typeof value === 'string') found.push({ path, value, written });
  };
  const writes = new Set([...graph.stages.values()].flatMap((node) => (node.writes === null ? [] : [node.writes])));
  for (const name of Object.keys(config.datasets ?? {})) {
    add(['datasets', name, 'path'], writes.has(name));
    add(['datasets', name, 'schema'], false);
  }
  for (const [name, stage] of Object.entries(config.stages)) {
    stage.deps?.forEach((_, i) => add(['stages', name, 'deps', i], false));
    if ('uses' in stage) continue;
    for (const key of ['outs', 'metrics', 'plots'] as const)
      stage[key]?.forEach((_, i) => add(['stages', name, key, i], true));
  }
  for (const [name, stage] of stagesOf(config, 'prepare'))
    if (stage.with.sql) add(['stages', name, 'with', 'sql'], false);
  for (const [name, stage] of stagesOf(config, 'collect')) {
    const { from } = stage.with;
    const at = ['stages', name, 'with', 'from'];
    for (const key of ['sqlite', 'duckdb', 'delta', 'iceberg']) if (key in from) add([...at, key], false);
    if ('query' in from && isSqlFile(from.query)) add([...at, 'query'], false);
    if ('output' in from && from.output !== undefined) add([...at, 'output'], true);
    if (!('files' in from)) continue;
    if (typeof from.files === 'string') add([...at, 'files'], false);
    else from.files.forEach((_, i) => add([...at, 'files', i], false));
  }
  for (const [name, deployment] of Object.entries(config.deployments ?? {})) {
    if (deployment.as !== 'batch') continue;
    add(['deployments', name, 'input'], false);
    add(['deployments', name, 'output'], true);
  }
  for (const [name, task] of Object.entries(config.labelling ?? {})) {
    add(['labelling', name, 'file'], true);
    if (task.rules !== undefined) add(['labelling', name, 'rules'], false);
  }
  return found;
}

/** `/data`, `C:\data`, `\\server\data` or `~/data`. */
export function isAbsolutePath(path: string): boolean {
  return /^(\/|~(\/|$)|[A-Za-z]:[\\/]|\\\\)/.test(path);
}

/** True when a relative path leads out of the folder it starts in. */
export function leavesFolder(path: string): boolean {
  let depth = 0;
  for (const step of path.replaceAll('\\', '/').split('/')) {
    if (step === '..') depth--;
    else if (step !== '' && step !== '.') depth++;
    if (depth < 0) return true;
  }
  return false;
}
