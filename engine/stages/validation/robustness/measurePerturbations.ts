import type { MetricChange, PerturbedColumn } from '../../../../protocol/robustness.ts';
import { checkCancelled } from '../../../base/errors.ts';
import { subset, type EvaluationOptions } from '../../../evaluation/evaluate.ts';
import { compareAnswers, type ComparedAnswers } from '../../../evaluation/metricChange.ts';
import type { Predictions } from '../../../evaluation/predictions.ts';
import type { Predictor } from '../../../models/predictor.ts';
import { withColumn, type DrawnRows } from '../drawRows.ts';
import { answerChanged } from './answerChanged.ts';
import { changeColumn } from './changeColumn.ts';
import type { ColumnChange } from './perturbations.ts';

/** A perturbed column with what gates compare of it. */
export interface MeasuredPerturbation {
  result: PerturbedColumn;
  /** Null where too many rows were refused to measure anything. */
  compared: ComparedAnswers | null;
}

export interface PerturbationRequest {
  drawn: DrawnRows;
  model: Predictor;
  options: EvaluationOptions;
  /** The names of the metrics. */
  metrics: readonly string[];
  seed: number;
  confidence: number;
  signal: AbortSignal;
}

/** Scores the rows with one column changed, and compares the metrics of the same rows. */
export async function measurePerturbation(
  change: ColumnChange,
  { drawn, model, options, metrics, seed, confidence, signal }: PerturbationRequest,
): Promise<MeasuredPerturbation> {
  checkCancelled(signal);
  const { table, truth, predictions: before } = drawn;
  const { column, changed } = changeColumn(change, seed);
  const { name } = change.column;
  const answers = await answerChanged(model, withColumn(table, name, column), table, signal);
  const base = {
    perturbation: change.perturbation,
    column: name,
    how: change.how,
    changed,
    refused: answers.refused,
  };
  if (!answers.predictions) return { result: { ...base, n: 0, moved: 0, unanswered: 0, metrics: {} }, compared: null };
  const after: Predictions = { ...answers.predictions, ...(before.weights && { weights: before.weights }) };
  const known = [...truth.keys()].filter(
    (i) => !Number.isNaN(truth[i] ?? Number.NaN) && (before.weights?.[i] ?? 1) > 0 && hasAnswer(before, i),
  );
  const both = known.filter((i) => hasAnswer(after, i));
  const rows = subset(truth, before, both);
  const compared = compareAnswers(
    rows.truth,
    { before: rows.predictions, after: subset(truth, after, both).predictions },
    { ...options, only: metrics },
    seed,
  );
  const refusedAmong = answers.refused?.rows ?? 0;
  return {
    result: {
      ...base,
      n: compared.n,
      moved: compared.moved,
      unanswered: Math.max(0, known.length - both.length - refusedAmong),
      metrics: Object.fromEntries(
        metrics.flatMap((metric) => {
          const found = changeOf(compared, metric, confidence);
          return found ? [[metric, found]] : [];
        }),
      ),
    },
    compared,
  };
}

function changeOf(compared: ComparedAnswers, metric: string, confidence: number): MetricChange | null {
  const values = compared.valuesOf(metric);
  if (!values) return null;
  const interval = compared.changeInterval(metric, confidence);
  return { ...values, change: values.after - values.before, low: interval?.low ?? null, high: interval?.high ?? null };
}

function hasAnswer({ task, values }: Predictions, row: number): boolean {
  const value = values[row] ?? Number.NaN;
  return !Number.isNaN(value) && (task !== 'multiclass' || value >= 0);
}
