import type { Store } from '../store/store.ts';
import { textOf } from '../tracking/texts.ts';

/** A part of the environment that differs between two runs; null where a run does not have it. */
export interface EnvironmentChange {
  /** A key of the environment, or `package numpy`. */
  name: string;
  before: string | null;
  after: string | null;
}

/** The differences between the environments of two runs, with one item per package. */
export function environmentChanges(
  store: Pick<Store, 'sql'>,
  before: Record<string, string>,
  after: Record<string, string>,
  afterStore = store,
): EnvironmentChange[] {
  const changes: EnvironmentChange[] = [];
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()) {
    const [a, b] = [before[key] ?? null, after[key] ?? null];
    if (a === b) continue;
    if (!/^packages(\.|$)/.test(key)) changes.push({ name: key, before: a, after: b });
    // Without data about one run, every package would be a difference.
    else if (a !== null && b !== null)
      changes.push(...packageChanges(textOf(store, a) ?? '', textOf(afterStore, b) ?? ''));
  }
  return changes;
}

function packageChanges(before: string, after: string): EnvironmentChange[] {
  const [a, b] = [versionsIn(before), versionsIn(after)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .toSorted()
    .filter((name) => a.get(name) !== b.get(name))
    .map((name) => ({ name: `package ${name}`, before: a.get(name) ?? null, after: b.get(name) ?? null }));
}

function versionsIn(text: string): Map<string, string> {
  return new Map(
    text.split('\n').flatMap((line): [string, string][] => {
      const [name, version] = line.split('==');
      return name && version ? [[name, version]] : [];
    }),
  );
}
