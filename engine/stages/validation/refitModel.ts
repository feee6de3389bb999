import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularFile } from '../../base/readRegularFile.ts';
import { tableSql } from '../../data/typedSource.ts';
import { columnsOf } from '../../data/inspectColumns.ts';
import { evaluator, type EvaluationOptions } from '../../evaluation/evaluate.ts';
import { smallerIsBetter } from '../../evaluation/metrics.ts';
import type { Predictions } from '../../evaluation/predictions.ts';
import { booleanAsNumber } from '../../models/fitModel.ts';
import { fittedPredictor } from '../../models/fittedPredictor.ts';
import { hashModel, modelFiles } from '../../models/modelFiles.ts';
import { modelTools } from '../../models/modelTools.ts';
import type { ModelFit } from '../../models/model.ts';
import { openModel } from '../../models/openModel.ts';
import { projectPath, relativePath } from '../../base/projectPath.ts';
import type { TrainStage } from '../../project/schema/trainStage.ts';
import type { ValidateStage } from '../../project/schema/validateStage.ts';
import type { Refit } from '../../registry/refit.ts';
import type { ValidationReport } from '../../registry/validationReport.ts';
import { standardDeviation, wasserstein } from '../../statistics/wasserstein.ts';
import { fitStage } from '../fitStage.ts';
import { count, datasetOf, type StageContext } from '../stageContext.ts';
import { newRegimeSql, splitTime } from '../newRegime.ts';
import { timeSpan } from '../timeSpan.ts';
import { scoreRows, type ScoredRows } from './scoreRows.ts';
import type { Subject } from './validationSubject.ts';

/** The model that passed its gates, with its test rows. */
export interface Tested {
  subject: Subject;
  report: ValidationReport;
  test: ScoredRows;
  options: EvaluationOptions;
}

/** A shift of the scores from which on a refit is not the tested model any more; see docs/retraining.md. */
const mostShift = 0.5;

/**
 * Fits a model that passed its gates again on all rows of its data, with its settings, for as many epochs or trees as
 * the tested fit has. The refit is refused where its scores of the test rows are far from those of the tested model, or
 * worse although it has seen these rows. `scores` are those of a refit that is served, of the test rows.
 */
export async function refitModel(
  context: StageContext,
  stage: ValidateStage,
  tested: Tested,
): Promise<{ refit: Refit; scores: Float64Array | null }> {
  const trained = context.config.stages[stage.with.model];
  if (!trained || !('uses' in trained) || trained.uses !== 'train' || context.subject)
    return without({ kind: 'impossible', reason: 'own program' });
  const fit = fitOf(projectPath(context.project.root, tested.report.modelPath));
  if (fit === null) return without({ kind: 'impossible', reason: 'unknown length' });
  context.progress('fitting on all rows', 0.9);
  const fitted = await fitAgain(context, trained, fit, tested);
  context.log(refitLine(fitted.refit));
  return fitted;
}

const without = (refit: Refit) => ({ refit, scores: null });

