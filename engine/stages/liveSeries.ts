import { existsSync, readdirSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { projectPath } from '../base/projectPath.ts';
import type { MetricPoint } from '../tracking/writeRun.ts';

/** Where DVCLive keeps the points of metrics, in its folder. */
const seriesFolder = 'plots/metrics';

export interface LiveSeries {
  /** Reads the points that were added; with `last`, also those of an incomplete line. */
  look(last?: boolean): void;
  /** Whether a metric of a metrics file has its points in a series beside it. */
  covers(file: string, key: string): boolean;
  /** The last value of a metric that `covers` tells; undefined when none was read. */
  lastOf(file: string, key: string): { value: number; step: number } | undefined;
}

interface SeriesFile {
  atStart: string;
  seen: string;
  rows: number;
  last?: { value: number; step: number };
}

/**
 * The metrics of DVCLive with all their points: a TSV for each in `plots/metrics`, which a program appends to. `folders`
 * are those in which DVCLive may write; files of an earlier run count once they change. A metric has the name that it has
 * in the `metrics.json` beside: `train/loss` is `train.loss`.
 */
export function liveSeries(
  root: string,
  folders: () => readonly string[],
  write: (file: string, points: MetricPoint[]) => void,
): LiveSeries {
  const known = new Map<string, SeriesFile>();
  const filesIn = () => [...new Set(folders())].flatMap((folder) => tsvIn(root, posix.join(folder, seriesFolder)));
  for (const { path } of filesIn()) {
    const stamp = stampOf(projectPath(root, path));
    known.set(path, { atStart: stamp, seen: stamp, rows: 0 });
  }
  return {
    look(last = false) {
      for (const { path, key, folder } of filesIn()) {
        const absolute = projectPath(root, path);
        const file = known.get(path) ?? { atStart: '', seen: '', rows: 0 };
        known.set(path, file);
        const stamp = stampOf(absolute);
        if (stamp === file.seen && !(last && stamp !== file.atStart)) continue;
        const now = Date.now();
        const rows = pointsOf(readRegularFile(absolute).toString(), key, now, last);
        // A program that began anew wrote a shorter file.
        const added = rows.slice(rows.length < file.rows ? 0 : file.rows);
        if (added.length > 0) write(posix.join(posix.dirname(posix.dirname(folder)), 'metrics.json'), added);
        const end = rows.at(-1);
        Object.assign(file, { seen: stamp, rows: rows.length, ...(end ? { last: end } : {}) });
      }
    },
    covers: (file, key) =>
      pathsOf(file, key).some((path) => {
        const stamp = stampOf(projectPath(root, path));
        return stamp !== '' && stamp !== known.get(path)?.atStart;
      }),
    lastOf: (file, key) =>
      pathsOf(file, key)
        .map((path) => known.get(path)?.last)
        .find((found) => found !== undefined),
  };
}

/** The series that may hold a metric of a metrics file: the dots of its name may be those of nested names, or its own. */
function pathsOf(file: string, key: string): string[] {
  const folder = posix.join(posix.dirname(file), seriesFolder);
  return [...new Set([key, key.replaceAll('.', '/')])].map((name) => posix.join(folder, `${name}.tsv`));
}

function tsvIn(root: string, folder: string): { path: string; key: string; folder: string }[] {
  const absolute = projectPath(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.tsv'))
    .toSorted()
    .map((name) => ({
      path: posix.join(folder, name),
      key: name.slice(0, -'.tsv'.length).replaceAll('/', '.'),
      folder,
    }));
}

/** The points of a TSV with `step`, perhaps `timestamp` in milliseconds, and the value as its last column. */
function pointsOf(text: string, key: string, now: number, last: boolean): MetricPoint[] {
  const lines = text.split(/\r?\n/);
  // The rest of an incomplete line is still to come.
  if (lines.at(-1) === '' || !last) lines.pop();
  const [head = '', ...rows] = lines;
  const names = head.split('\t');
  const [stepAt, timeAt] = [names.indexOf('step'), names.indexOf('timestamp')];
  const valueAt = names.findLastIndex((_, i) => i !== stepAt && i !== timeAt);
  if (valueAt < 0) return [];
  return rows.flatMap((row, i): MetricPoint[] => {
    const cells = row.split('\t');
    const step = stepAt < 0 ? i : Number(cells[stepAt] || Number.NaN);
    const time = timeAt < 0 ? now : Number(cells[timeAt]);
    const value = numberOf(cells[valueAt] ?? '');
    if (!Number.isSafeInteger(step) || value === null) return [];
    return [{ key, value, step, at: Number.isFinite(time) ? Math.round(time) : now }];
  });
}

/** A number as Python writes it; null for text. */
function numberOf(text: string): number | null {
  const plain = text.trim().toLowerCase();
  if (plain === 'nan') return Number.NaN;
  const infinite = /^([-+]?)inf(?:inity)?$/.exec(plain);
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity;
  if (plain === 'true' || plain === 'false') return Number(plain === 'true');
  const value = Number(plain);
  return plain === '' || Number.isNaN(value) ? null : value;
}

function stampOf(path: string): string {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats ? `${stats.mtimeNs} ${stats.size} ${stats.ino}` : '';
}
