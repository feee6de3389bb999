import { modelTools } from '../models/modelTools.ts';
import { aliasedModel } from '../project/models.ts';
import { join } from 'node:path';
import { projectPath } from '../base/projectPath.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { WorkError, checkCancelled } from '../base/errors.ts';
import { durationMs } from '../base/duration.ts';
import { evaluateMonitor } from '../monitoring/evaluateMonitor.ts';
import { versionOf } from '../registry/modelVersions.ts';
import { deploymentColumns } from '../serving/deploymentColumns.ts';
import { scoreBatch } from '../serving/scoreBatch.ts';
import { applyPolicy } from './applyPolicy.ts';
import type { LoopOutcome, LoopWork } from './loopRequest.ts';
import { PredictClient } from './predictClient.ts';
import { replayRows, replayStretch, type ReplaySource } from './replaySource.ts';
import { waitForVersion } from './waitForVersion.ts';

const rowsPerRequest = 200;

/**
 * Sends recorded rows to the deployment window by window, in the order of their time, and judges each window when it
 * ends. `url` is null for a batch deployment.
 */
export async function replay(
  work: LoopWork,
  source: ReplaySource,
  start: number,
  url: string | null,
): Promise<LoopOutcome> {
  const { request, db, every } = work;
  const { events, signal } = request;
  const client = url === null ? null : new PredictClient(url, tokenOf(work));
  const outcome: LoopOutcome = {
    requests: 0,
    failedRequests: 0,
    rows: 0,
    refused: source.refused,
    windows: 0,
    retrainings: [],
    now: start,
  };
  const send = async (rows: readonly unknown[]) => {
    const sent = await client?.send(rows);
    if (sent && sent.status !== 200)
      throw new WorkError(`The deployment refused a request (HTTP ${sent.status || 'no answer'}): ${sent.error ?? ''}`);
    outcome.rows += rows.length;
  };
  const judge = async (now: number) => {
    outcome.windows += (
      await evaluateMonitor({
        project: request.project,
        config: work.config,
        store: request.store,
        monitor: work.monitorName,
        now,
        signal,
        onWindow: events?.onWindow,
      })
    ).length;
  };
  /** Rows of the coming window that were sent while the challenger trained. */
  let ahead = 0;
  try {
    for (let from = start; from <= source.to; from += every) {
      if (client) {
        const rows = (await replayRows(db, source, from, from + every)).slice(ahead);
        for (let i = 0; i < rows.length; i += 2 * rowsPerRequest) {
          checkCancelled(signal);
          await Promise.all(
            [rows.slice(i, i + rowsPerRequest), rows.slice(i + rowsPerRequest, i + 2 * rowsPerRequest)]
              .filter((part) => part.length > 0)
              .map(send),
          );
          events?.onReplay?.(outcome.rows / source.rows, from);
        }
      } else outcome.rows += await scoreStretch(work, source, from);
      ahead = 0;
      const now = from + every;
      outcome.now = now;
      events?.onReplay?.(outcome.rows / source.rows, now);
      await judge(now);
      const coming = client ? await replayRows(db, source, now, now + every) : [];
      // Requests are sent while the challenger trains and takes over, so that a dropped one stops the loop.
      const meanwhile = async () => {
        const few = coming.slice(ahead, Math.min(ahead + 10, Math.ceil(coming.length / 2)));
        if (few.length > 0) await send(few);
        ahead += few.length;
        await wait(50, undefined, { signal });
      };
      const retrained = await applyPolicy(work, now, async (done) => {
        while (client && !done()) await meanwhile();
      });
      if (!retrained) continue;
      outcome.retrainings.push(retrained);
      if (client) await waitForVersion(work, client, meanwhile);
    }
    // Labels of the last windows arrive after the last row.
    const delay = work.config.monitors?.[work.monitorName]?.labels?.delay;
    if (delay !== undefined) await judge(outcome.now + durationMs(delay));
    return outcome;
  } finally {
    outcome.requests = client?.requests ?? 0;
    outcome.failedRequests = client?.failed ?? 0;
  }
}

async function scoreStretch(
  { request, config, deploymentName, db, every }: LoopWork,
  source: ReplaySource,
  from: number,
): Promise<number> {
  const deployment = config.deployments?.[deploymentName];
  const named = deployment?.as === 'batch' ? aliasedModel(config, deployment.model) : null;
  const version = named && versionOf(request.store, named.model.name, named.alias);
  if (!version || deployment?.as !== 'batch') throw new WorkError(`\`${deploymentName}\` cannot score batches.`);
  const output = join(
    projectPath(request.project.root, deployment.output),
    `${new Date(from).toISOString().slice(0, 10)}.parquet`,
  );
  const { rows } = await scoreBatch({
    store: request.store,
    version,
    tools: modelTools(request.store, config, version.model),
    db,
    source: replayStretch(source, from, from + every),
    output,
    columns: deploymentColumns(request.project, config, deploymentName),
    deployment: deploymentName,
    invalid: deployment.invalid,
    signal: request.signal,
  });
  return rows;
}

/** The token of a deployment that asks for one. The deployment did not start if its variable is not set. */
function tokenOf({ config, deploymentName }: LoopWork): string | null {
  const deployment = config.deployments?.[deploymentName];
  return deployment?.as === 'api' && deployment.auth ? (process.env[deployment.auth.token_env] ?? null) : null;
}
