import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { WorkError, checkCancelled } from '../base/errors.ts';
import type { Table } from '../data/table.ts';
import { listen } from '../http/listen.ts';
import { typeOfFeature, type Feature } from '../models/feature.ts';
import type { Predictor } from '../models/predictor.ts';
import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { ValidationReport } from '../registry/validationReport.ts';
import { openDatabase } from '../store/openDatabase.ts';
import type { Store } from '../store/store.ts';
import { deploymentColumnsOf } from './deploymentColumns.ts';
import { GroupedLog } from './groupedLog.ts';
import { ServerMetrics } from './openMetrics.ts';
import { predictApp } from './predictApp.ts';

const timedRequests = 200;
/** The first requests compile code, which the users of a running service do not wait for. */
const warmUpRequests = 20;
/** A slow model is timed by fewer requests. */
const mostMs = 10_000;
const fewestRequests = 5;

/** Times of single rows in milliseconds, sorted. */
export interface RequestTimes {
  /** A whole request over HTTP, as its client waits: sent, parsed, checked, predicted, logged, answered. */
  request: Float64Array;
  /** The model's function in it. */
  predict: Float64Array;
}

export interface TimeRequest {
  /** The store of the project; the log of the requests is a scratch database in its folder. */
  store: Store;
  model: Predictor;
  report: Pick<ValidationReport, 'threshold' | 'classes'>;
  schema: DatasetSchema | null;
  /** Rows with the features of the model. */
  sample: Table;
  signal: AbortSignal;
}

/**
 * Serves a model on loopback as a deployment does, and times a client that sends one row after the other on one
 * connection. Nothing is left in the log of the project.
 */
export async function timeRequests({
  store,
  model,
  report,
  schema,
  sample,
  signal,
}: TimeRequest): Promise<RequestTimes> {
  const temporary = join(store.folder, 'tmp');
  mkdirSync(temporary, { recursive: true });
  const folder = mkdtempSync(join(temporary, 'timing-'));
  const sql = openDatabase(join(folder, 'log.db'));
  const predict: number[] = [];
  const timed: Predictor = {
    ...model,
    async predict(table, ownSignal) {
      const start = performance.now();
      const predictions = await model.predict(table, ownSignal);
      predict.push(performance.now() - start);
      return predictions;
    },
  };
  const log = new GroupedLog({ sql });
  const served = { model: timed, version: { model: 'timed', version: 1, report } };
  const { app } = predictApp<typeof served>({
    name: 'timed',
    answer: (use) => use(served),
    predictions: log,
    columns: deploymentColumnsOf(schema, null),
    schema,
    // Test rows are answered whatever they break.
    invalid: 'warn',
    metrics: new ServerMetrics(),
    shadow: null,
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const url = await listen(app, { host: '127.0.0.1', port: 0, server: 'the timing of requests', remedy: '' });
    const whole = await timesOf(bodiesOf(sample, model.meta.features), { url, agent, signal });
    return {
      request: Float64Array.from(whole).toSorted(),
      predict: Float64Array.from(predict.slice(-whole.length)).toSorted(),
    };
  } finally {
    agent.destroy();
    await app.close();
    await log.close();
    sql.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timesOf(
  bodies: readonly string[],
  { url, agent, signal }: { url: string; agent: Agent; signal: AbortSignal },
): Promise<number[]> {
  const times: number[] = [];
  const began = performance.now();
  for (let i = 0; i < warmUpRequests + timedRequests; i++) {
    checkCancelled(signal);
    const start = performance.now();
    await send(`${url}/predict`, bodies[i % bodies.length] ?? '', agent);
    const isSlow = start - began > mostMs;
    if (i >= warmUpRequests || isSlow) times.push(performance.now() - start);
    if (isSlow && times.length >= fewestRequests) break;
  }
  return times;
}

function send(url: string, body: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => (text += part));
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new WorkError(`A test row was answered with status ${answer.statusCode}: ${text.slice(0, 500)}`));
        });
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

/** A request for each row, as a client writes it. */
function bodiesOf(sample: Table, features: readonly Feature[]): string[] {
  return Array.from({ length: sample.rows }, (_, i) =>
    JSON.stringify({
      instances: [Object.fromEntries(features.map((feature) => [feature.name, cellOf(sample, feature, i)]))],
    }),
  );
}

function cellOf(table: Table, feature: Feature, row: number): unknown {
  const column = table.columns[feature.name];
  const value = column?.values[row] ?? null;
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) return null;
  const type = typeOfFeature(feature);
  if (type === 'boolean') return value !== 0;
  return type === 'datetime' ? new Date(value).toISOString() : value;
}
