import type { PrimaryMetric } from '../../protocol/primaryMetric.ts';
import type { Project } from './loadProject.ts';
import { metricOf, smallerIsBetter, usualMetrics } from '../evaluation/metrics.ts';
import { taskOf } from './taskOf.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { GateConfig } from './schema/gates.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';

/**
 * The metrics that stand for the runs of an experiment as far as the files tell, the primary one first: the objective
 * of its sweep, then
 * `primary_metric`, the metric of the first gate, and what is usual for the task. Those after the first stand in where
 * runs lack it.
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

/** The same of a project without its experiments. */
export function metricsOfConfig(
  config: ProjectConfig,
  schemaOf: (dataset: string) => DatasetSchema | null,
): PrimaryMetric[] {
  const declared = config.primary_metric;
  const named = typeof declared === 'string' ? { name: declared } : declared;
  return [
    ...(named
      ? [{ name: named.name, direction: named.direction ?? directionOf(named.name), why: 'primary_metric' }]
      : []),
    ...gateMetrics(config),
    ...taskMetrics(config, schemaOf),
  ];
}

function directionOf(name: string): PrimaryMetric['direction'] {
  return smallerIsBetter(name) ? 'minimize' : 'maximize';
}

/**
 * The first gate that bounds the quality of the model itself: neither against the champion, nor of groups, nor of its
 * speed or size.
 */
function gateMetrics({ stages }: ProjectConfig): PrimaryMetric[] {
  const all = Object.values(stages);
  const validates = (stage: (typeof all)[number]): boolean => 'uses' in stage && stage.uses === 'validate';
  const gates = [...all.filter(validates), ...all.filter((stage) => !validates(stage))].flatMap((stage) =>
    'gates' in stage ? Object.entries(stage.gates ?? {}) : [],
  );
  const first = gates.find(
    ([gate]) => !/[@[]/.test(gate) && !/(^|[_/])(latency|ms|bytes|seconds|time|size|memory)([_/]|$)/.test(gate),
  );
  return first ? [{ name: first[0], direction: boundDirection(first[0], first[1]), why: 'the first gate' }] : [];
}

function boundDirection(gate: string, { min, max }: GateConfig): PrimaryMetric['direction'] {
  if (metricOf(gate) !== undefined || (min === undefined) === (max === undefined)) return directionOf(gate);
  return min === undefined ? 'minimize' : 'maximize';
}

function taskMetrics({ stages }: ProjectConfig, schemaOf: (dataset: string) => DatasetSchema | null): PrimaryMetric[] {
  const train = Object.values(stages).find((stage) => 'uses' in stage && stage.uses === 'train');
  const task = train && 'uses' in train && train.uses === 'train' ? taskOf(train, schemaOf(train.with.data)) : null;
  return task === null
    ? []
    : usualMetrics(task).map((name) => ({ name, direction: directionOf(name), why: `usual for a ${task} model` }));
}