async function fitAgain(
  context: StageContext,
  trained: TrainStage,
  { steps, since, rows: testedRows }: ModelFit,
  { subject, report, test, options }: Tested,
): Promise<{ refit: Refit; scores: Float64Array | null }> {
  const { root } = context.project;
  const db = await context.database();
  const dataset = datasetOf(context, trained.with.data);
  const paths = context.fingerprints.expand(dataset.path).map((file) => projectPath(root, file));
  const whole = await tableSql(db, paths, dataset.schema, { read: dataset.read });
  const columns = await columnsOf(db, whole);
  const isNew = newRegimeSql(columns, dataset.schema, since, splitTime(context.config, trained.with.data));
  const source = isNew === null ? whole : `(SELECT * FROM ${whole} WHERE ${isNew})`;
  const folder = join(context.artifacts(), `refit-${context.node.name}`);
  const fitted = await fitStage(context, trained, { source, folder, steps, since, record: null });
  const { opened } = await openModel(folder, modelTools(context.store, context.config, subject.name, context.log));
  try {
    const { classes } = opened.description;
    if (classes !== null && hasOther(classes, subject.model.meta.classes))
      return without({ kind: 'refused', shift: null, reason: 'other classes' });
    const model = fittedPredictor(opened, subject.model.meta);
    const { signal } = context;
    const { predictions } = await scoreRows(db, { sql: subject.test, model, champion: null, groupColumns: [], signal });
    const shift = scoreShift(test.predictions, predictions);
    if (!(shift < mostShift)) return without({ kind: 'refused', shift, reason: 'far scores' });
    const metric = worseMetric(report, evaluator(test.truth, predictions, options)()[report.headlineMetric] ?? null);
    if (metric) return without({ kind: 'refused', shift, reason: 'worse', metric });
    const { rows, unit } = fitted;
    const until = (await timeSpan(db, source, dataset.schema))?.last ?? null;
    const { hash: modelHash } = hashModel(modelFiles(folder));
    const modelPath = relativePath(root, folder);
    const refit: Refit = { kind: 'served', modelPath, modelHash, rows, testedRows, steps, unit, since, until, shift };
    return { refit, scores: predictions.values };
  } finally {
    await opened.close();
  }
}

/** How a model was fitted, from its files; null when they do not say it. */
function fitOf(folder: string): ModelFit | null {
  const own = readJson(join(folder, 'loopwright-model.json')) as { fit?: ModelFit } | null;
  const mlflow = readJson(join(folder, 'MLmodel')) as { metadata?: { loopwright?: { fit?: ModelFit } } } | null;
  return own?.fit ?? mlflow?.metadata?.loopwright?.fit ?? null;
}

/** The content of a file that a train stage wrote as JSON; null when there is none. */
function readJson(path: string): unknown {
  return existsSync(path) ? (JSON.parse(readRegularFile(path).toString()) as unknown) : null;
}

/** True when a fit knows other classes than the tested one. Booleans may be written as numbers on either side. */
function hasOther(classes: readonly string[], tested: readonly string[]): boolean {
  const known = new Set(tested.map(booleanAsNumber));
  return classes.length !== known.size || classes.some((name) => !known.has(booleanAsNumber(name)));
}

/**
 * How far the predictions of a refit are from those of the tested model on the same rows: the Wasserstein distance of
 * the scores in standard deviations of the tested ones. Of several classes, the largest difference between the shares of
 * a predicted class.
 */
export function scoreShift(tested: Predictions, refitted: Predictions): number {
  if (tested.task !== 'multiclass') {
    const sorted = ({ values }: Predictions) => values.filter((value) => !Number.isNaN(value)).toSorted();
    const distance = wasserstein(sorted(tested), sorted(refitted)) ?? Number.POSITIVE_INFINITY;
    return distance === 0 ? 0 : distance / standardDeviation(sorted(tested));
  }
  const share = ({ values }: Predictions, c: number) => values.filter((value) => value === c).length / values.length;
  return Math.max(...tested.probabilities.map((_, c) => Math.abs(share(tested, c) - share(refitted, c))));
}

/** The headline metric of a refit when it is outside the interval of the tested model, on the worse side. */
export function worseMetric(
  { headlineMetric: name, performance }: Pick<ValidationReport, 'headlineMetric' | 'performance'>,
  value: number | null,
): { name: string; value: number; bound: number } | null {
  const isSmaller = smallerIsBetter(name);
  const bound = isSmaller ? performance[name]?.high : performance[name]?.low;
  if (value === null || bound === null || bound === undefined) return null;
  return (isSmaller ? value > bound : value < bound) ? { name, value, bound } : null;
}

function refitLine(refit: Refit): string {
  if (refit.kind === 'served')
    return `fitted again on all ${count(refit.rows)} rows with ${refit.steps} ${refit.unit}; this fit is served`;
  return `warning: the fit on all rows is not served: ${refit.kind === 'refused' ? refit.reason : ''}`;
}
