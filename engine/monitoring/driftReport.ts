import { monitoredModel } from '../project/models.ts';
import type { DriftDetail, DriftReference, DriftReport, DriftValue, DriftWindow } from '../../protocol/drift.ts';
import { openDatabase, type Database } from '../data/database.ts';
import type { Column } from '../data/table.ts';
import { ProjectError, WorkError } from '../base/errors.ts';
import type { Project } from '../project/loadProject.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import { championOf } from '../registry/aliases.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { countBins, countCategories, quantileEdges, equalEdges } from '../statistics/histogram.ts';
import { quantile } from '../statistics/quantile.ts';
import { listEvents } from '../tracking/events.ts';
import type { Store } from '../store/store.ts';
import { domainMeasure } from '../drift/compareDomains.ts';
import { monitorVerdict } from './monitorVerdict.ts';
import { predictionSource } from './predictionSource.ts';
import { readReference } from './reference.ts';
import { listWindows, otherWidths } from './windows.ts';

/** The data of the drift view for one monitor. */
export function driftReport(store: Store, config: ProjectConfig, name: string): DriftReport {
  const monitor = monitorOf(config, name);
  const windows = listWindows(store, name, monitor);
  const most = new Map<string, number>();
  for (const window of windows)
    for (const value of window.values) most.set(value.column, Math.max(most.get(value.column) ?? 0, strength(value)));
  const model = monitoredModel(config, name);
  const champion = championOf(store, model.name);
  const bounds = Object.entries(monitor.expect ?? {});
  return {
    monitor: name,
    deployment: monitor.deployment ?? monitor.predictions ?? '',
    model: model.name,
    referenceRows: champion ? champion.report.referenceRows : 0,
    references: referencesOf(store, model.name, windows),
    columns: [...most].toSorted(([, a], [, b]) => b - a).map(([column]) => column),
    windows,
    otherWidths: otherWidths(store, name, monitor),
    verdict: monitorVerdict(windows),
    expect: bounds.map(([metric, { min = null, max = null }]) => ({ metric, min, max })),
    headlineMetric:
      bounds.find(([metric]) => windows.some((window) => window.performance[metric] !== undefined))?.[0] ??
      champion?.report.headlineMetric ??
      null,
    events: listEvents(store, name, model.name),
    share: monitor.drift?.share ?? 0.5,
  };
}

/**
 * The distance of a value from its threshold; 1 is the threshold, which no value passes that chance explains. The value
 * of a test is its p-value, which drifts when
 * small: its distance is the inverse.
 */
export function strength({ value, pValue, threshold, drifted, reason }: DriftValue): number {
  if (value === null || threshold === null || threshold <= 0) return drifted ? 1 : 0;
  if (value !== pValue) return reason === 'not significant' ? Math.min(1, value / threshold) : value / threshold;
  return value === 0 ? Number.MAX_VALUE : threshold / value;
}

function referencesOf(store: Store, model: string, windows: DriftWindow[]): DriftReference[] {
  const versions = [...new Set(windows.flatMap(({ referenceVersion }) => referenceVersion ?? []))].toSorted(
    (a, b) => a - b,
  );
  return versions.flatMap((number) => {
    try {
      const { version, createdAt, report } = getVersion(store, model, number);
      return [{ version, rows: report.data.rows.test, period: report.data.period, createdAt }];
    } catch (error) {
      // The version was deleted, and its windows hold only its number.
      if (error instanceof WorkError) return [];
      throw error;
    }
  });
}

/** A project with its config. */
export interface ConfiguredProject {
  project: Pick<Project, 'root' | 'schemas'>;
  config: ProjectConfig;
}

