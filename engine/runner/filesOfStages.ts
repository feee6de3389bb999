import { lockKey } from '../fingerprint/lockFile.ts';
import type { InputState } from '../fingerprint/sameInputs.ts';
import type { PlanOptions } from './planOptions.ts';

/**
 * The paths whose content decides whether these stages are fresh: what they read, and what they wrote when they last
 * ran. Nothing of a stage that never ran.
 */
export function filesOfStages(
  { project, graph, lock, experiment, inputs }: PlanOptions,
  names: readonly string[],
): string[] {
  return names.flatMap((name) => {
    const node = graph.stages.get(name);
    const recorded = [lock[lockKey(name, experiment)], lock[name]].filter((entry) => entry !== undefined);
    if (!node || (recorded.length === 0 && !project.dvc)) return [];
    return [
      ...openInputs(node.deps, inputs?.get(name)),
      ...(project.dvc ? node.outs : []),
      ...recorded.flatMap(({ outs }) => Object.keys(outs)),
    ];
  });
}

/** The inputs of a stage that are not known to be those of the lock, where there are very many of them. */
export function openInputs(deps: readonly string[], known: InputState | undefined): readonly string[] {
  return known?.wereSame === true ? [] : (known?.different?.changed ?? deps);
}
