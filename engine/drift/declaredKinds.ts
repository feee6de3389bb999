import type { DatasetSchema, Field } from '../project/schema/datasetSchema.ts';

/** Values that a schema declares to be categories, whatever type stores them. */
export type DeclaredKind = 'boolean' | 'categorical';

/** The kind that a schema declares for a field; null where the stored type decides. */
export function declaredKind({ type, categories }: Pick<Field, 'type' | 'categories'>): DeclaredKind | null {
  if (type === 'boolean') return 'boolean';
  return categories === undefined ? null : 'categorical';
}

/** The declared kinds of a schema by column. */
export function declaredKinds(schema: DatasetSchema | null): Map<string, DeclaredKind> {
  return new Map(
    (schema?.fields ?? []).flatMap((field): [string, DeclaredKind][] => {
      const kind = declaredKind(field);
      return kind ? [[field.name, kind]] : [];
    }),
  );
}
