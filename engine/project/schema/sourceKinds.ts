import { CollectStage, type CollectSource } from './collectStage.ts';

/** Keys of `from` that name a kind of source: `files`, `url`, `postgres`, … */
const sourceKinds: ReadonlySet<string> = new Set(
  CollectStage.properties.with.properties.from.anyOf.flatMap(({ properties }) => Object.keys(properties).slice(0, 1)),
);

/** Returns the kind of a source by its keys, in any order; undefined when none of them names one. */
export function sourceKind(keys: Iterable<string>): string | undefined {
  for (const key of keys) if (sourceKinds.has(key)) return key;
  return undefined;
}

/** Returns the kind of a valid source. */
export function kindOfSource(from: CollectSource): string {
  return sourceKind(Object.keys(from)) ?? '';
}
