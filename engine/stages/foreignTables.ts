import type { Database } from '../data/database.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import { datasetSql } from './datasetView.ts';
import { datasetOf, type StageContext } from './stageContext.ts';

/**
 * FROM-able SQL of the dataset that each foreign key of a schema refers to; null for the table itself, for names that
 * are not datasets, and for datasets without a file, which the log reports.
 */
export async function foreignTables(
  context: StageContext,
  db: Database,
  schema: DatasetSchema,
): Promise<(string | null)[]> {
  const tables: (string | null)[] = [];
  for (const {
    reference: { resource },
  } of schema.foreignKeys ?? []) {
    const known = resource !== undefined && resource !== '' && Object.hasOwn(context.config.datasets ?? {}, resource);
    const dataset = known ? datasetOf(context, resource) : null;
    const there = dataset !== null && context.fingerprints.expand(dataset.path).length > 0;
    if (dataset && !there)
      context.log(`warning: the foreign key to ${resource} is not checked: nothing matches ${dataset.path}`);
    tables.push(
      dataset && there && resource
        ? `(${await datasetSql(db, context.project.root, context.fingerprints, resource, dataset, context.period, context.signal)})`
        : null,
    );
  }
  return tables;
}
