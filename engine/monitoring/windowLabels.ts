import { schemaOfDataset } from '../project/schemaOfDataset.ts';
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

interface LabelRequest {
  project: Pick<Project, 'root' | 'schemas'>;
  config: ProjectConfig;
  store: Store;
  db: Database;
  labels: NonNullable<MonitorConfig['labels']>;
  /** Labels from before this time are not read. Epoch milliseconds. */
  from: number;
  now: number;
}

/** The labels that have arrived by `now`. */
export async function readLabels({ target, ...request }: LabelRequest & { target: string }): Promise<WindowLabels> {
  const source = await labelSource(request);
  if (source === null) return noLabels;
  const { sql, time } = source;
  const table = await request.db.table(
    `SELECT CAST(${quoteIdentifier(request.labels.key)} AS VARCHAR) AS key, ${quoteIdentifier(target)} AS value
     FROM ${sql}${time === null ? '' : ` ORDER BY ${time}`}`,
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

/** The time of the newest label of each key; null where the labels have no time. */
export async function labelTimes({
  target,
  ...request
}: LabelRequest & { target: string }): Promise<Map<string, number | null>> {
  const source = await labelSource(request);
  if (source === null) return new Map();
  const { sql, time } = source;
  const table = await request.db.table(
    `SELECT CAST(${quoteIdentifier(request.labels.key)} AS VARCHAR) AS key,
       ${time === null ? 'NULL::DOUBLE' : `CAST(max(epoch_ms(${time}::TIMESTAMP)) AS DOUBLE)`} AS time
     FROM ${sql} WHERE ${quoteIdentifier(target)} IS NOT NULL GROUP BY 1`,
  );
  const { key, time: times } = table.columns;
  if (!key || times?.kind !== 'number') return new Map();
  return new Map(
    textValues(key).flatMap((name, i) =>
      name === null ? [] : [[name, time === null ? null : (times.values[i] ?? null)]],
    ),
  );
}

/** The labels as FROM-able SQL, with the quoted name of their time; null when there is no file of them. */
async function labelSource({
  project,
  config,
  store,
  db,
  labels,
  from,
  now,
}: LabelRequest): Promise<{ sql: string; time: string | null } | null> {
  const dataset = config.datasets?.[labels.dataset];
  const schema = schemaOfDataset(project, config, labels.dataset);
  const fingerprints = new FileFingerprints(project.root, store);
  if (!dataset || fingerprints.expand(dataset.path).length === 0) return null;
  const sql = await datasetSql(
    db,
    project.root,
    fingerprints,
    labels.dataset,
    { path: dataset.path, schema, read: dataset.read },
    { asOf: now, window: null },
  );
  const found = timestampOf(schema);
  const time = found === null ? null : quoteIdentifier(found);
  const where = time === null ? '' : ` WHERE ${time} >= make_timestamp_ms(${Math.round(from)})`;
  return { sql: `(SELECT * FROM (${sql})${where})`, time };
}
