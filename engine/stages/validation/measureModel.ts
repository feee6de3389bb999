import { estimateOf, type Estimate } from '../../evaluation/intervals.ts';
import { timeRequests, type TimeRequest } from '../../serving/timeRequests.ts';
import { quantile } from '../../statistics/quantile.ts';

/** Speed and size of a model, as metrics: the latency of a request as its client waits, and of the model's function. */
export async function measureModel(timed: TimeRequest, bytes: number): Promise<Record<string, Estimate>> {
  const { request, predict } = await timeRequests(timed);
  return {
    latency_p50_ms: estimateOf(quantile(request, 0.5), request.length),
    latency_p95_ms: estimateOf(quantile(request, 0.95), request.length),
    predict_p50_ms: estimateOf(quantile(predict, 0.5), predict.length),
    predict_p95_ms: estimateOf(quantile(predict, 0.95), predict.length),
    model_bytes: estimateOf(bytes, 1),
  };
}
