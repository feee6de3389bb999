import type { Task } from '../evaluation/predictions.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ValidateStage } from '../project/schema/validateStage.ts';
import { taskOfValidation } from '../project/taskOf.ts';
import { stagesOf } from './lookUp.ts';
import type { CheckContext, Path } from './rule.ts';

/** A bound on a metric that Loopwright computes itself, so that its range and direction are known. */
export interface BoundAt {
  path: Path;
  metric: string;
  bound: { min?: number; max?: number };
  /** `gate` or `expectation`, for messages. */
  what: 'gate' | 'expectation';
}

/** The gates of validate stages and the expectations of monitors. What a command measures is its own affair. */
export function boundsOf(config: ProjectConfig): BoundAt[] {
  const gates = stagesOf(config, 'validate').flatMap(([name, stage]) =>
    Object.entries(stage.gates ?? {}).map(([metric, bound]): BoundAt => ({
      path: ['stages', name, 'gates', metric],
      metric,
      bound,
      what: 'gate',
    })),
  );
  const expectations = Object.entries(config.monitors ?? {}).flatMap(([name, monitor]) =>
    Object.entries(monitor.expect ?? {}).map(([metric, bound]): BoundAt => ({
      path: ['monitors', name, 'expect', metric],
      metric,
      bound,
      what: 'expectation',
    })),
  );
  return [...gates, ...expectations];
}

/** What the model that a stage validates learns, or null. */
export function taskValidated(context: Pick<CheckContext, 'config' | 'schemaOf'>, stage: ValidateStage): Task | null {
  return taskOfValidation(context.config, stage, (dataset) => context.schemaOf(dataset));
}

/** A share that was surely meant when a percentage was written. */
export function shareOf(value: number, range: readonly [number, number]): number | null {
  return range[1] === 1 && value > 1 && value <= 100 ? Number((value / 100).toPrecision(6)) : null;
}
