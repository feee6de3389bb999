import type { Project } from './loadProject.ts';
import type { DatasetSchema } from './schema/datasetSchema.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import type { ReadSettings } from './schema/readSettings.ts';

/** The merged schemas by their file and the settings of a dataset: facts are kept by the identity of a schema. */
const merged = new WeakMap<DatasetSchema, Map<string, DatasetSchema>>();

/** Returns a schema whose `loopwright.read` also has the settings of a dataset, which take precedence. */
export function withRead(schema: DatasetSchema, read: ReadSettings | undefined): DatasetSchema {
  if (read === undefined) return schema;
  const key = JSON.stringify(read);
  const known = merged.get(schema) ?? new Map<string, DatasetSchema>();
  merged.set(schema, known);
  const before = known.get(key);
  if (before) return before;
  const { loopwright } = schema;
  const made = { ...schema, loopwright: { ...loopwright, read: { ...loopwright?.read, ...read } } };
  known.set(key, made);
  return made;
}

/** Returns the schema of a dataset, with the settings of its `read`; null without a readable schema. */
export function schemaOfDataset(
  project: Pick<Project, 'schemas'>,
  config: Pick<ProjectConfig, 'datasets'>,
  dataset: string,
): DatasetSchema | null {
  const declared = config.datasets && Object.hasOwn(config.datasets, dataset) ? config.datasets[dataset] : undefined;
  const schema = declared?.schema === undefined ? undefined : project.schemas.get(declared.schema)?.value;
  return schema ? withRead(schema, declared?.read) : null;
}

/** Returns how the text files of a dataset are read, by its schema and itself; undefined when nothing is given. */
export function readOfDataset(
  project: Pick<Project, 'schemas'>,
  config: Pick<ProjectConfig, 'datasets'>,
  dataset: string,
): ReadSettings | undefined {
  const declared = config.datasets && Object.hasOwn(config.datasets, dataset) ? config.datasets[dataset] : undefined;
  return schemaOfDataset(project, config, dataset)?.loopwright?.read ?? declared?.read;
}
