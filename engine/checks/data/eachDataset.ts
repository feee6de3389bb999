import type { DatasetFacts } from '../../facts/facts.ts';
import type { ConfigFile } from '../../project/loadProject.ts';
import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import type { CheckContext, Path } from '../rule.ts';

export interface CheckedDataset {
  name: string;
  facts: DatasetFacts;
  /** Null for a dataset without a schema that can be used. */
  file: ConfigFile<DatasetSchema> | null;
}

/** The datasets whose data has been looked at. */
export function eachDataset(context: CheckContext): CheckedDataset[] {
  return Object.keys(context.config.datasets ?? {}).flatMap((name) => {
    const facts = context.facts.dataset(name);
    return facts ? [{ name, facts, file: context.schemaFileOf(name) }] : [];
  });
}

/** The fields of a schema with their paths. */
export function fieldsOf(file: ConfigFile<DatasetSchema>): { field: Field; path: Path }[] {
  return (file.value?.fields ?? []).map((field, i) => ({ field, path: ['fields', i] }));
}

/** `12 of 3,400 rows of \`orders\``, with where the first one is. */
export function inRows(
  { name, facts }: CheckedDataset,
  found: { count: number; firstRow: number; firstFile: string | null; firstValue: string | null },
): string {
  const value = found.firstValue === null ? '' : `: ${clip(found.firstValue)}`;
  return `${count(found.count)} of ${facts.partial ? 'the first ' : ''}${count(facts.rows)} rows of \`${name}\`, first in row ${count(found.firstRow)}${found.firstFile !== null && facts.files.length > 1 ? ` of ${found.firstFile}` : ''}${value}`;
}

export function count(n: number): string {
  return n.toLocaleString('en');
}

export function clip(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `37 %`, with as many digits as tell something. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 || value === 0 ? value.toFixed(0) : Number(value.toPrecision(2))} %`;
}
