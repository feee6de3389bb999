import { readOfDataset, schemaOfDataset } from '../project/schemaOfDataset.ts';
import { openDatabase } from '../data/database.ts';
import { columnsOf } from '../data/inspectColumns.ts';
import { tableSql } from '../data/typedSource.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { labelledSql, newRegimeSql, splitTime } from '../stages/newRegime.ts';
import type { Store } from '../store/store.ts';
import { projectPath } from '../base/projectPath.ts';

/**
 * Counts the labelled rows of a dataset from the time `since` on. Null when they cannot be counted: the dataset is not
 * declared or has no file, or no column says when a row was.
 */
export async function countNewRows(
  project: Project,
  config: ProjectConfig,
  store: Store,
  dataset: string | null,
  since: number,
): Promise<number | null> {
  const declared = dataset === null ? undefined : config.datasets?.[dataset];
  if (dataset === null || !declared) return null;
  const schema = schemaOfDataset(project, config, dataset);
  const files = new FileFingerprints(project.root, store).expand(declared.path);
  if (files.length === 0) return null;
  const db = await openDatabase();
  try {
    const paths = files.map((file) => projectPath(project.root, file));
    const source = await tableSql(db, paths, schema, { read: readOfDataset(project, config, dataset) });
    const columns = await columnsOf(db, source);
    const isNew = newRegimeSql(columns, schema, since, splitTime(config, dataset));
    if (isNew === null) return null;
    const [row] = await db.rows(
      `SELECT count(*) AS n FROM ${source} WHERE ${isNew} AND ${labelledSql(columns, schema)}`,
    );
    return Number(row?.['n'] ?? 0);
  } finally {
    db.close();
  }
}
