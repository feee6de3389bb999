import { monitoredModel, shadowOf } from '../project/models.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { firstPrediction, mainVersion } from '../serving/predictionLog.ts';
import { windowsWithLateLabels } from './lateLabels.ts';
import type { PredictionSource, SourceRequest, Span } from './sourceRequest.ts';
import { readWindow, visitKeys } from './windowRows.ts';
import { settledWindows } from './windows.ts';

/** The predictions that a deployment answered, from its log. */
export function deploymentSource(request: SourceRequest, deployment: string): PredictionSource {
  const { store, config, monitor, declared, now, database, shadow = false } = request;
  const { name } = shadow ? shadowOf(config, deployment) : monitoredModel(config, monitor);
  const role = shadow ? 'shadow' : 'stable';
  const versionOf = (span: Span) => {
    const used = mainVersion(store, { deployment, shadow, ...span });
    return used === null ? null : getVersion(store, name, used);
  };
  const eachKey = (span: Span, visit: (at: number, key: string) => void) =>
    visitKeys(store, database, { deployment, shadow, ...span }, visit);
  return {
    openWindows: async (every) => {
      const settled = settledWindows(store, monitor, declared, role);
      for (const start of await windowsWithLateLabels(request, role, { versionOf, eachKey })) settled.delete(start);
      const starts: number[] = [];
      // The loop jumps from prediction to prediction: one row of long ago must not make it visit every empty window since.
      for (let next = firstPrediction(store, deployment, Number.MIN_SAFE_INTEGER, shadow); next !== null;) {
        const start = Math.floor(next / every) * every;
        if (start + every > now) break;
        if (!settled.has(start)) starts.push(start);
        next = firstPrediction(store, deployment, start + every, shadow);
      }
      return starts;
    },
    versionOf,
    read: (span, { report, version }, which = 'own') =>
      readWindow(
        store,
        database,
        { deployment, shadow, ...span },
        featuresOf(report),
        which === 'all' ? null : version,
      ),
  };
}
