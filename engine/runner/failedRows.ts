import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FailedRows } from '../../protocol/gates.ts';
import { WorkError } from '../base/errors.ts';
import { projectPath, relativePath } from '../base/projectPath.ts';
import { openDatabase, type Database } from '../data/database.ts';
import { quoteIdentifier, quotePath } from '../data/quote.ts';
import { writeParquet } from '../data/writeTable.ts';
import { parseMetric } from '../evaluation/metricName.ts';
import { readValidationReport, reportFile, type ValidationReport } from '../registry/validationReport.ts';
import { truthOf } from '../stages/validation/truth.ts';
import { artifactsFolder, type Store } from '../store/store.ts';

/** More rows than anybody reads. */
const mostRows = 10_000;

/** Metrics that one kind of wrong decision alone lowers. */
const missedOnly = new Set(['recall', 'recall_at_precision', 'equal_opportunity_difference']);
const falseAlarmsOnly = new Set(['precision', 'specificity']);

/**
 * Writes the test rows that speak against a gate as Parquet, the worst first, with the columns `_score` and `_error`.
 * They are those that the validation kept as the reference, at most 50,000. Throws WorkError where a run has none.
 */
export async function failedRows(
  root: string,
  store: Store,
  { runId, stage, gate }: { runId: string; stage: string; gate: string },
): Promise<FailedRows> {
  if (parseMetric(gate)?.test)
    throw new WorkError(`\`${gate}\` is judged on changed rows, which are not kept. The model card has its examples.`);
  const report = reportOf(store, runId, stage);
  const reference = projectPath(root, report.referencePath);
  if (!existsSync(reference)) throw new WorkError(`The test rows of this run are gone: ${report.referencePath}.`);
  const db = await openDatabase({ threads: 2 });
  try {
    const source = `read_parquet(${quotePath(reference)})`;
    const { errors, which } = await errorsOf(db, source, report, parseMetric(gate)?.name ?? gate);
    const worst = [...errors.keys()]
      .filter((row) => (errors[row] ?? 0) > 0)
      .toSorted((a, b) => (errors[b] ?? 0) - (errors[a] ?? 0) || a - b)
      .slice(0, mostRows);
    const path = fileOf(store, { runId, stage, gate });
    await write(db, source, { rows: worst, errors: worst.map((row) => errors[row] ?? 0) }, path);
    return { path: relativePath(root, path), rows: worst.length, of: errors.length, which };
  } finally {
    db.close();
  }
}

function reportOf(store: Store, runId: string, stage: string): ValidationReport {
  const path = join(artifactsFolder(store, runId), reportFile(stage));
  if (!existsSync(path))
    throw new WorkError(`\`${stage}\` is a program: Loopwright did not see the rows that its gates judged.`);
  return readValidationReport(readFileSync(path, 'utf8'));
}

/** The distance of each row from the truth, and which rows have one; 0 for a row that does not count. */
async function errorsOf(
  db: Database,
  source: string,
  report: ValidationReport,
  metric: string,
): Promise<{ errors: Float64Array; which: string }> {
  const { task, target, threshold } = report;
  if (task === 'ranking' || task === 'multilabel')
    throw new WorkError(
      `A metric of ${task === 'ranking' ? 'queries' : 'several labels'} has no single rows that speak against it. The card shows ${task === 'ranking' ? 'NDCG over k and the slices' : 'each label and the slices'}.`,
    );
  const table = await db.table(`SELECT ${quoteIdentifier(target)}, _score FROM ${source}`);
  const meta = { task, target, positive: report.positive ?? undefined, classes: report.classes ?? [] };
  const truth = truthOf(meta as Parameters<typeof truthOf>[0], table);
  const scores = table.columns['_score']?.values as Float64Array;
  const errors = truth.map((label, i) => {
    const score = scores[i] ?? Number.NaN;
    if (Number.isNaN(label) || Number.isNaN(score)) return 0;
    if (task === 'multiclass') return Number(label !== score);
    if (task === 'regression' || threshold === null) return Math.abs(label - score);
    const isDecided = score >= threshold;
    const isWrong = isDecided !== (label === 1);
    const isMeant = missedOnly.has(metric) ? label === 1 : falseAlarmsOnly.has(metric) ? isDecided : true;
    // A wrong decision at the threshold still is one.
    return isWrong && isMeant ? Math.max(Math.abs(label - score), Number.EPSILON) : 0;
  });
  const which =
    task === 'regression' || (task === 'binary' && threshold === null)
      ? 'with the largest errors'
      : missedOnly.has(metric)
        ? 'that the model missed'
        : falseAlarmsOnly.has(metric)
          ? 'wrongly decided as positive'
          : 'decided wrongly';
  return { errors, which };
}

async function write(
  db: Database,
  source: string,
  { rows, errors }: { rows: number[]; errors: number[] },
  path: string,
): Promise<void> {
  const columns = [
    { name: '_row', kind: 'integer' as const },
    { name: '_error', kind: 'number' as const },
  ];
  await db.create('failed', columns);
  await db.append('failed', columns, [rows, errors]);
  await writeParquet(
    db,
    `SELECT t.* EXCLUDE (_row), f._error
     FROM (SELECT row_number() OVER () - 1 AS _row, * FROM ${source}) t JOIN failed f USING (_row)
     ORDER BY f._error DESC, t._row`,
    path,
  );
}

/** Names of gates may hold anything, so what a file cannot be called is left out, and a hash tells names apart. */
function fileOf(store: Store, { runId, stage, gate }: { runId: string; stage: string; gate: string }): string {
  const folder = join(store.folder, 'rows');
  mkdirSync(folder, { recursive: true });
  const name = `${stage}-${gate}`.replaceAll(/[^\w-]+/g, '-').slice(0, 60);
  const hash = createHash('sha256').update(`${runId} ${stage} ${gate}`).digest('hex').slice(0, 8);
  return join(folder, `${name}-${hash}.parquet`);
}
