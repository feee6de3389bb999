import { setTimeout as wait } from 'node:timers/promises';
import { evaluateMonitor } from '../monitoring/evaluateMonitor.ts';
import { applyPolicy } from './applyPolicy.ts';
import type { LoopOutcome, WatchWork } from './loopRequest.ts';

/** Watches live traffic until it is stopped: judges each window when it ends, and applies the policy. */
export async function watch(work: WatchWork): Promise<LoopOutcome> {
  const { request, config, monitorName, every } = work;
  const outcome: LoopOutcome = {
    requests: 0,
    failedRequests: 0,
    rows: 0,
    refused: 0,
    windows: 0,
    retrainings: [],
    now: Date.now(),
  };
  request.events?.onPhase?.('watch');
  while (!request.signal?.aborted) {
    outcome.now = Date.now();
    outcome.windows += (
      await evaluateMonitor({
        project: request.project,
        config,
        store: request.store,
        monitor: monitorName,
        now: outcome.now,
        signal: request.signal,
        onWindow: request.events?.onWindow,
      })
    ).length;
    const retrained = await applyPolicy(work, outcome.now, async () => {});
    if (retrained) outcome.retrainings.push(retrained);
    await wait(Math.min(every / 4, 60_000), undefined, { signal: request.signal }).catch(() => {});
  }
  return outcome;
}
