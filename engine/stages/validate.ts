import { join } from 'node:path';
import { WorkError, checkCancelled } from '../base/errors.ts';
import type { Database } from '../data/database.ts';
import { writeAtomic } from '../base/writeAtomic.ts';
import { compareModels } from '../evaluation/compareModels.ts';
import { confusionMatrix } from '../evaluation/confusion.ts';
import { groupingName } from '../evaluation/grouping.ts';
import { sliceMeasurer } from '../evaluation/sliceGates.ts';
import { evaluateSlices } from '../evaluation/slices.ts';
import { chooseThreshold } from '../evaluation/threshold.ts';
import { relativePath } from '../base/projectPath.ts';
import { thresholdRule } from '../project/schema/threshold.ts';
import type { ProjectConfig } from '../project/schema/projectSchema.ts';
import type { ValidateStage } from '../project/schema/validateStage.ts';
import { reportFile } from '../registry/validationReport.ts';
import { confusionFile } from '../tracking/confusion.ts';
import { thresholdOutcomeText, thresholdText } from '../../words/threshold.ts';
import { datasetOf, type StageContext, type StageOutcome } from './stageContext.ts';
import { buildReport, classNames } from './validation/buildReport.ts';
import { evaluateRows } from './validation/evaluateRows.ts';
import { judgeGates } from './validation/judgeGates.ts';
import { groupTestRows } from './validation/groupTestRows.ts';
import { measureModel } from './validation/measureModel.ts';
import { metricParameters } from './validation/metricParameters.ts';
import { recordResults } from './validation/recordResults.ts';
import { scoreRows, type ScoredRows } from './validation/scoreRows.ts';
import { permutationImportance } from './validation/permutationImportance.ts';
import { robustnessGiven, robustnessMetrics } from './validation/robustness/robustnessGiven.ts';
import { measureRobustness } from './validation/robustness/measureRobustness.ts';
import { robustnessMeasurer } from './validation/robustness/robustnessGates.ts';
import { searchColumns, searchSlices } from './validation/searchSlices.ts';
import { refitModel } from './validation/refitModel.ts';
import { representationOf } from './validation/representationOf.ts';
import { openPredictions } from './validation/predictionsSubject.ts';
import { openSubject } from './validation/subject.ts';
import type { Subject } from './validation/validationSubject.ts';
import { writeReference } from './validation/writeReference.ts';

/**
 * Tests a model on the test rows: metrics with intervals, slices, fairness, speed and gates; registers it as a model
 * version.
 */
export async function validate(context: StageContext, stage: ValidateStage): Promise<StageOutcome> {
  const db = await context.database();
  const isTable = stage.with.predictions !== undefined && !context.subject;
  const subject = await (isTable ? openPredictions(context, stage.with, db) : openSubject(context, stage, db));
  try {
    return await validateSubject(context, stage, db, subject);
  } finally {
    await subject.close();
  }
}

/** Throws WorkError when no row has a true value or an answer; says how many rows the model left without one. */
function checkAnswers(context: StageContext, { rows, truth, predictions }: ScoredRows, data: string): void {
  if (truth.every(Number.isNaN))
    throw new WorkError(
      `None of the ${rows} test rows of \`${data}\` has a true value, so there is nothing to measure.`,
    );
  const unanswered = predictions.values.filter(Number.isNaN).length;
  if (unanswered === rows)
    throw new WorkError(
      `The model gave no usable answer for any of the ${rows} test rows: ${predictions.task === 'multiclass' ? 'none is one of its classes' : 'none is a number'}.`,
    );
  if (unanswered > 0)
    context.log(`warning: ${unanswered} of ${rows} test rows have no usable answer; they are left out`);
}

