import { schemaOfDataset } from '../project/schemaOfDataset.ts';
import { monitoredModel } from '../project/models.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { listWindows } from '../monitoring/windows.ts';
import { realisedPerformance } from '../monitoring/performance.ts';
import { noLabels, readLabels } from '../monitoring/windowLabels.ts';
import { predictionSource } from '../monitoring/predictionSource.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { datasetSql } from '../stages/datasetView.ts';
import { timestampOf } from '../project/timestampOf.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { predictionSpan } from '../serving/predictionLog.ts';
import type { Store } from '../store/store.ts';

export interface MonthRow {
  /** `2026-05`. */
  month: string;
  rows: number;
  labelled: number;
  metrics: Record<string, number | null>;
  /** Inputs that drifted in at least one window that ended in the month. */
  drifted: string[];
  /** Versions that answered, in order. Empty for a month that the first model was trained on. */
  versions: number[];
}

/** A month with fewer labelled rows has no metrics. */
const fewest = 100;

/** The report of a monitored deployment by calendar month (UTC), with the labels known at `now`. */
export async function monthlyReport(
  project: Project,
  config: ProjectConfig,
  store: Store,
  monitorName: string,
  now: number,
): Promise<MonthRow[]> {
  const monitor = config.monitors?.[monitorName];
  if (!monitor) return [];
  const windows = listWindows(store, monitorName, monitor);
  const [first, last] = [windows[0]?.start, windows.at(-1)?.end];
  if (first === undefined || last === undefined) return [];
  let db: Database | null = null;
  const database = async () => (db ??= await openDatabase());
  const months: MonthRow[] = [];
  try {
    const source = predictionSource({ project, config, store, monitor: monitorName, declared: monitor, now, database });
    const taught = await trainingMonths(project, config, store, await database(), first);
    for (let start = monthStart(first, 0); start < last; start = monthStart(start, 1)) {
      const end = monthStart(start, 1);
      const inside = windows.filter((window) => window.end > start && window.end <= end);
      const versions = [
        ...new Set(
          windows
            .filter((window) => window.start < end && window.end > start)
            .flatMap((window) => window.modelVersions),
        ),
      ].toSorted((a, b) => a - b);
      const version =
        versions[0] === undefined ? null : getVersion(store, monitoredModel(config, monitorName).name, versions[0]);
      if (!version) continue;
      const rows = await source.read({ start, end }, version, 'all');
      if (rows.features.rows === 0) continue;
      const labels = monitor.labels
        ? await readLabels({
            project,
            config,
            store,
            db: await database(),
            labels: monitor.labels,
            target: version.report.target,
            from: start,
            now,
          })
        : rows.truth
          ? null
          : noLabels;
      const { labelled, metrics } = realisedPerformance(rows, labels, version);
      const drifted = new Set(
        inside.flatMap((window) =>
          window.values.filter((value) => value.drifted && value.column !== '_score').map((value) => value.column),
        ),
      );
      months.push({
        month: new Date(start).toISOString().slice(0, 7),
        rows: rows.features.rows,
        labelled,
        metrics: labelled < fewest ? {} : Object.fromEntries([...metrics].map(([name, { value }]) => [name, value])),
        drifted: [...drifted],
        versions: [...rows.versions.keys()].toSorted((a, b) => a - b),
      });
    }
    // The first month of production may share a day with the last of training; it is shown once.
    months.unshift(...taught.filter(({ month }) => month < (months[0]?.month ?? '9999')));
  } finally {
    (db as Database | null)?.close();
  }
  return months;
}

/** The months before the first prediction: the data that was collected to train on. */
async function trainingMonths(
  project: Project,
  config: ProjectConfig,
  store: Store,
  db: Database,
  before: number,
): Promise<MonthRow[]> {
  const name = Object.values(config.stages).flatMap((stage) =>
    'uses' in stage && stage.uses === 'collect' ? [stage.with.dataset] : [],
  )[0];
  const dataset = name === undefined ? undefined : config.datasets?.[name];
  const schema = name === undefined ? null : schemaOfDataset(project, config, name);
  const time = timestampOf(schema);
  const fingerprints = new FileFingerprints(project.root, store);
  if (name === undefined || !dataset || time === null || fingerprints.expand(dataset.path).length === 0) return [];
  const sql = await datasetSql(
    db,
    project.root,
    fingerprints,
    name,
    { path: dataset.path, schema, read: dataset.read },
    { asOf: null, window: null },
  );
  const firstPrediction = predictionSpan(store)?.first ?? before;
  const rows = await db.rows(
    `SELECT strftime(${quoteIdentifier(time)}, '%Y-%m') AS month, count(*) AS n FROM (${sql}) WHERE ${quoteIdentifier(time)} < make_timestamp_ms(${Math.round(firstPrediction)}) GROUP BY 1 ORDER BY 1`,
  );
  return rows.map((row) => ({
    month: String(row['month']),
    rows: Number(row['n']),
    labelled: 0,
    metrics: {},
    drifted: [],
    versions: [],
  }));
}

function monthStart(at: number, plus: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + plus, 1);
}
