import { closeSync, cpSync, existsSync, fstatSync, mkdirSync, readSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { ParamValue } from '../../protocol/runs.ts';
import { messageOf } from '../base/errors.ts';
import { openInside } from '../base/openInside.ts';
import { readMetricLine, type MetricLine } from './metricLines.ts';
import { importNote, removeImportNote, setImportNote } from './imports.ts';
import { artifactsFolder, logPath, type Store } from '../store/store.ts';
import { paramCells } from './storedParam.ts';
import { findKey, writePoints, writeTag } from './writeRun.ts';
import { leadsOut, projectPath } from '../base/projectPath.ts';

const chunkBytes = 1 << 20;
const longestLine = 16 << 20;
const source = 'metrics-file';

/** The file for lines of a stage's program: $LOOPWRIGHT_METRICS. */
export function metricsPath(store: Store, runId: string, stage: string): string {
  return logPath(store, runId, stage).replace(/\.log$/, '.metrics.jsonl');
}

/**
 * Reads the lines appended to a metrics file into its run. The offset is written in the same transaction as the data,
 * so that a kill neither loses nor repeats a line; `metricsFile` of another process continues at the offset.
 */
export interface MetricsFile {
  /** Reads the complete lines; with `last`, also an incomplete one. Returns their number. */
  take(last?: boolean): number;
  /** Deletes the file once its run has all lines. */
  remove(): void;
}

export interface MetricsFileOptions {
  store: Store;
  runId: string;
  stage: string;
  /** Base folder of artifact names. */
  root: string;
  /** The name under which a metric is stored; the same without it. */
  name?: (key: string) => string;
  /** Called for the first invalid line, and at the end with their number. */
  warn: (text: string) => void;
}

export function metricsFile({
  store,
  runId,
  stage,
  root,
  warn,
  name: nameOf = (key) => key,
}: MetricsFileOptions): MetricsFile {
  const { sql } = store;
  const path = metricsPath(store, runId, stage);
  const run = sql.get<{ id: number }>('SELECT id FROM runs WHERE run_id = ?', runId)?.id ?? 0;
  const key = `${runId}/${stage}`;
  let offset = 0;
  let lines = 0;
  let bad = 0;
  let taken = 0;
  const nextStep = new Map<string, number>();
  const stepOf = (name: string) => {
    const step = nextStep.get(name) ?? lastStep(store, run, name) + 1;
    nextStep.set(name, step + 1);
    return step;
  };
  const refuse = (number: number, why: string) => {
    bad++;
    if (bad === 1)
      warn(`warning: line ${number} of $LOOPWRIGHT_METRICS was not understood: ${why}. Further ones are counted only.`);
  };
  const write = (line: MetricLine, now: number) => {
    const metrics = Object.entries(line.metrics).map(([key, value]): [string, number] => [nameOf(key), value]);
    for (const [name] of metrics)
      if (line.step !== null) nextStep.set(name, Math.max(nextStep.get(name) ?? 0, line.step + 1));
    writePoints(
      store,
      run,
      metrics.map(([name, value]) => ({
        key: name,
        value,
        step: line.step ?? stepOf(name),
        at: line.at ?? now,
      })),
    );
    for (const [name, value] of Object.entries(line.params)) keepParam(store, run, name, value);
    for (const [name, value] of Object.entries(line.tags)) writeTag(store, run, name, value);
  };
  const takeLines = (texts: string[], bytes: number) => {
    const now = Date.now();
    const read: { line: MetricLine; number: number }[] = [];
    for (const [i, text] of texts.entries()) {
      if (text.trim() === '') continue;
      try {
        read.push({ line: readMetricLine(text), number: lines + i + 1 });
      } catch (error) {
        refuse(lines + i + 1, messageOf(error));
      }
    }
    sql.write(() => {
      for (const { line } of read) write(line, now);
      setImportNote(store, source, key, { id: String(offset + bytes), detail: String(lines + texts.length) });
    });
    offset += bytes;
    lines += texts.length;
    taken += texts.length;
    for (const { line, number } of read) {
      for (const path of line.artifacts) {
        try {
          keepArtifact(store, runId, root, path);
        } catch (error) {
          refuse(number, messageOf(error));
        }
      }
    }
  };
  return {
    take(last = false) {
      const before = taken;
      const known = importNote(store, source, key);
      [offset, lines] = [Number(known?.id ?? 0), Number(known?.detail ?? 0)];
      let handle: number | null;
      try {
        handle = openInside(store.folder, path);
      } catch {
        return 0;
      }
      if (handle === null) return 0;
      try {
        // A program that truncates the file is read from the start.
        if (fstatSync(handle).size < offset) [offset, lines] = [0, 0];
        readChunks(handle, () => offset, takeLines, last);
      } finally {
        closeSync(handle);
      }
      if (last && bad > 1) warn(`warning: ${bad} lines of $LOOPWRIGHT_METRICS were not understood`);
      return taken - before;
    },
    remove() {
      rmSync(path, { force: true });
      removeImportNote(store, source, key);
    },
  };
}

/** The largest step of a metric of a run; -1 when it has none. */
export function lastStep(store: Store, run: number, name: string): number {
  const key = findKey(store, name);
  return (
    (key === null
      ? null
      : store.sql.get<{ step: number | null }>(
          'SELECT max(step) AS step FROM points WHERE run = ? AND key = ?',
          run,
          key,
        )?.step) ?? -1
  );
}

/** Reads complete lines from an offset, in pieces; an incomplete line waits for its rest. */
function readChunks(
  handle: number,
  offset: () => number,
  take: (lines: string[], bytes: number) => void,
  last: boolean,
): void {
  let size = chunkBytes;
  for (;;) {
    const buffer = Buffer.allocUnsafe(size);
    const found = readSync(handle, buffer, 0, size, offset());
    const end = buffer.subarray(0, found).lastIndexOf(10) + 1;
    if (end > 0) {
      take(buffer.toString('utf8', 0, end - 1).split('\n'), end);
      size = chunkBytes;
    } else if (found === size && size < longestLine) size *= 2;
    else {
      // An extremely long line is skipped in pieces, each reported as invalid.
      if (found === size || (last && found > 0)) take([buffer.toString('utf8', 0, found)], found);
      if (found < size) return;
    }
  }
}

/**
 * Writes a param of a program. A value of the project under that name stays; a different value is stored as
 * `program.name`.
 */
export function keepParam({ sql }: Store, run: number, key: string, value: ParamValue): void {
  const [text, json, number] = paramCells(value);
  const known = sql.get<{ value: string }>('SELECT value FROM params WHERE run = ? AND key = ?', run, key);
  if (known?.value === text) return;
  sql.run(
    'INSERT INTO params (run, key, value, json, number) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, json = excluded.json, number = excluded.number',
    run,
    known ? `program.${key}` : key,
    text,
    json,
    number,
  );
}

/** Copies a file or folder to the artifacts of a run, under its path in the project, or its name when it is outside. */
function keepArtifact(store: Store, runId: string, root: string, path: string): void {
  const from = projectPath(root, path);
  if (!existsSync(from)) throw new Error(`there is no file \`${path}\``);
  const inside = relative(root, from);
  const folder = artifactsFolder(store, runId);
  const target = join(folder, inside === '' || leadsOut(inside) ? basename(from) : inside);
  if (target === folder || !target.startsWith(`${folder}${sep}`))
    throw new Error(`\`${path}\` has no name to be kept under`);
  mkdirSync(dirname(target), { recursive: true });
  const real = realpathSync(from);
  if (statSync(real).isDirectory() && `${folder}${sep}`.startsWith(`${real}${sep}`))
    throw new Error(`\`${path}\` holds the run's own artifacts`);
  cpSync(real, target, { recursive: true, dereference: true });
}
