import { monitoredModel, shadowOf } from '../project/models.ts';
import { getVersion } from '../registry/modelVersions.ts';
import { featuresOf } from '../registry/openVersion.ts';
import { firstPrediction, mainVersion } from '../serving/predictionLog.ts';
import type { PredictionSource, SourceRequest } from './sourceRequest.ts';
import { readWindow } from './windowRows.ts';
import { settledWindows } from './windows.ts';

/** The predictions that a deployment answered, from its log. */
export function deploymentSource(request: SourceRequest, deployment: string): PredictionSource {
  const { store, config, monitor, declared, now, database, shadow = false } = request;
  const { name } = shadow ? shadowOf(config, deployment) : monitoredModel(config, monitor);
  const role = shadow ? 'shadow' : 'stable';
  return {
    openWindows: async (every) => {
      const settled = settledWindows(store, monitor, declared, role);
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
    versionOf(span) {
      const used = mainVersion(store, { deployment, shadow, ...span });
      return used === null ? null : getVersion(store, name, used);
    },
    read: (span, { report }) => readWindow(store, database, { deployment, shadow, ...span }, featuresOf(report)),
  };
}
