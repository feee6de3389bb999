import { closeSync, mkdirSync, openSync, readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WorkError, messageOf } from '../base/errors.ts';
import { helperFile } from '../base/helperFile.ts';
import { numbersIn } from '../tracking/metricLines.ts';
import { lastStep, metricsFile, metricsPath } from '../tracking/metricsFile.ts';
import type { StageContext } from './stageContext.ts';

/** Change events can be lost (network file systems, too many watches), so file sizes are polled too. */
const lookMs = 500;

export interface MetricsTail {
  /** Variables that tell the program where to write. */
  env: Record<string, string>;
  /** Reads the last lines and stops watching. */
  end(): void;
  /** Reads the metrics files of the stage a last time. Throws WorkError for a file that is not JSON. */
  final(): Record<string, number>;
}

/**
 * Follows the metrics of a program without MLflow while it runs: lines appended to $LOOPWRIGHT_METRICS, and the files
 * under `metrics`.
 */
export function tailMetrics(context: StageContext, files: readonly string[]): MetricsTail {
  const {
    store,
    run,
    node,
    project: { root },
    log,
  } = context;
  const path = metricsPath(store, run.runId, node.name);
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a'));
  const lines = metricsFile({ store, runId: run.runId, stage: node.name, root, warn: log });
  const documents = files.map((file) =>
    metricsDocument(
      root,
      file,
      (values, step) => run.metrics(values, step),
      (key) => lastStep(store, run.number, key) + 1,
    ),
  );
  const look = () => {
    try {
      lines.take();
      for (const document of documents) document.look();
    } catch {
      // The store is busy or the disk is full: the next poll or the last read tries again, and reports.
    }
  };
  const watchers: FSWatcher[] = [];
  for (const folder of new Set([dirname(path), ...files.map((file) => dirname(join(root, file)))])) {
    const names = new Set([basename(path), ...files.map((file) => basename(file))]);
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name === null || names.has(name)) look();
      });
      watcher.on('error', () => {});
      watchers.push(watcher);
    } catch {
      // The folder does not exist yet; the timer finds its files.
    }
  }
  const timer = setInterval(look, lookMs);
  timer.unref();
  const stop = () => {
    clearInterval(timer);
    for (const watcher of watchers) watcher.close();
  };
  return {
    env: { LOOPWRIGHT_METRICS: path, ...helperEnv() },
    end() {
      stop();
      lines.take(true);
      lines.remove();
    },
    final: () => Object.assign({}, ...documents.map((document) => document.final())) as Record<string, number>,
  };
}

/** The module for Node programs. */
function helperEnv(): Record<string, string> {
  const found = helperFile('loopwright.mjs');
  return found === null ? {} : { LOOPWRIGHT_HELPER: found };
}

interface MetricsDocument {
  look(): void;
  final(): Record<string, number>;
}

/** A JSON file that is rewritten with the latest numbers: each change is a new step of the numbers that changed. */
function metricsDocument(
  root: string,
  path: string,
  write: (values: Record<string, number>, step: number) => void,
  firstStep: (key: string) => number,
): MetricsDocument {
  const absolute = join(root, path);
  // Values that an earlier run left do not count.
  let seen = stampOf(absolute);
  const values = new Map<string, { value: number; step: number }>();
  const take = (found: Record<string, number>) => {
    const byStep = new Map<number, Record<string, number>>();
    for (const [key, value] of Object.entries(found)) {
      const before = values.get(key);
      if (before && Object.is(before.value, value)) continue;
      const step = before ? before.step + 1 : firstStep(key);
      values.set(key, { value, step });
      byStep.set(step, { ...byStep.get(step), [key]: value });
    }
    for (const [step, some] of byStep) write(some, step);
  };
  return {
    look() {
      const stamp = stampOf(absolute);
      if (stamp === seen) return;
      let found: Record<string, number>;
      try {
        found = numbersIn(readFileSync(absolute, 'utf8'));
      } catch {
        // Half written: it changes once more when it is complete.
        return;
      }
      seen = stamp;
      take(found);
    },
    final() {
      try {
        const found = numbersIn(readFileSync(absolute, 'utf8'));
        take(found);
        return found;
      } catch (error) {
        if (error instanceof WorkError) throw error;
        throw new WorkError(`The metrics file \`${path}\` is not JSON: ${messageOf(error)}`, {
          cause: error,
          place: { file: path },
        });
      }
    },
  };
}

function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.mtimeNs} ${stats.size} ${stats.ino}` : '';
}
