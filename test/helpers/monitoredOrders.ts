import { configFor, loadProject } from '../../engine/project/loadProject.ts';
import { evaluateMonitor } from '../../engine/monitoring/evaluateMonitor.ts';
import { windowsOf } from '../../engine/monitoring/windows.ts';
import { promote } from '../../engine/registry/promote.ts';
import { logPredictions, logRequestTimes } from '../../engine/serving/predictionLog.ts';
import { answeredRequest } from './answeredRequest.ts';
import { ordersSchema, ordersStart, type Order } from './ordersProject.ts';
import { trainedOrders } from './trainedOrders.ts';

/** Epoch milliseconds, this many days after the first order. */
export const at = (days: number): number => ordersStart + days * 86_400_000;

/**
 * The small project with version 1 as champion, its monitor and its log of predictions; each call gives a copy. The
 * threshold is 0.35: with 150 rows a window the noise of the measures alone comes near the usual 0.1.
 */
export function monitoredOrders() {
  const field = 'role: feature, drift: { threshold: 0.35 } }';
  const trained = trainedOrders({ 'schemas/orders.dataset.yaml': ordersSchema.replaceAll('role: feature }', field) });
  return () => {
    const runner = trained();
    const { store } = runner;
    promote(store, { name: 'orders', version: 1 }, { why: 'test', actor: 'test:me', at: at(60) });
    const loaded = () => {
      const project = loadProject(runner.root);
      return { project, config: configFor(project, 'default') };
    };
    const evaluate = (now: number) => evaluateMonitor({ ...loaded(), store, monitor: 'production', now });
    /**
     * Logs a request for each row, and its time, as the server does: the model is right when `right`, else it predicts
     * the opposite.
     */
    const predict = (rows: readonly Order[], options: { right?: boolean; missing?: boolean } = {}) =>
      store.sql.write(() => {
        const logged = rows.map((row) =>
          logPredictions(store, answeredRequest('production'), [
            {
              at: Date.parse(row.at),
              key: row.id,
              features: { amount: options.missing ? null : row.amount, hour: row.hour, country: row.country },
              score: (options.right ?? true) === row.late ? 0.9 : 0.1,
              prediction: 'x',
              predictMs: 1,
              error: null,
            },
          ]),
        );
        logRequestTimes(
          store,
          logged.map((request) => ({ ...request, ms: 2 })),
        );
      });
    const windows = () => windowsOf(store, loaded().config)('production');
    return { ...runner, loaded, evaluate, predict, windows };
  };
}
