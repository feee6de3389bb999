import { readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import { WorkError, messageOf } from '../base/errors.ts';
import { numbersOfFile } from './numbersOfFile.ts';
import { projectPath } from '../base/projectPath.ts';

/** Where the values of a file go. */
export interface MetricsSink {
  write(values: Record<string, number>, step: number): void;
  firstStep(key: string): number;
}

export interface MetricsDocument {
  path: string;
  /** Reads the file when it changed. */
  look(): void;
  /** Reads the file a last time. Throws WorkError when it cannot be read. */
  final(): Record<string, number>;
  /** Whether the file was written since the stage began. */
  isNew(): boolean;
}

const formats: Record<string, string> = { '.json': 'JSON', '.toml': 'TOML', '.py': 'Python' };

/** The files at a path of metrics: itself, or all files in a folder. */
export function metricsFilesAt(root: string, path: string): string[] {
  const stats = statSync(projectPath(root, path), { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return [path];
  return readdirSync(projectPath(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:json|ya?ml|toml|py)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, '/').length).replaceAll('\\', '/'))
    .toSorted();
}

/** A file that is rewritten with the latest numbers: each change is a new step of the numbers that changed. */
export function metricsDocument(root: string, path: string, sink: MetricsSink, isFresh = false): MetricsDocument {
  const absolute = projectPath(root, path);
  // Values that an earlier run left do not count.
  const atStart = isFresh ? '' : stampOf(absolute);
  let seen = atStart;
  const values = new Map<string, { value: number; step: number }>();
  const take = (found: Record<string, number>) => {
    const byStep = new Map<number, Record<string, number>>();
    for (const [key, value] of Object.entries(found)) {
      const before = values.get(key);
      if (before && Object.is(before.value, value)) continue;
      const step = before ? before.step + 1 : sink.firstStep(key);
      values.set(key, { value, step });
      byStep.set(step, { ...byStep.get(step), [key]: value });
    }
    for (const [step, some] of byStep) sink.write(some, step);
  };
  return {
    path,
    isNew: () => stampOf(absolute) !== atStart,
    look() {
      const stamp = stampOf(absolute);
      if (stamp === seen) return;
      let found: Record<string, number>;
      try {
        found = numbersOfFile(path, readRegularFile(absolute).toString());
      } catch {
        // Half written: it changes once more when it is complete.
        return;
      }
      seen = stamp;
      take(found);
    },
    final() {
      try {
        const found = numbersOfFile(path, readRegularFile(absolute).toString());
        take(found);
        return found;
      } catch (error) {
        if (error instanceof WorkError) throw error;
        const kind = formats[extname(path).toLowerCase()] ?? 'YAML';
        throw new WorkError(`The metrics file \`${path}\` is not ${kind}: ${messageOf(error)}`, {
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
