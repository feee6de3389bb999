import { toValue, type Entry, type Located, type Range } from './located.ts';
import type { ProjectConfig } from './schema/projectSchema.ts';
import { propertyOf, shapes } from './shape.ts';
import { validateShape } from './validateShape.ts';

/** What of a project can be understood while something in it is wrong. */
export interface Readable {
  config: ProjectConfig;
  /** True when nothing was left out. */
  whole: boolean;
  /** The names of entries that were left out: what refers to them is not judged. */
  leftOut: ReadonlySet<string>;
}

/** Sections whose entries stand for themselves. */
const records = new Set(['params', 'datasets', 'stages', 'deployments', 'monitors', 'checks']);

/**
 * A config without the entries that are wrong: one bad number, or a line that somebody is typing, leaves the rest of the file
 * understood. Null when what is wrong is not inside an entry that can be left out.
 */
export function readableConfig(root: Located | null, wrong: readonly Range[]): Readable | null {
  if (root?.kind !== 'map') return null;
  const leftOut = new Set<string>();
  const touched = touching(wrong);
  const hit = (entry: Entry) => touched({ start: entry.keyRange.start, end: Math.max(entry.keyRange.end, entry.value.range.end) });
  const inEntries = (section: Entry): Entry | null => {
    if (section.value.kind !== 'map') return null;
    const kept = section.value.entries.filter((entry) => {
      if (!hit(entry)) return true;
      leftOut.add(entry.key);
      return false;
    });
    return { ...section, value: { ...section.value, entries: kept } };
  };
  const entries = root.entries.flatMap((section): Entry[] => {
    if (!propertyOf(shapes.project, section.key)) return [];
    if (!hit(section)) return [section];
    const reduced = records.has(section.key) ? inEntries(section) : null;
    leftOut.add(section.key);
    return reduced ? [reduced] : [];
  });
  // What has to be there may be just what is being typed.
  const present = new Set(entries.map(({ key }) => key));
  const stand = (key: string, value: string | number): Entry[] => (present.has(key) ? [] : [{ key, keyRange: root.range, merged: false, value: { kind: 'scalar', range: root.range, value, quoted: false } }]);
  // Without stages nothing is known of what is meant.
  if (!present.has('stages')) return null;
  const tree: Located = { ...root, entries: [...stand('version', 1), ...stand('project', 'unnamed'), ...entries] };
  let fine = true;
  validateShape(tree, shapes.project, (_code, _range, _message, more) => { if ((more?.severity ?? 'error') === 'error') fine = false; });
  return fine ? { config: toValue(tree) as ProjectConfig, whole: false, leftOut } : null;
}

/** Whether one of many ranges touches another. */
function touching(ranges: readonly Range[]): (range: Range) => boolean {
  const sorted = ranges.toSorted((a, b) => a.start - b.start);
  let furthest = -1;
  const ends = sorted.map(({ end }) => (furthest = Math.max(furthest, end)));
  return ({ start, end }) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle]?.start ?? 0) <= end) low = middle + 1;
      else high = middle;
    }
    return low > 0 && (ends[low - 1] ?? -1) >= start;
  };
}
