import { actorOf } from '../registry/audit.ts';
import { evaluatePolicy } from './decisions.ts';
import type { WatchWork } from './loopRequest.ts';
import { retrain, type RetrainOutcome } from './retrain.ts';

/**
 * Retrains when the policy asks for it. `meanwhile` runs beside the training; its argument reports when that is done.
 */
export async function applyPolicy(
  { request, config }: WatchWork,
  now: number,
  meanwhile: (done: () => boolean) => Promise<void>,
): Promise<RetrainOutcome | null> {
  const { project, store, events, signal } = request;
  const decision = evaluatePolicy(store, config, now, 'loop');
  if (decision.verdict === 'retrain' || (decision.verdict === 'waiting' && decision.isNew))
    events?.onDecision?.(decision, now);
  if (decision.verdict !== 'retrain') return null;
  let finished = false;
  const work = retrain({
    project,
    config,
    store,
    decision,
    actor: actorOf('loop'),
    now,
    signal,
    events,
  }).finally(() => {
    finished = true;
  });
  const [result] = await Promise.all([work, meanwhile(() => finished)]);
  events?.onRetrained?.(result, now);
  return result;
}