async function validateSubject(
  context: StageContext,
  stage: ValidateStage,
  db: Database,
  subject: Subject,
): Promise<StageOutcome> {
  const { data, slices: sliceGroupings = [], fairness, min_precision: minPrecision = 0.9 } = stage.with;
  const { signal, seed } = context;
  const { model, champion, groupColumns } = subject;
  const { schema } = datasetOf(context, data);

  context.progress('predicting the test rows');
  const compared = champion.kind === 'comparable' ? champion : null;
  const test = await scoreRows(db, {
    sql: subject.test,
    model,
    champion: compared?.model ?? null,
    groupColumns,
    searchColumns: searchColumns(stage.with, model.meta),
    byValue: (schema?.fields ?? []).flatMap((field) =>
      field.categories || field.constraints?.enum ? [field.name] : [],
    ),
    weightColumn: subject.weightColumn,
    signal,
  });
  if (test.rows === 0)
    throw new WorkError(
      subject.scoresRows
        ? `\`${data}\` has no test rows. ${isSplit(context.config, data) ? 'Its `split` gives none of its few rows to test: wait for more rows, or enlarge the share `test`.' : 'Add a `split` to the stage that prepares it.'}`
        : `\`${data}\` has no row with a true value and a prediction.`,
    );
  checkAnswers(context, test, data);
  const validation = await scoreRows(db, {
    sql: subject.validation,
    model,
    champion: compared?.model ?? null,
    groupColumns: [],
    weightColumn: subject.weightColumn,
    signal,
  });
  const parameters = metricParameters(stage.with, model.meta);
  if (stage.with.threshold === 'lowest_cost' && model.meta.task === 'binary' && !parameters.costs)
    throw new WorkError(
      '`threshold: lowest_cost` needs the costs of wrong decisions. Add `costs: { false_positive: 1, false_negative: 20 }` beside it.',
      { place: { file: 'loopwright.yaml' } },
    );
  const rule = thresholdRule(stage.with, parameters.costs);
  // Predictions with decisions only describe their threshold, so the test rows serve as well.
  const chosenOn = validation.rows === 0 && test.predictions.decisions ? test : validation;
  const isStated = model.meta.task === 'multilabel' || model.meta.task === 'ranking';
  if (isStated) tellLeftOut(context, stage, model.meta.task);
  const own = chooseThreshold(chosenOn, rule, model.meta.scores);
  const threshold = own?.threshold ?? labelThreshold(stage, test);
  if (own && own.choice.kind !== 'decided')
    context.log(
      `decisions from a score of ${shown(own.threshold)} on: ${thresholdText(own.choice)}${own.choice.gave ? `, which gave ${thresholdOutcomeText(own.choice)} there` : ''}`,
    );
  const rival =
    compared && validation.champion
      ? chooseThreshold({ truth: validation.truth, predictions: validation.champion }, rule, compared.model.meta.scores)
      : null;
  const options = { threshold, minPrecision, areProbabilities: model.meta.scores === 'probability', parameters };

  const grouped = groupTestRows([...sliceGroupings, ...(fairness?.attributes ?? [])], test.groups);
  context.progress('computing intervals', 0.4);
  const evaluation = evaluateRows({
    test,
    options,
    championThreshold: rival?.threshold ?? null,
    attributes: (isStated ? [] : (fairness?.attributes ?? [])).flatMap(
      (grouping) => grouped.get(groupingName(grouping)) ?? [],
    ),
    seed,
    signal,
  });
  const answers = { threshold, classes: model.meta.classes.length === 0 ? null : model.meta.classes };
  const speedAndSize = subject.scoresRows
    ? await measureModel(
        { store: context.store, model, report: answers, schema, sample: test.sample, signal },
        subject.files.bytes,
      )
    : {};
  const performance = { ...evaluation.performance, ...speedAndSize };

  context.progress('computing slices', 0.8);
  const { truth, predictions } = test;
  const sliced = { truth, predictions, options, seed };
  checkCancelled(signal);
  const slices = evaluateSlices(
    sliceGroupings.flatMap((grouping) => grouped.get(groupingName(grouping)) ?? []),
    sliced,
  );
  const foundSlices = searchSlices(test, stage.with, options, model.meta, signal);
  const importance = subject.scoresRows
    ? await permutationImportance(db, {
        sql: subject.test,
        model,
        inputs: stage.with,
        options,
        seed,
        signal,
        progress: (share) => context.progress('shuffling features', 0.8 + 0.1 * share),
      })
    : null;
  const asked = robustnessGiven(context, stage.with, subject);
  const robustness =
    asked &&
    (await measureRobustness(db, {
      sql: subject.test,
      testRows: test.rows,
      weightColumn: subject.weightColumn,
      model,
      schema,
      config: asked,
      options,
      metrics: robustnessMetrics(context, stage, { model, performance: evaluation.performance, config: asked }),
      seed,
      signal,
      progress: (share) => context.progress('changing columns', 0.9 + 0.1 * share),
    }));
  const { task } = model.meta;
  const comparison =
    compared && test.champion
      ? compareModels(truth, predictions, test.champion, { own: threshold, other: rival?.threshold ?? null })
      : null;
  const gates = judgeGates({
    gates: stage.gates ?? {},
    task,
    evaluation,
    performance,
    measureSlice: sliceMeasurer({ groupings: [...grouped.values()], sliced }),
    measureChanged: robustnessMeasurer(robustness),
    champion,
    thresholds: own && rival ? { own, champion: rival } : null,
  });

  const reference = await writeReference(context, db, subject.reference, predictions.values);
  const classes = classNames(
    model.meta,
    schema?.fields.find((field) => field.name === model.meta.target)?.type === 'boolean',
  );
  const confusion = confusionMatrix(truth, predictions, threshold, classes);
  const thresholdChoice = own?.choice ?? null;
  const input = {
    subject,
    data,
    test,
    validation,
    options,
    thresholdChoice,
    evaluation,
    performance,
    slices,
    foundSlices,
    representation: representationOf(fairness?.population ?? {}, grouped),
    importance,
    robustness: robustness?.card ?? null,
    gates,
    comparison: compared && comparison && { against: compared.version.version, ...comparison },
    reference,
    confusion,
  };
  const tested = buildReport(context, input);
  const isRefitted = context.refits && subject.version === null && gates.every((gate) => gate.passed);
  const fitted = isRefitted ? await refitModel(context, stage, { subject, report: tested, test, options }) : null;
  const refit = fitted?.refit;
  if (fitted?.scores) await writeReference(context, db, subject.reference, predictions.values, fitted.scores);
  const report = { ...tested, refit };
  if (refit?.kind === 'served') context.run.tag('refit_rows', String(refit.rows));
  if (confusion) writeAtomic(join(context.artifacts(), confusionFile), `${JSON.stringify(confusion)}\n`);
  const path = join(context.artifacts(), reportFile(context.node.name));
  writeAtomic(path, `${JSON.stringify(report, null, 2)}\n`);
  return {
    ...recordResults(context, subject, report),
    outs: [
      relativePath(context.project.root, path),
      reference.path,
      ...(refit?.kind === 'served' ? [refit.modelPath] : []),
    ],
  };
}

/** The score from which on a label is decided; null where the labels are decided already, and for other tasks. */
function labelThreshold({ with: { threshold } }: ValidateStage, { predictions }: ScoredRows): number | null {
  if (predictions.task !== 'multilabel' || predictions.labels?.decided) return null;
  return typeof threshold === 'number' ? threshold : 0.5;
}

/** Says which parts of a validation are not defined for a task. */
function tellLeftOut(context: StageContext, { with: inputs }: ValidateStage, task: string): void {
  const asked = [
    inputs.fairness && 'fairness',
    inputs.importance && 'importance',
    typeof inputs.find_slices === 'object' && 'find_slices',
  ].filter((part) => typeof part === 'string');
  if (asked.length > 0)
    context.log(`warning: ${asked.map((part) => `\`${part}\``).join(', ')}: not computed for a ${task} model`);
}

function shown(threshold: number | null): number | null {
  return threshold === null ? null : Number(threshold.toPrecision(4));
}

function isSplit({ stages }: ProjectConfig, data: string): boolean {
  return Object.values(stages).some(
    (stage) =>
      'uses' in stage && stage.uses === 'prepare' && stage.with.output === data && stage.with.split !== undefined,
  );
}
