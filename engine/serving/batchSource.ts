import type { Database } from '../data/database.ts';
import { tableSql } from '../data/typedSource.ts';
import { typeOfFeature } from '../models/feature.ts';
import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';
import type { ReadSettings } from '../project/schema/readSettings.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import type { DeploymentColumns } from './deploymentColumns.ts';
import { schemaOfVersion } from './schemaOfVersion.ts';

/**
 * Returns a FROM expression of the files of a batch. Text is read as the schema of its dataset says, and without one as
 * it is written: what the model reads as a text, and the key, stay as they are. A text of another type stays in its
 * column, so that checkBatch refuses its row.
 */
export function batchSource(
  db: Database,
  files: readonly string[],
  version: Pick<ModelVersion, 'report'>,
  columns: Pick<DeploymentColumns, 'schema' | 'key'>,
  given: { schema: DatasetSchema | null; read: ReadSettings | undefined },
): Promise<string> {
  const trained = schemaOfVersion(version.report, columns.schema);
  const texts = version.report.features.filter((feature) => typeOfFeature(feature) === 'text');
  return tableSql(db, files, given.schema, {
    read: given.read,
    strays: 'text',
    asWritten: new Set(trained?.fields.filter(hasForm).map(({ name }) => name)),
    texts: new Set([...texts.map(({ name }) => name), ...(columns.key === null ? [] : [columns.key])]),
  });
}

/** Whether checkBatch reads the texts of a field in a form of its own. */
function hasForm({ decimalChar, groupChar, bareNumber, format, trueValues, falseValues }: Field): boolean {
  return [decimalChar, groupChar, bareNumber, format, trueValues, falseValues].some((one) => one !== undefined);
}
