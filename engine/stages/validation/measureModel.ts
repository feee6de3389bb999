import { checkCancelled } from '../../base/errors.ts';
import type { Table } from '../../data/table.ts';
import { estimateOf, type Estimate } from '../../evaluation/intervals.ts';
import type { Predictor } from '../../models/predictor.ts';
import { sliceTable } from '../../models/sliceTable.ts';
import { quantile } from '../../statistics/quantile.ts';

const timedCalls = 200;
/** The first calls compile code, which the users of a running service do not wait for. */
const warmUpCalls = 20;
/** A slow model is timed by fewer calls. */
const mostMs = 10_000;
const fewestCalls = 5;

/** Speed and size of a model, as metrics. */
export async function measureModel(
  model: Predictor,
  bytes: number,
  sample: Table,
  signal: AbortSignal,
): Promise<Record<string, Estimate>> {
  const times = await latencies(model, sample, signal);
  return {
    latency_p50_ms: estimateOf(quantile(times, 0.5), times.length),
    latency_p95_ms: estimateOf(quantile(times, 0.95), times.length),
    model_bytes: estimateOf(bytes, 1),
  };
}

/** Milliseconds of single predictions, sorted. */
async function latencies(model: Predictor, sample: Table, signal: AbortSignal): Promise<Float64Array> {
  const times: number[] = [];
  const began = performance.now();
  for (let i = 0; i < warmUpCalls + timedCalls; i++) {
    const row = sliceTable(sample, i % sample.rows, (i % sample.rows) + 1);
    checkCancelled(signal);
    const start = performance.now();
    await model.predict(row, signal);
    const isSlow = start - began > mostMs;
    if (i >= warmUpCalls || isSlow) times.push(performance.now() - start);
    if (isSlow && times.length >= fewestCalls) break;
  }
  return Float64Array.from(times).toSorted();
}
