import { closeSync, mkdirSync, openSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, posix } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { helperFile } from '../base/helperFile.ts';
import { lastStep, metricsFile, metricsPath } from '../tracking/metricsFile.ts';
import { plotSources } from '../project/dvc/dvcPlots.ts';
import { writePoints } from '../tracking/writeRun.ts';
import { liveSeries } from './liveSeries.ts';
import { metricsDocument, metricsFilesAt, type MetricsDocument } from './metricsDocument.ts';
import type { StageContext } from './stageContext.ts';
import { projectPath } from '../base/projectPath.ts';

/** Change events can be lost (network file systems, too many watches), so file sizes are polled too. */
const lookMs = 500;

export interface MetricsTail {
  /** Variables that tell the program where to write. */
  env: Record<string, string>;
  /** Reads the last lines and stops watching. */
  end(): void;
  /**
   * Reads the metrics files of the stage a last time. A name that several files hold is also there as `file:name`. Throws
   * WorkError for a file that cannot be read.
   */
  final(): Record<string, number>;
}

/**
 * Follows the metrics of a program without MLflow while it runs: lines appended to $LOOPWRIGHT_METRICS, and the files
 * under `metrics`. `others` are files that the program may write, such as those of a whole dvc.yaml; one that is not
 * written has no values.
 */
export function tailMetrics(
  context: StageContext,
  files: readonly string[],
  others: readonly string[] = [],
): MetricsTail {
  const {
    store,
    run,
    node,
    metricNames: names,
    project: { root, dvc },
    log,
  } = context;
  const path = metricsPath(store, run.runId, node.name);
  mkdirSync(dirname(path), { recursive: true });
  closeSync(openSync(path, 'a'));
  const logged = { stage: node.name };
  const lines = metricsFile({
    store,
    runId: run.runId,
    stage: node.name,
    root,
    warn: log,
    name: (key) => names.nameOf(logged, key),
  });
  const live = liveSeries(
    root,
    () => liveFolders(context, [...files, ...others]),
    (file, points) =>
      writePoints(
        store,
        run.number,
        points.map((point) => ({ ...point, key: names.nameOf({ stage: node.name, file }, point.key) })),
      ),
  );
  const documentOf = (file: string, isFresh = false) => {
    const source = { stage: node.name, file };
    return metricsDocument(
      root,
      file,
      {
        write: (values, step) =>
          run.metrics(
            names.named(source, Object.fromEntries(Object.entries(values).filter(([key]) => !live.covers(file, key)))),
            step,
          ),
        firstStep: (key) => lastStep(store, run.number, names.nameOf(source, key)) + 1,
      },
      isFresh,
    );
  };
  const known = new Map<string, MetricsDocument>();
  for (const file of [...files, ...others].flatMap((path) => metricsFilesAt(root, path)))
    known.set(file, documentOf(file));
  /** A folder of metrics may get new files at any time. */
  const documentsOf = (paths: readonly string[]) =>
    paths
      .flatMap((path) => metricsFilesAt(root, path))
      .map((file) => {
        const document = known.get(file) ?? documentOf(file, true);
        known.set(file, document);
        return document;
      });
  const look = () => {
    try {
      lines.take();
      live.look();
      for (const document of documentsOf([...files, ...others])) document.look();
    } catch {
      // The store is busy or the disk is full: the next poll or the last read tries again, and reports.
    }
  };
  const watchers: FSWatcher[] = [];
  for (const folder of new Set([dirname(path), ...files.map((file) => dirname(projectPath(root, file)))])) {
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
    final() {
      live.look(true);
      const found: Record<string, number> = {};
      const owner = new Map<string, string>();
      /** The value in the file counts: a program may replace the last point by a summary, such as the best. */
      const keepSummary = (file: string, key: string, value: number) => {
        const last = live.covers(file, key) ? live.lastOf(file, key) : undefined;
        if (last && !Object.is(last.value, value))
          run.metric(names.nameOf({ stage: node.name, file }, key), value, last.step);
      };
      const take = (document: MetricsDocument) => {
        for (const [key, value] of Object.entries(document.final())) {
          keepSummary(document.path, key, value);
          const before = owner.get(key);
          if (before !== undefined) {
            found[`${before}:${key}`] ??= found[key] ?? value;
            found[`${document.path}:${key}`] = value;
          }
          owner.set(key, document.path);
          found[key] = value;
        }
      };
      for (const document of documentsOf(files)) {
        try {
          take(document);
        } catch (error) {
          // DVC leaves out metrics that it cannot read.
          if (!dvc) throw error;
          log(`warning: ${messageOf(error)}`);
        }
      }
      for (const document of documentsOf(others.filter((path) => !files.includes(path)))) {
        if (!document.isNew()) continue;
        try {
          take(document);
        } catch (error) {
          log(`warning: ${messageOf(error)}`);
        }
      }
      return found;
    },
  };
}

/** The folders in which DVCLive may keep the series of metrics: those of metrics files, outputs and plots. */
function liveFolders({ node, project: { dvc } }: StageContext, metrics: readonly string[]): string[] {
  const paths = [...node.outs, ...(dvc?.plots ?? []).flatMap(plotSources)];
  return [
    ...metrics.map((path) => posix.dirname(path)),
    ...paths.flatMap((path) => path.replace(/(?:^|\/)plots(?:\/.*)?$/, '') || '.'),
    ...(dvc ? ['dvclive'] : []),
  ];
}

/** The module for Node programs. */
function helperEnv(): Record<string, string> {
  const found = helperFile('loopwright.mjs');
  return found === null ? {} : { LOOPWRIGHT_HELPER: found };
}
