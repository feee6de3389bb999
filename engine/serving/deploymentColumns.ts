import type { Feature } from '../models/feature.ts';
import type { Project } from '../project/loadProject.ts';
import { deployedModel, type ProjectModel } from '../project/models.ts';
import { parseTime } from '../project/parseTime.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { timestampOf } from '../project/timestampOf.ts';

/** The latest time of a JavaScript Date, epoch milliseconds. */
const lastTime = 8.64e15;

/** The fields of a row that are stored with its prediction. */
export interface DeploymentColumns {
  /** The schema of the training data; null when there is none. */
  schema: DatasetSchema | null;
  key: string | null;
  time: string | null;
  keyOf(row: Record<string, unknown>): string | null;
  /** The time of the event by the timestamp of the row; now when it has none. Epoch milliseconds. */
  timeOf(row: Record<string, unknown>): number;
  featuresOf(row: Record<string, unknown>, features: readonly Feature[]): Record<string, unknown>;
}

/**
 * The key comes from the labels of the monitor or the primary key of the schema, the time from the field with role
 * timestamp. The schema is that of the training data. Default of `model`: that of the deployment.
 */
export function deploymentColumns(
  project: Project,
  config: ProjectConfig,
  deployment: string | null,
  { data }: ProjectModel = deployedModel(config, deployment ?? ''),
): DeploymentColumns {
  const schema = schemaOfData(project, config, data);
  const monitor = Object.values(config.monitors ?? {}).find((candidate) => candidate.deployment === deployment);
  return deploymentColumnsOf(schema, monitor?.labels?.key ?? null);
}

/** The same by a schema alone, and the key of the labels where there are any. */
export function deploymentColumnsOf(schema: DatasetSchema | null, labelKey: string | null): DeploymentColumns {
  const key = labelKey ?? [schema?.primaryKey ?? []].flat()[0] ?? null;
  const time = timestampOf(schema);
  return {
    schema,
    key,
    time,
    keyOf: (row) => (key === null ? null : keyText(row[key])),
    timeOf: (row) => {
      const value = time === null ? undefined : row[time];
      const ms = typeof value === 'number' ? value : typeof value === 'string' ? parseTime(value) : null;
      return ms !== null && Math.abs(ms) <= lastTime ? Math.round(ms) : Date.now();
    },
    featuresOf: (row, features) => Object.fromEntries(features.map(({ name }) => [name, row[name] ?? null])),
  };
}

/** A key as text; one that is no text or number has a text all the same, and its row a warning. */
function keyText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The schema of the dataset that describes the rows of a model; null when there is none. */
export function schemaOfData(project: Project, config: ProjectConfig, data: string | null): DatasetSchema | null {
  const path = data === null ? undefined : config.datasets?.[data]?.schema;
  return path === undefined ? null : (project.schemas.get(path)?.value ?? null);
}
