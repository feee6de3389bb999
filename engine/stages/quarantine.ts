import { join } from 'node:path';
import { DataError } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import type { ValidationResult } from '../data/validateTable.ts';
import { writeCsv } from '../data/writeTable.ts';
import { relativePath } from '../base/projectPath.ts';
import type { InvalidMode } from '../project/schema/datasetSchema.ts';
import type { SnapshotDetail } from '../tracking/snapshots.ts';
import { count, type StageContext } from './stageContext.ts';

/**
 * Handles the rows that break the schema, as each rule says or else the stage: fails, writes them to a CSV among the
 * artifacts of the run, or warns. Returns the details that the snapshot stores.
 */
export async function handleInvalid(
  context: StageContext,
  db: Database,
  dataset: string,
  result: ValidationResult,
  mode: InvalidMode,
): Promise<{ quarantined: number; detail: SnapshotDetail }> {
  for (const problem of result.tableProblems) context.log(`${problem.severity}: ${dataset}: ${problem.message}`);
  const broken = result.tableProblems.filter((problem) => problem.severity === 'error');
  if (broken.length > 0 && mode !== 'warn')
    throw new DataError(
      `The data of \`${dataset}\` does not fit its schema: ${broken.map((problem) => problem.message).join('; ')}.`,
    );
  const rules = result.rules.map(({ field, rule, count: n, message }) => ({ field, rule, count: n, message }));
  const detail: SnapshotDetail = { rules };
  for (const rule of result.rules) {
    const file = rule.firstFile === null ? '' : ` of ${relativePath(context.project.root, rule.firstFile)}`;
    context.log(`${rule.mode === 'fail' ? 'error' : 'warning'}: ${dataset}: ${rule.message}${file}`);
  }
  const first = result.rules.find((rule) => rule.mode === 'fail');
  if (first) {
    const file = first.firstFile ? relativePath(context.project.root, first.firstFile) : undefined;
    throw new DataError(
      `${count(result.invalidRows)} of ${count(result.rows)} rows of \`${dataset}\` do not fit its schema. First: ${first.message}. Correct the data, or set \`invalid: quarantine\`.`,
      { place: file === undefined ? {} : { file, line: first.firstRow + (result.rowsAreLines ? 0 : 1) } },
    );
  }
  if (result.invalidRows === 0) return { quarantined: 0, detail };
  const path = join(context.artifacts(), `quarantine-${context.node.name}.csv`);
  await writeCsv(db, result.invalidSql, path);
  detail.quarantineFile = relativePath(context.project.root, path);
  context.log(`${count(result.invalidRows)} rows quarantined in ${detail.quarantineFile}`);
  return { quarantined: result.invalidRows, detail };
}

/**
 * Throws DataError when every row was quarantined: an empty dataset in the place of the data is never what was meant.
 * The rows are in the file of the quarantine.
 */
export function refuseEmpty(
  { project }: StageContext,
  dataset: string,
  result: ValidationResult,
  { quarantineFile }: SnapshotDetail,
): void {
  if (result.validRows > 0 || result.invalidRows === 0) return;
  const first = result.rules.find((rule) => rule.mode === 'quarantine');
  throw new DataError(
    `${result.invalidRows === 1 ? 'The only row' : `All ${count(result.invalidRows)} rows`} of \`${dataset}\` would be quarantined, so nothing was written.${first ? ` First: ${first.message}.` : ''}${quarantineFile === undefined ? '' : ` The rows and their reasons are in ${quarantineFile}.`} Correct the schema or the data.`,
    first?.firstFile
      ? {
          place: {
            file: relativePath(project.root, first.firstFile),
            line: first.firstRow + (result.rowsAreLines ? 0 : 1),
          },
        }
      : {},
  );
}
