import type { DatasetSchema } from '../project/schema/datasetSchema.ts';
import type { Comparator } from './driftTable.ts';

export const comparatorKinds = ['drift', 'skew'] as const;
export type ComparatorKind = (typeof comparatorKinds)[number];

/** What a schema says of how its columns are compared; without a word on skew a column is compared as for drift. */
export function comparatorsOf(schema: DatasetSchema | null, kind: ComparatorKind): Map<string, Comparator> {
  return new Map(
    (schema?.fields ?? []).flatMap(({ name, loopwright = {} }): [string, Comparator][] => {
      const own = kind === 'skew' ? (loopwright.skew ?? loopwright.drift) : loopwright.drift;
      return own ? [[name, own]] : [];
    }),
  );
}
