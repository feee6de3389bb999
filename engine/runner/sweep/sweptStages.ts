import type { ParamValue } from '../../../protocol/runs.ts';
import { buildGraph, closure } from '../../project/graph.ts';
import { configFor } from '../../project/loadProject.ts';
import type { SweepConfig } from '../../project/schema/experimentSchema.ts';
import type { RunRequest } from '../runRequest.ts';
import { varied, type Point } from './sweepPoints.ts';

export interface SweptStages {
  /** Stages that are the same for every trial, brought up to date once. */
  shared: string[];
  /** Stages that a param of the sweep reaches, in their order. */
  swept: string[];
  /** The outputs of those stages. */
  outs: string[];
  /** The outputs of all stages of the experiment, which are not part of its code. */
  made: string[];
  /** Whether a built-in stage trains in each trial. */
  trains: boolean;
}

/**
 * Splits the stages of a sweep into those whose config or params differ between points, with everything after them, and
 * the shared stages before.
 */
export function sweptStages(
  { project, experiment = 'default', stages, params: fixed = {} }: RunRequest,
  sweep: SweepConfig,
): SweptStages {
  const at = (point: Point) => configFor(project, experiment, { params: { ...fixed, ...point } });
  const entries = varied(sweep, fixed);
  const base = Object.fromEntries(entries.map(([name, distribution]) => [name, valuesOf(distribution)[0] ?? null]));
  const config = at(base);
  const graph = buildGraph(config, project.files);
  const reached = new Set<string>();
  for (const [name, distribution] of entries) {
    for (const [stage, found] of Object.entries(config.stages))
      if ('cmd' in found && found.params?.includes(name)) reached.add(stage);
    for (const value of valuesOf(distribution).slice(1)) {
      const other = at({ ...base, [name]: value });
      for (const stage of graph.order)
        if (JSON.stringify(other.stages[stage]) !== JSON.stringify(config.stages[stage])) reached.add(stage);
    }
  }
  for (const stage of graph.order)
    if (graph.stages.get(stage)?.dependsOn.some((source) => reached.has(source))) reached.add(stage);
  const wanted = stages ? closure(graph, stages) : graph.order;
  // When no stage uses a param of the sweep, every stage runs: a program may read its environment.
  const swept = wanted.some((stage) => reached.has(stage)) ? wanted.filter((stage) => reached.has(stage)) : [...wanted];
  const nodes = swept.flatMap((stage) => graph.stages.get(stage) ?? []);
  return {
    shared: wanted.filter((stage) => !swept.includes(stage)),
    swept,
    outs: nodes.flatMap((node) => node.outs),
    made: [...graph.stages.values()].flatMap((node) => node.outs),
    trains: nodes.some(({ kind }) => kind === 'train'),
  };
}

/** Values of a distribution that show which stages they reach: all choices, or both ends. */
function valuesOf(distribution: SweepConfig['params'][string]): ParamValue[] {
  if ('choice' in distribution) return distribution.choice as ParamValue[];
  return 'uniform' in distribution
    ? distribution.uniform
    : 'log_uniform' in distribution
      ? distribution.log_uniform
      : distribution.int;
}
