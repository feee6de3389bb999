import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Table } from '../../data/table.ts';
import { estimateOf, type Estimate } from '../../evaluation/intervals.ts';
import type { Model } from '../../models/model.ts';
import { predictTable, sliceTable } from '../../models/predictTable.ts';
import { quantile } from '../../statistics/quantile.ts';
import type { StageContext } from '../stageContext.ts';

const timedCalls = 200;
/** The first calls compile code, which the users of a running service do not wait for. */
const warmUpCalls = 20;

/** Speed and size of a model, as metrics. */
export async function measureModel(
  context: StageContext,
  model: Model,
  folder: string,
  sample: Table,
): Promise<Record<string, Estimate>> {
  const times = await latencies(model, sample);
  const files = context.fingerprints.expand(folder);
  const bytes = files.reduce((sum, file) => sum + statSync(join(context.project.root, file)).size, 0);
  return {
    latency_p50_ms: estimateOf(quantile(times, 0.5), times.length),
    latency_p95_ms: estimateOf(quantile(times, 0.95), times.length),
    model_bytes: estimateOf(bytes, 1),
  };
}

/** Milliseconds of single predictions, sorted. */
async function latencies(model: Model, sample: Table): Promise<Float64Array> {
  const times: number[] = [];
  for (let i = 0; i < warmUpCalls + timedCalls; i++) {
    const row = sliceTable(sample, i % sample.rows, (i % sample.rows) + 1);
    const start = performance.now();
    await predictTable(model, row);
    if (i >= warmUpCalls) times.push(performance.now() - start);
  }
  return Float64Array.from(times).toSorted();
}
