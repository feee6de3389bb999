import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SliceCoverage } from '../../protocol/gates.ts';
import { nodeAt } from '../project/located.ts';
import type { Project } from '../project/loadProject.ts';
import type { Field } from '../project/schema/datasetSchema.ts';
import { readValidationReport, reportFile, type ValidationReport } from '../registry/validationReport.ts';
import { artifactsFolder, type Store } from '../store/store.ts';
import { gateHistory } from '../tracking/gateHistory.ts';

/**
 * For each validated dataset with a schema, the fields and values that slices could be made of, with the test rows of
 * their slices in the newest validation: 0 where nothing was tested apart.
 */
export function sliceCoverage(project: Project, store: Store | null): SliceCoverage[] {
  const { config } = project.resolved;
  if (!config || !store) return [];
  const newest = new Map<string, ValidationReport>();
  for (const { stage, runId } of gateHistory(store)) {
    const report = newest.has(stage) ? null : reportOf(store, runId, stage);
    if (report) newest.set(stage, report);
  }
  const found = new Map<string, SliceCoverage>();
  for (const report of newest.values()) {
    const file = config.datasets?.[report.data.dataset]?.schema;
    const schema = file === undefined ? undefined : project.schemas.get(file);
    if (file === undefined || !schema?.value || found.has(file)) continue;
    const root = schema.parsed.root ?? undefined;
    const parts = schema.value.fields.flatMap((field, i) => {
      const slices = report.slices.filter(({ column }) => column === field.name);
      const values = valuesOf(field);
      if (slices.length === 0 && values.length === 0 && field.type !== 'boolean') return [];
      const at = (path: (string | number)[]) => nodeAt(root, ['fields', i, ...path])?.range;
      const rowsOf = (value: string) => slices.find((slice) => slice.value === value)?.n ?? 0;
      const ranges = [
        { range: at(['name']), name: field.name, rows: slices.reduce((sum, { n }) => sum + n, 0) },
        ...values.map(({ value, path }) => ({
          range: at(path),
          name: `${field.name} = ${value}`,
          rows: rowsOf(value),
        })),
      ];
      return ranges.flatMap(({ range, ...part }) =>
        range ? [{ ...part, place: schema.parsed.lines.place(file, range) }] : [],
      );
    });
    found.set(file, { file, parts });
  }
  return [...found.values()];
}

/** The values that a field may have, with their paths in the field. */
function valuesOf({ constraints, categories }: Field): { value: string; path: (string | number)[] }[] {
  const allowed = (constraints?.enum ?? []).map((value, i) => ({
    value: String(value),
    path: ['constraints', 'enum', i],
  }));
  if (allowed.length > 0) return allowed;
  return (categories ?? []).map((category, i) => ({
    value: String(typeof category === 'object' ? category.value : category),
    path: ['categories', i],
  }));
}

function reportOf(store: Store, runId: string, stage: string): ValidationReport | null {
  const path = join(artifactsFolder(store, runId), reportFile(stage));
  return existsSync(path) ? readValidationReport(readFileSync(path, 'utf8')) : null;
}
