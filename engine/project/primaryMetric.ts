import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { Project } from './loadProject.ts';
import { metricOf, smallerIsBetter, usualMetrics } from '../evaluation/metrics.ts';
import { taskOf, taskOfValidation } from './taskOf.ts';
import type { Task } from '../evaluation/predictions.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { GateConfig } from './schema/gates.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';

/**
 * Returns the declared metrics of the runs of an experiment, the primary one first: the objective of its sweep, then
 * `primary_metric`, the metric of the first gate, and the usual metric of the task. The later ones are used for runs
 * without the first.
 */
export function declaredMetrics(
  project: Pick<Project, 'resolved' | 'schemas' | 'experiments'>,
  experiment: string | null,
): PrimaryMetric[] {
  const { config } = project.resolved;
  const objective = experiment === null ? undefined : project.experiments.get(experiment)?.value?.sweep?.objective;
  const found: PrimaryMetric[] = [];
  if (objective)
    found.push(
      'maximize' in objective
        ? { name: objective.maximize, direction: 'maximize', why: 'the objective of the sweep' }
        : { name: objective.minimize, direction: 'minimize', why: 'the objective of the sweep' },
    );
  if (config) {
    const schemaOf = (dataset: string): DatasetSchema | null =>
      project.schemas.get(config.datasets?.[dataset]?.schema ?? '')?.value ?? null;
    found.push(...metricsOfConfig(config, schemaOf));
  }
  return found.filter(({ name }, index) => found.findIndex((other) => other.name === name) === index);
}

/** Returns the declared metrics of a project without its experiments. */
export function metricsOfConfig(
  config: ProjectConfig,
  schemaOf: (dataset: string) => DatasetSchema | null,
): PrimaryMetric[] {
  const declared = config.primary_metric;
  const named = typeof declared === 'string' ? { name: declared } : declared;
  // Each of several models has its own metrics. Those of the other models are used when a version lacks the first.
  const several = Object.keys(config.models ?? {}).length > 1;
  const gates = gateMetrics(config);
  const tasks = tasksOf(config, schemaOf);
  return [
    ...(named
      ? [{ name: named.name, direction: named.direction ?? directionOf(named.name), why: 'primary_metric' }]
      : []),
    ...(several ? gates : gates.slice(0, 1)),
    ...(several ? tasks : tasks.slice(0, 1)).flatMap(usualOf),
  ];
}

function directionOf(name: string): PrimaryMetric['direction'] {
  return smallerIsBetter(name) ? 'minimize' : 'maximize';
}

/**
 * Returns the first gate on the quality of the model itself, of validate stages first and then of others. Gates on the
 * champion, groups, speed or size do not count.
 */
function gateMetrics({ stages }: ProjectConfig): PrimaryMetric[] {
  const all = Object.values(stages);
  const validates = (stage: (typeof all)[number]): boolean => 'uses' in stage && stage.uses === 'validate';
  return [...all.filter(validates), ...all.filter((stage) => !validates(stage))].flatMap((stage) => {
    const first = Object.entries(('gates' in stage ? stage.gates : undefined) ?? {}).find(
      ([gate]) => !/[@[{]/.test(gate) && !/(^|[_/])(latency|ms|bytes|seconds|time|size|memory)([_/]|$)/.test(gate),
    );
    return first ? [{ name: first[0], direction: boundDirection(first[0], first[1]), why: 'the first gate' }] : [];
  });
}

function boundDirection(gate: string, { min, max }: GateConfig): PrimaryMetric['direction'] {
  if (metricOf(gate) !== undefined || (min === undefined) === (max === undefined)) return directionOf(gate);
  return min === undefined ? 'minimize' : 'maximize';
}

/** Returns the tasks of the train stages and of the models that programs made, in order. */
function tasksOf({ stages }: ProjectConfig, schemaOf: (dataset: string) => DatasetSchema | null): Task[] {
  const tasks = Object.values(stages).flatMap((stage) =>
    'uses' in stage && stage.uses === 'train'
      ? [taskOf(stage, schemaOf(stage.with.data))]
      : 'uses' in stage && stage.uses === 'validate'
        ? [taskOfValidation({ stages }, stage, schemaOf)]
        : [],
  );
  return [...new Set(tasks)].filter((task) => task !== null);
}

function usualOf(task: Task): PrimaryMetric[] {
  return usualMetrics(task).map((name) => ({
    name,
    direction: directionOf(name),
    why: `usual for a ${task} model`,
  }));
}
