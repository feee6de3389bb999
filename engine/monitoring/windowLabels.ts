import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Project } from '../project/loadProject.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { datasetSql } from '../stages/datasetView.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { textValues } from '../models/features.ts';
import type { Store } from '../store/store.ts';

export interface WindowLabels {
  /** The label of each key, as text or number: the newest by the time of the labels, else the last one. */
  byKey: ReadonlyMap<string, string | number>;
  /** Keys with labels that differ, where no time says which is newer. */
  conflicting: ReadonlySet<string>;
}

/** The labels of nothing. */
export const noLabels: WindowLabels = { byKey: new Map(), conflicting: new Set() };

/**
 * The labels that have arrived by `now`; rows before `from` cannot belong to the window and are not read.
 */
export async function readLabels(input: {
  project: Project;
  config: ProjectConfig;
  store: Store;
  db: Database;
  labels: NonNullable<MonitorConfig['labels']>;
  target: string;
  from: number;
  now: number;
}): Promise<WindowLabels> {
  const { project, config, store, db, labels, target, from, now } = input;
  const dataset = config.datasets?.[labels.dataset];
  const schema = dataset?.schema ? (project.schemas.get(dataset.schema)?.value ?? null) : null;
  const fingerprints = new FileFingerprints(project.root, store);
  if (!dataset || fingerprints.expand(dataset.path).length === 0) return noLabels;
  const sql = await datasetSql(
    db,
    project.root,
    fingerprints,
    labels.dataset,
    { path: dataset.path, schema },
    { asOf: now, window: null },
  );
  const time = timestampOf(schema);
  const named = time === null ? null : quoteIdentifier(time);
  const where = named === null ? '' : ` WHERE ${named} >= make_timestamp_ms(${Math.round(from)}) ORDER BY ${named}`;
  const table = await db.table(
    `SELECT CAST(${quoteIdentifier(labels.key)} AS VARCHAR) AS key, ${quoteIdentifier(target)} AS value FROM (${sql})${where}`,
  );
  const keys = table.columns['key'];
  const values = table.columns['value'];
  const byKey = new Map<string, string | number>();
  const conflicting = new Set<string>();
  if (!keys || !values) return { byKey, conflicting };
  const names = textValues(keys);
  for (let i = 0; i < table.rows; i++) {
    const key = names[i] ?? null;
    const value = values.kind === 'number' ? (values.values[i] ?? Number.NaN) : (values.values[i] ?? null);
    if (key === null || value === null || Number.isNaN(value)) continue;
    if (time === null && byKey.has(key) && byKey.get(key) !== value) conflicting.add(key);
    byKey.set(key, value);
  }
  return { byKey, conflicting };
}
