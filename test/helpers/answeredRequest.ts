import type { AnsweredRequest } from '../../engine/serving/predictionLog.ts';

/** A request that version 1 of `orders` answered in a deployment. */
export function answeredRequest(deployment: string, part: Partial<AnsweredRequest> = {}): AnsweredRequest {
  return { deployment, model: 'orders', version: 1, role: 'stable', requestId: 'request', trace: null, ...part };
}
