import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../base/readRegularFile.ts';
import type { ConfusionMatrix } from '../../protocol/runs.ts';
import { artifactsFolder, type Store } from '../store/store.ts';

/**
 * The artifact that holds a run's confusion matrix: `{"labels": [...], "counts": [[...], ...]}`,
 * counts[truth][prediction].
 */
export const confusionFile = 'confusion_matrix.json';

/** The confusion matrix of a run; null when it is missing or the file has another form. */
export function confusionOf(store: Store, runId: string): ConfusionMatrix | null {
  try {
    const path = join(artifactsFolder(store, runId), confusionFile);
    if (statSync(path).size > 1_000_000) return null;
    const content = JSON.parse(readRegularFile(path).toString()) as { labels?: unknown; counts?: unknown };
    const { labels, counts } = content;
    if (!Array.isArray(labels) || !Array.isArray(counts) || labels.length === 0 || counts.length !== labels.length)
      return null;
    const isRow = (row: unknown): row is number[] =>
      Array.isArray(row) &&
      row.length === labels.length &&
      row.every((count) => typeof count === 'number' && count >= 0);
    return counts.every(isRow) ? { labels: labels.map(String), counts } : null;
  } catch {
    return null;
  }
}
