import type { RuleFinding } from '../../data/ruleFinding.ts';
import type { ConfigFile } from '../../project/loadProject.ts';
import type { DatasetSchema, Field } from '../../project/schema/datasetSchema.ts';
import type { CheckContext, Path } from '../rule.ts';
import { eachDataset, fieldsOf, type CheckedDataset } from './eachDataset.ts';

export interface BrokenField {
  dataset: CheckedDataset;
  file: ConfigFile<DatasetSchema>;
  field: Field;
  path: Path;
  finding: RuleFinding;
}

/** The rules of fields that rows break, of those asked for. */
export function brokenFields(context: CheckContext, rules: readonly string[]): BrokenField[] {
  return eachDataset(context).flatMap((dataset) => {
    const { file, facts } = dataset;
    if (!file) return [];
    const findings = (facts.broken ?? []).filter(({ rule }) => rules.includes(rule));
    return fieldsOf(file).flatMap(({ field, path }) =>
      findings
        .filter((finding) => finding.field === field.name)
        .map((finding) => ({ dataset, file, field, path, finding })),
    );
  });
}
