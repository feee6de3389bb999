import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CancelledError, messageOf } from '../base/errors.ts';
import { openDatabase, type Database } from '../data/database.ts';
import type { FileFingerprints } from '../fingerprint/fileFingerprints.ts';
import { readLock, type LockEntry } from '../fingerprint/lockFile.ts';
import type { Period } from '../fingerprint/period.ts';
import type { StageNode } from '../project/graph.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { StageConfig } from '../project/schema/stages.ts';
import { sampleSystem } from '../provenance/systemMetrics.ts';
import { findPython } from '../python/findPython.ts';
import { collect } from '../stages/collect.ts';
import { command } from '../stages/command.ts';
import { prepare } from '../stages/prepare.ts';
import type { StageContext, StageOutcome } from '../stages/stageContext.ts';
import { train } from '../stages/train.ts';
import { validate } from '../stages/validate.ts';
import { refuseLinkOnWay } from '../base/linkOnWay.ts';
import { artifactsFolder, logPath, openLogPath } from '../store/store.ts';
import type { MetricNames } from '../tracking/metricNames.ts';
import type { RecordedRun } from '../tracking/recordRun.ts';
import type { RunRequest } from './runRequest.ts';
import { OpenLines } from './openLines.ts';
import type { planStage } from './plan.ts';

/** The state of a run while its stages execute. */
export interface RunWork {
  request: RunRequest;
  /** Aborts when another machine took over the project. */
  lost: AbortSignal;
  redact: (text: string) => string;
  config: ProjectConfig;
  experiment: string;
  run: RecordedRun;
  metricNames: MetricNames;
  fingerprints: FileFingerprints;
  period: Period;
  names: readonly string[];
  forced: Set<string>;
  asked: Set<string>;
  planOptions: () => Parameters<typeof planStage>[0];
  /** The lock entries of the stages that this run executed. */
  made: Record<string, LockEntry>;
  /** The number of system samples so far. */
  samples: number;
}

/** Runs one stage with its log, its system metrics and a DuckDB of its own. */
export async function runStage(work: RunWork, node: StageNode): Promise<StageOutcome> {
  const { request, run } = work;
  const path = logPath(request.store, run.runId, node.name);
  refuseLinkOnWay(request.store.folder, path);
  mkdirSync(dirname(path), { recursive: true });
  const logFile = createWriteStream(path, { flags: 'a' });
  const errorFile = createWriteStream(logPath(request.store, run.runId, node.name, 'stderr'), { flags: 'a' });
  // A full disk must not crash the run through its log; the stage reports it.
  for (const file of [logFile, errorFile]) file.on('error', () => {});
  const openLines = new OpenLines(openLogPath(request.store, run.runId, node.name), (rows) =>
    request.events?.onOpen?.(node.name, rows),
  );
  let database: Database | null = null;
  const signal = request.signal ?? new AbortController().signal;
  const interrupt = () => database?.interrupt();
  signal.addEventListener('abort', interrupt);
  let told = 0;
  const sampler =
    process.env['LOOPWRIGHT_SYSTEM_METRICS'] === '0'
      ? null
      : sampleSystem({
          from: work.samples,
          write: (values, sample) => {
            work.samples = sample + 1;
            run.metrics(values, sample);
          },
        });
  // A command names its metrics by the files that they come from.
  const isCommand = node.kind === 'cmd';
  const nameOf = (key: string) => (isCommand ? key : work.metricNames.nameOf({ stage: node.name }, key));
  const followed: RecordedRun = {
    ...run,
    metric: (key, value, step) => run.metric(nameOf(key), value, step),
    metrics: (values, step) =>
      run.metrics(Object.fromEntries(Object.entries(values).map(([key, value]) => [nameOf(key), value])), step),
    child: (stage, pid) => {
      run.child(stage, pid);
      sampler?.follow(pid);
    },
  };
  const context: StageContext = {
    project: request.project,
    config: work.config,
    node,
    store: request.store,
    run: followed,
    metricNames: work.metricNames,
    experiment: work.experiment,
    period: work.period,
    seed: work.config.seed ?? 0,
    fingerprints: work.fingerprints,
    forced: work.forced.has(node.name),
    subject: request.validation?.subject ?? null,
    registers: request.registers ?? true,
    refits: request.refits ?? false,
    lock: () => readLock(request.project.root),
    database: async () => (database ??= await openDatabase({ tempDirectory: `${request.store.folder}/tmp` })),
    signal,
    python: request.python ?? (() => findPython({ root: request.project.root, python: work.config.python })),
    log: (text, from) => {
      const line = work.redact(text);
      logFile.write(`${line}\n`);
      if (from === 'stderr') errorFile.write(`${line}\n`);
      request.events?.onLog?.(node.name, line);
    },
    open: (rows, from) => openLines.show(rows.map(work.redact), from),
    input: request.input ?? 'none',
    progress: (text, share) => {
      request.events?.onProgress?.(node.name, text, share ?? null);
      // Written at most ten times a second; the final text of a stage is its summary.
      if (Date.now() - told > 100) {
        told = Date.now();
        run.progress(`${node.name}: ${text}`);
      }
    },
    artifacts: () => {
      const folder = artifactsFolder(request.store, run.runId);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
  };
  work.metricNames.begin(node.name);
  try {
    const outcome = await byKind(context, node.config);
    work.metricNames.end(node.name);
    return outcome;
  } catch (error) {
    context.log(error instanceof CancelledError ? 'cancelled' : `error: ${messageOf(error)}`);
    throw error;
  } finally {
    sampler?.stop();
    openLines.end();
    signal.removeEventListener('abort', interrupt);
    (database as Database | null)?.close();
    await Promise.all([logFile, errorFile].map((file) => new Promise<void>((resolve) => file.end(() => resolve()))));
  }
}

function byKind(context: StageContext, stage: StageConfig): Promise<StageOutcome> {
  if (!('uses' in stage)) return command(context, stage);
  switch (stage.uses) {
    case 'collect':
      return collect(context, stage);
    case 'prepare':
      return prepare(context, stage);
    case 'train':
      return train(context, stage);
    case 'validate':
      return validate(context, stage);
  }
}
