import type { CardImportance } from '../../../protocol/modelCard.ts';
import type { CardRobustness } from '../../../protocol/robustness.ts';
import { calibrationBins } from '../../evaluation/calibration.ts';
import type { SliceSearch } from '../../evaluation/foundSlices/findSlices.ts';
import type { Representation } from '../../evaluation/fairness/representation.ts';
import type { ConfusionMatrix } from '../../evaluation/confusion.ts';
import type { EvaluationOptions } from '../../evaluation/evaluate.ts';
import type { GateOutcome } from '../../evaluation/gates.ts';
import type { Estimate } from '../../evaluation/intervals.ts';
import { effectiveRows } from '../../evaluation/weights.ts';
import { labelRows } from '../../evaluation/labelRows.ts';
import { ndcgCurve } from '../../evaluation/ndcgCurve.ts';
import { plotsOf } from '../../evaluation/plots.ts';
import { usualMetrics } from '../../evaluation/metrics.ts';
import type { ThresholdChoice } from '../../evaluation/threshold.ts';
import type { SliceResult } from '../../evaluation/slices.ts';
import type { PredictorMeta } from '../../models/predictor.ts';
import { declaredMetrics } from '../../project/primaryMetric.ts';
import type { ChampionComparison, ValidationReport } from '../../registry/validationReport.ts';
import { newestSnapshot } from '../../tracking/snapshots.ts';
import { datasetOf, type StageContext } from '../stageContext.ts';
import type { Evaluation } from './evaluateRows.ts';
import type { ScoredRows } from './scoreRows.ts';
import type { Subject } from './validationSubject.ts';

export interface ReportInput {
  subject: Subject;
  /** The dataset that the rows are from. */
  data: string;
  test: ScoredRows;
  validation: ScoredRows;
  options: EvaluationOptions;
  thresholdChoice: ThresholdChoice | null;
  evaluation: Evaluation;
  performance: Record<string, Estimate>;
  slices: SliceResult[];
  foundSlices: SliceSearch | null;
  representation: Representation[];
  /** Null where the project does not ask for it. */
  importance: CardImportance | null;
  /** Null where the project does not ask for it. */
  robustness: CardRobustness | null;
  gates: GateOutcome[];
  /** The answers of the champion to the same rows beside its own; null without one. */
  comparison: ChampionComparison | null;
  reference: { path: string; rows: number };
  /** Null for a regression, and where nothing decides. */
  confusion: ConfusionMatrix | null;
}

export function buildReport(context: StageContext, input: ReportInput): ValidationReport {
  const { subject, data, test, validation, options, evaluation, performance, reference } = input;
  const { meta } = subject.model;
  const snapshot = newestSnapshot(context.store, data);
  const { schema } = datasetOf(context, data);
  const isBoolean = schema?.fields.find((field) => field.name === meta.target)?.type === 'boolean';
  return {
    version: 5,
    model: subject.name,
    task: meta.task,
    target: meta.target,
    classNames: subject.classNames ? [...subject.classNames] : undefined,
    positive: meta.positive,
    flavour: meta.flavour,
    modelHash: subject.files.hash,
    algorithm: meta.algorithm,
    backend: meta.runtime,
    scores: meta.scores,
    environment: { python: subject.python, packages: { ...meta.packages }, warnings: [...meta.warnings] },
    threshold: options.threshold,
    thresholdChoice: input.thresholdChoice,
    minPrecision: options.minPrecision,
    parameters: options.parameters,
    sampleWeight:
      subject.weightColumn !== null && test.predictions.weights
        ? { column: subject.weightColumn, effective: effectiveRows(test.predictions.weights) }
        : undefined,
    undefinedMetrics: evaluation.undefinedMetrics,
    classes: classNames(meta, isBoolean),
    performance,
    headlineMetric: headlineOf(context, meta, performance),
    ...(input.importance && { importance: input.importance }),
    ...(input.robustness && { robustness: input.robustness }),
    gates: input.gates,
    ...(input.comparison && { comparison: input.comparison }),
    slices: input.slices,
    foundSlices: input.foundSlices,
    fairness: evaluation.fairness,
    fairnessGroups: evaluation.fairnessGroups,
    representation: input.representation,
    calibration:
      meta.task === 'binary' && meta.scores === 'probability'
        ? calibrationBins(test.truth, test.predictions.values, 10, test.predictions.weights)
        : [],
    plots: plotsOfReport(input),
    data: {
      dataset: data,
      schema,
      hash: snapshot?.hash ?? '',
      quarantined: quarantinedBefore(context),
      preparedAt: snapshot?.createdAt ?? Date.now(),
      rows: snapshot?.detail.split ?? { train: 0, validation: validation.rows, test: test.rows },
      period: snapshot?.detail.period ?? null,
    },
    features: meta.features.map(({ name, kind, type, optional }) => ({
      name,
      kind,
      type,
      optional,
      missing: (test.missing.get(name) ?? 0) / test.rows,
      levels: meta.levels[name] ?? null,
    })),
    modelPath: subject.files.path,
    referencePath: reference.path,
    referenceRows: reference.rows,
  };
}

/** The plots of the test rows, the confusion of classes among them. */
function plotsOfReport({ subject, test, options, confusion }: ReportInput): ValidationReport['plots'] {
  const { threshold, areProbabilities = true } = options;
  const { classes, task } = subject.model.meta;
  if (task === 'multilabel') return { labels: labelRows(test.truth, test.predictions, classes, threshold) };
  if (task === 'ranking') return { ndcg: ndcgCurve(test.truth, test.predictions, options.parameters ?? {}) };
  const plots = plotsOf(test.truth, test.predictions, { threshold, areProbabilities });
  return plots || confusion ? { ...plots, confusion: confusion ?? undefined } : undefined;
}

/** The primary metric, where this validation computed it; else a usual one of the task. */
function headlineOf(context: StageContext, { task }: PredictorMeta, performance: Record<string, Estimate>): string {
  const known = [
    ...declaredMetrics(context.project, context.experiment).map(({ name }) => name),
    ...usualMetrics(task),
  ];
  return known.find((name) => performance[name] !== undefined) ?? Object.keys(performance)[0] ?? '';
}

function quarantinedBefore(context: StageContext): number {
  return Object.keys(context.config.datasets ?? {}).reduce(
    (sum, name) => sum + (newestSnapshot(context.store, name)?.quarantined ?? 0),
    0,
  );
}

/** The classes as the data writes them: a boolean is trained on as 0 and 1, and answered as false and true. */
export function classNames(meta: PredictorMeta, isBoolean: boolean): string[] | null {
  if (meta.task === 'regression' || meta.task === 'ranking') return null;
  return isBoolean ? meta.classes.map((name) => ({ 0: 'false', 1: 'true' })[name] ?? name) : meta.classes;
}
