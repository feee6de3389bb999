import { closure, type StageNode } from '../project/graph.ts';
import type { CheckContext } from './rule.ts';

/**
 * The stages that retraining runs, with all they need; null without retraining, or where an unknown stage or a circle
 * leaves it open.
 */
export function retrainingStages({ config, graph }: CheckContext): StageNode[] | null {
  const { retraining } = config;
  if (!retraining || graph.cycles.length > 0 || (retraining.run ?? []).some((name) => !graph.stages.has(name)))
    return null;
  const names = retraining.run ? closure(graph, retraining.run) : graph.order;
  return names.flatMap((name) => graph.stages.get(name) ?? []);
}

/** Retraining promotes by itself, and no stage it runs has a gate. */
export function promotesWithoutGates(context: CheckContext): boolean {
  const stages = retrainingStages(context);
  if (context.config.retraining?.then !== 'promote' || !stages?.some((node) => node.kind === 'validate')) return false;
  return !stages.some(({ config }) => 'gates' in config && Object.keys(config.gates ?? {}).length > 0);
}
