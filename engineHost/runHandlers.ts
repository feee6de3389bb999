import type { PrimaryMetric } from '../protocol/primaryMetric.ts';
import { blame } from '../engine/provenance/blame.ts';
import { goingRuns } from '../engine/runner/goingRuns.ts';
import { stopRun } from '../engine/runner/stopRun.ts';
import { runPart } from '../engine/provenance/runParts.ts';
import { completeFilter } from '../engine/tracking/filter/completeFilter.ts';
import { changeRuns } from '../engine/tracking/changeRuns.ts';
import { exportRuns } from '../engine/tracking/exportRuns.ts';
import { listRuns } from '../engine/tracking/findRuns.ts';
import { metricSeries } from '../engine/tracking/metricSeries.ts';
import { paramImportance } from '../engine/tracking/paramImportance.ts';
import { readArtifact } from '../engine/tracking/readArtifact.ts';
import { readLog } from '../engine/tracking/readLog.ts';
import { runColumns } from '../engine/tracking/runColumns.ts';
import { runGroups } from '../engine/tracking/runGroups.ts';
import { runPoints } from '../engine/tracking/runPoints.ts';
import { getRun, getRuns } from '../engine/tracking/runDetail.ts';
import { deleteView, listViews, saveView } from '../engine/tracking/savedViews.ts';
import type { Store } from '../engine/store/store.ts';
import type { AreaHandlers } from './handlers.ts';

/**
 * Requests about runs and saved views. Before the first run there is no store, and lists are empty. `declared` returns
 * the metrics that the project declares for an experiment.
 */
export function runHandlers(
  storeNow: () => Store | null,
  required: () => Store,
  declared: (experiment: string | null) => PrimaryMetric[] = () => [],
): AreaHandlers<'runs' | 'views'> {
  let weighing = new AbortController();
  return {
    'runs/list': (query) => {
      const store = storeNow();
      return store ? listRuns(store, query) : { runs: [], total: 0 };
    },
    'runs/points': ({ query, columns }) => {
      const store = storeNow();
      return store ? runPoints(store, query, columns) : [];
    },
    'runs/get': ({ runId }) => getRun(required(), runId),
    'runs/details': ({ runIds }) => getRuns(required(), runIds),
    'runs/series': ({ runIds, key, ends }) => metricSeries(required(), runIds, key, ends),
    'runs/log': ({ runId, stage, offset, stream }) => readLog(required(), runId, stage, offset, stream),
    'runs/going': () => {
      const store = storeNow();
      return store ? goingRuns(store).map(({ started: _started, owner: _owner, ...run }) => run) : [];
    },
    'runs/stop': async ({ pid, host }) => {
      const store = required();
      const run = goingRuns(store).find((one) => one.pid === pid && one.host === host);
      if (run) await stopRun(store, run);
      return { stopped: run !== undefined };
    },
    'runs/columns': (query) => {
      const store = storeNow();
      const primary = declared(query.experiment ?? null);
      return store
        ? runColumns(store, query, primary)
        : { primary, metrics: [], params: [], tags: [], severalModels: false };
    },
    'runs/groups': ({ query, by, metrics }) => {
      const store = storeNow();
      return store ? runGroups(store, query, by, metrics) : [];
    },
    'runs/importance': ({ metric, ...of }, signal) => {
      // A newer request, as when another metric is chosen, cancels the older one.
      weighing.abort();
      weighing = new AbortController();
      return paramImportance(required(), {
        metric,
        of,
        signal: signal ? AbortSignal.any([signal, weighing.signal]) : weighing.signal,
      });
    },
    'runs/complete': ({ text, offset }) => {
      const store = storeNow();
      return store ? completeFilter(store, text, offset) : { from: offset, to: offset, items: [] };
    },
    'runs/update': ({ changes }) => ({ undo: changeRuns(required(), changes) }),
    'runs/artifact': ({ runId, path }) => readArtifact(required(), runId, path),
    'runs/export': (what) => exportRuns(required(), what),
    'runs/blame': ({ a, b, metric }) => {
      const store = required();
      return blame({ root: store.root, store, a, b, metric, primary: declared(null) });
    },
    'runs/part': ({ runId, ...part }) => {
      const store = required();
      return runPart(store.root, store, runId, part);
    },
    'views/list': () => {
      const store = storeNow();
      return store ? listViews(store) : [];
    },
    'views/save': (view) => {
      saveView(required(), view);
      return null;
    },
    'views/delete': ({ name }) => {
      deleteView(required(), name);
      return null;
    },
  };
}
