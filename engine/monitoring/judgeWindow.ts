import type { DriftVerdict, DriftWindow, Expectation, WindowStatus } from '../../protocol/drift.ts';
import type { Database } from '../data/database.ts';
import { comparatorsOf } from '../drift/comparators.ts';
import { declaredKinds } from '../drift/declaredKinds.ts';
import type { Feature } from '../models/feature.ts';
import type { Project } from '../project/loadProject.ts';
import type { MonitorConfig } from '../project/schema/monitors.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ModelVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { quantile } from '../statistics/quantile.ts';
import { quantileInterval } from '../statistics/quantileInterval.ts';
import type { Store } from '../store/store.ts';
import { compareWindow, type ComparedWindow } from './compareWindow.ts';
import { fewestRows, judgeExpectations } from './expectations.ts';
import { realisedPerformance, type RealisedPerformance } from './performance.ts';
import { openReference } from './reference.ts';
import { labelDelay, type PredictionSource, type Span } from './sourceRequest.ts';
import { readLabels } from './windowLabels.ts';
import type { WindowRows } from './windowRows.ts';

/** A window before it is stored. */
export type JudgedWindow = Omit<DriftWindow, 'id' | 'changed'>;

export interface JudgeRequest {
  project: Project;
  config: ProjectConfig;
  store: Store;
  monitor: MonitorConfig;
  source: PredictionSource;
  database: () => Promise<Database>;
  /** Labels that arrived by now are known. Epoch milliseconds. */
  now: number;
  signal?: AbortSignal | undefined;
}

/** Judges the predictions of a window: drift, score, and the expectations of the monitor. Null when it has no rows. */
export async function judgeWindow(request: JudgeRequest, { start, end }: Span): Promise<JudgedWindow | null> {
  const { monitor, source, database, now } = request;
  const version = source.versionOf({ start, end });
  if (version === null) return null;
  const features = featuresOf(version.report);
  const read = await source.read({ start, end }, version);
  const { rows } = read.features;
  const minRows = monitor.window.min_rows ?? fewestRows;
  const compared = rows >= minRows ? await compare(request, await database(), version, features, read) : null;
  const { labelled, rarerLabels, metrics, faults } = await realised(request, version, read, start);
  const latencies = read.latencies.toSorted();
  const latency = latencies.length === 0 ? null : quantile(latencies, 0.95);
  const answered = [...read.versions.values()].reduce((sum, n) => sum + n, 0);
  const expectations = judgeExpectations(monitor, {
    rows,
    answered,
    errors: read.errors,
    performance: metrics,
    labelled,
    rarerLabels,
    latency: latency === null ? null : { value: latency, ...quantileInterval(latencies, 0.95), n: latencies.length },
    values: compared?.values ?? [],
    labelsAreDue: now >= end + labelDelay(monitor),
    hasLabels: monitor.labels !== undefined || read.truth !== undefined,
  });
  const driftedShare = compared?.share ?? 0;
  const inputs = inputsVerdict(compared, monitor);
  const score = scoreVerdict(compared);
  return {
    start,
    end,
    rows,
    modelVersions: [...read.versions.keys()].toSorted((a, b) => a - b),
    referenceVersion: version.version,
    status: headline(inputs, score, expectations),
    inputs,
    score,
    expectations,
    minRows,
    driftedShare,
    values: compared?.values ?? [],
    performance: Object.fromEntries([...metrics].map(([name, { value }]) => [name, value])),
    intervals: Object.fromEntries(
      [...metrics].flatMap(([name, { low, high }]) => (low === null || high === null ? [] : [[name, { low, high }]])),
    ),
    labelled,
    labelFaults: faults,
    latencyP95Ms: latency,
    errorRate: answered + read.errors === 0 ? 0 : read.errors / (answered + read.errors),
  };
}

function inputsVerdict(compared: ComparedWindow | null, { drift }: MonitorConfig): DriftVerdict {
  if (compared === null) return 'not judged';
  return compared.share > 0 && compared.share >= (drift?.share ?? 0.5) ? 'drifted' : 'stable';
}

function scoreVerdict(compared: ComparedWindow | null): DriftVerdict {
  const score = compared?.values.find(({ column }) => column === '_score');
  if (!score || score.kind === 'not judged' || score.kind === 'too few rows') return 'not judged';
  return score.drifted ? 'drifted' : 'stable';
}

/** The gravest verdict. A window that had too few rows for drift may still break an expectation. */
export function headline(
  inputs: DriftVerdict,
  score: DriftVerdict,
  expectations: readonly Pick<Expectation, 'state' | 'of'>[],
): WindowStatus {
  if (expectations.some(({ state }) => state === 'broken')) return 'expectation broken';
  if (inputs === 'drifted') return 'drift';
  if (score === 'drifted') return 'score drift';
  if (inputs === 'not judged') return 'too few rows';
  return expectations.some(({ state, of }) => state === 'too few' && of === 'labels') ? 'too few labels' : 'ok';
}

async function realised(
  { project, config, store, monitor, database, now }: JudgeRequest,
  version: ModelVersion,
  rows: WindowRows,
  from: number,
): Promise<RealisedPerformance> {
  const { labels } = monitor;
  // A log has neither the queries of a ranking nor the labels of a row.
  const isLogged = version.report.task !== 'ranking' && version.report.task !== 'multilabel';
  if (!isLogged || (!labels && !rows.truth) || rows.features.rows === 0)
    return { labelled: 0, rarerLabels: version.report.task === 'binary' ? 0 : null, metrics: new Map(), faults: null };
  const known =
    labels &&
    (await readLabels({
      project,
      config,
      store,
      db: await database(),
      labels,
      target: version.report.target,
      from,
      now,
    }));
  return realisedPerformance(rows, known ?? null, version);
}

async function compare(
  { config, project, monitor: { drift }, signal }: JudgeRequest,
  db: Database,
  version: ModelVersion,
  features: readonly Feature[],
  rows: WindowRows,
): Promise<ComparedWindow> {
  const dataset = config.datasets?.[version.report.data.dataset];
  const schema = dataset?.schema ? project.schemas.get(dataset.schema)?.value : undefined;
  return compareWindow(db, await openReference(db, project.root, version), rows, {
    features,
    withScore: version.report.task !== 'multiclass',
    profile: drift?.profile ?? 'loopwright',
    measure: drift?.measure,
    threshold: drift?.threshold,
    comparators: comparatorsOf(schema ?? null, 'drift'),
    kinds: declaredKinds(schema ?? null),
    significance: drift?.significance,
    signal,
  });
}