/** The distribution of one column in the reference and in a window, over the same bins. */
export async function driftDetail(
  store: Store,
  { project, config }: ConfiguredProject,
  name: string,
  windowId: number,
  column: string,
): Promise<DriftDetail> {
  const monitor = monitorOf(config, name);
  const window = listWindows(store, name, monitor).find((candidate) => candidate.id === windowId);
  const versionNumber = window?.referenceVersion ?? undefined;
  if (!window || versionNumber === undefined)
    throw new WorkError(`The monitor \`${name}\` has no window ${windowId} with predictions.`);
  const version = getVersion(store, monitoredModel(config, name).name, versionNumber);
  let db: Database | null = null;
  try {
    const database = async () => (db ??= await openDatabase());
    const request = { project, config, store, monitor: name, declared: monitor, now: Date.now(), database };
    const rows = await predictionSource(request).read(window, version);
    const reference = (await readReference(database, store.root, version)).columns[column];
    const current: Column | undefined =
      column === '_score' ? { kind: 'number', values: rows.scores } : rows.features.columns[column];
    if (window.values.find((value) => value.column === column)?.measure === domainMeasure)
      throw new WorkError('The classifier compares whole rows, so it has no distribution to show.');
    if (!reference || !current)
      throw new WorkError(`The column \`${column}\` is not in the reference of version ${versionNumber}.`);
    return compareBins(column, reference, current);
  } finally {
    (db as Database | null)?.close();
  }
}

function compareBins(column: string, reference: Column, current: Column): DriftDetail {
  const shares = (counts: number[]) => {
    const total = counts.reduce((sum, n) => sum + n, 0);
    return counts.map((n) => (total === 0 ? 0 : n / total));
  };
  if (reference.kind === 'number' && current.kind === 'number') {
    const [before, now] = [sorted(reference.values), sorted(current.values)];
    const edges = binEdges(before, now);
    return {
      column,
      type: 'numeric',
      edges,
      labels: [],
      reference: shares(countBins(before, edges)),
      current: shares(countBins(now, edges)),
      nReference: before.length,
      nCurrent: now.length,
    };
  }
  const [before, now] = [countCategories(texts(reference)), countCategories(texts(current))];
  const labels = [...new Set([...before.keys(), ...now.keys()])]
    .toSorted((a, b) => (before.get(b) ?? 0) + (now.get(b) ?? 0) - (before.get(a) ?? 0) - (now.get(a) ?? 0))
    .slice(0, 30);
  const a = labels.map((label) => before.get(label) ?? 0);
  const b = labels.map((label) => now.get(label) ?? 0);
  const sum = (values: Iterable<number>) => [...values].reduce((total, n) => total + n, 0);
  return {
    column,
    type: 'categorical',
    edges: [],
    labels,
    reference: shares(a),
    current: shares(b),
    nReference: sum(before.values()),
    nCurrent: sum(now.values()),
  };
}

/**
 * Equal bins between the 0.5 % and 99.5 % quantiles of both sides, so that one outlier does not flatten the picture.
 * Few distinct values get a bin each.
 */
function binEdges(a: Float64Array, b: Float64Array): number[] {
  const all = Float64Array.from([...a, ...b]).sort();
  const distinct = new Set(all);
  if (distinct.size <= 24 && distinct.size > 1) {
    const values = [...distinct];
    const middles = values.slice(1).map((value, i) => (value + (values[i] ?? value)) / 2);
    return [
      (values[0] ?? 0) - ((middles[0] ?? 0) - (values[0] ?? 0)),
      ...middles,
      (values.at(-1) ?? 0) + ((values.at(-1) ?? 0) - (middles.at(-1) ?? 0)),
    ];
  }
  const [low, high] = [quantile(all, 0.005), quantile(all, 0.995)];
  const edges = high > low ? equalEdges([low, high], 24) : equalEdges(all, 24);
  return edges.length > 0 ? edges : quantileEdges(all, 24);
}

function monitorOf(config: ProjectConfig, name: string) {
  const monitor = config.monitors?.[name];
  if (!monitor)
    throw new ProjectError(
      `There is no monitor \`${name}\`. Declared: ${Object.keys(config.monitors ?? {}).join(', ') || 'none'}.`,
    );
  return monitor;
}

function sorted(values: Float64Array): Float64Array {
  return values.filter((value) => Number.isFinite(value)).sort();
}

function texts(column: Column): (string | null)[] {
  return column.kind === 'text'
    ? column.values
    : Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value)));
}
