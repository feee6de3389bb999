import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { Comparator } from './driftTable.ts';

export const comparatorKinds = ['drift', 'skew'] as const;
export type ComparatorKind = (typeof comparatorKinds)[number];

/** The comparators of a schema by column. A column without one for skew takes the one for drift. */
export function comparatorsOf(schema: DatasetSchema | null, kind: ComparatorKind): Map<string, Comparator> {
  return new Map(
    (schema?.fields ?? []).flatMap(({ name, loopwright = {} }): [string, Comparator][] => {
      const own = kind === 'skew' ? (loopwright.skew ?? loopwright.drift) : loopwright.drift;
      if (!own) return [];
      // In a schema `wasserstein` means the distance over the standard deviation: its threshold fits columns of any
      // unit.
      return [[name, own.measure === 'wasserstein' ? { ...own, measure: 'wasserstein_std' } : own]];
    }),
  );
}
