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
    const findings = new Map<string, RuleFinding[]>();
    for (const finding of facts.broken ?? [])
      if (rules.includes(finding.rule)) {
        const own = findings.get(finding.field);
        if (own) own.push(finding);
        else findings.set(finding.field, [finding]);
      }
    return fieldsOf(file).flatMap(({ field, path }) =>
      (findings.get(field.name) ?? []).map((finding) => ({ dataset, file, field, path, finding })),
    );
  });
}
