import { DataError, checkCancelled } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import type { Table } from '../../data/table.ts';
import type { Groups } from '../../evaluation/groups.ts';
import type { Predictions } from '../../evaluation/predictions.ts';
import { columnOf, numberTarget } from '../../models/features.ts';
import type { Predictor } from '../../models/predictor.ts';
import { sliceTable } from '../../models/sliceTable.ts';
import { openGroups } from './readGroups.ts';
import { truthOf } from './truth.ts';

/** The parts of rows that evaluation needs: a few numbers a row, never the columns of the features. */
export interface ScoredRows {
  rows: number;
  truth: Float64Array;
  predictions: Predictions;
  /** The predictions of the champion for the same rows. */
  champion: Predictions | null;
  groups: ReadonlyMap<string, Groups>;
  /** How many rows miss a value, by feature of the model. */
  missing: ReadonlyMap<string, number>;
  /** The first rows whole, as a sample. */
  sample: Table;
}

export interface ScoreRequest {
  /** SELECT of the features, the target and the group columns. */
  sql: string;
  model: Predictor;
  champion: Predictor | null;
  /** Columns that slices and fairness group by. */
  groupColumns: readonly string[];
  /** Column of the weights of the rows; null counts each once. */
  weightColumn?: string | null;
  /** Columns that are only searched for slices. */
  searchColumns?: readonly string[];
  /** Columns whose numbers are names, because the schema lists them. */
  byValue?: readonly string[];
  signal: AbortSignal;
}

/** Whole chunks of DuckDB and of the backend. */
const batchRows = 16_384;
const sampleRows = 220;

/** Predicts rows batch by batch, in the order of the query. */
export async function scoreRows(db: Database, request: ScoreRequest): Promise<ScoredRows> {
  const { sql, model, groupColumns, searchColumns = [], byValue = [], signal } = request;
  const rows = Number((await db.rows(`SELECT count(*) AS n FROM (${sql})`))[0]?.['n'] ?? 0);
  const truth = new Float64Array(rows);
  const predictions = emptyPredictions(model, rows);
  const champion = request.champion && { model: request.champion, all: emptyPredictions(request.champion, rows) };
  const groups = await openGroups(db, { sql, rows, declared: groupColumns, searched: searchColumns, byValue });
  const weightColumn = request.weightColumn ?? null;
  const weights = weightColumn === null ? null : new Float64Array(rows);
  const missing = new Map(model.meta.features.map(({ name }) => [name, 0]));
  let sample: Table = { rows: 0, columns: {} };
  let at = 0;
  await db.batches(sql, batchRows, async (batch) => {
    checkCancelled(signal);
    if (at === 0) sample = sliceTable(batch, 0, sampleRows);
    truth.set(truthOf(model.meta, batch), at);
    append(predictions, await model.predict(batch, signal), at);
    if (champion) append(champion.all, await champion.model.predict(batch, signal), at);
    groups.add(batch);
    if (weights && weightColumn !== null) weights.set(numberTarget(batch, weightColumn), at);
    for (const [name, n] of missing) missing.set(name, n + missingIn(batch, name));
    at += batch.rows;
  });
  if (weights && weightColumn !== null) {
    checkWeights(weights, weightColumn);
    predictions.weights = weights;
    if (champion) champion.all.weights = weights;
  }
  return { rows, truth, predictions, champion: champion?.all ?? null, groups: groups.groups(), missing, sample };
}

/** Throws DataError where weights are missing, negative or endless, or none is above 0. */
function checkWeights(weights: Float64Array, column: string): void {
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (wrong >= 0) {
    const count = weights.filter((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY)).length;
    const value = weights[wrong] ?? Number.NaN;
    throw new DataError(
      `\`${column}\` is the \`sample_weight\`, and ${count} of ${weights.length} rows have none that counts: row ${wrong + 1} has ${Number.isNaN(value) ? 'no number' : value}. Weights are numbers from 0; give a row that shall not count the weight 0.`,
    );
  }
  if (weights.length > 0 && weights.every((weight) => weight === 0))
    throw new DataError(
      `\`${column}\` is the \`sample_weight\`, and it is 0 in all ${weights.length} rows, so none counts.`,
    );
}

function emptyPredictions({ meta }: Predictor, rows: number): Predictions {
  return {
    task: meta.task,
    values: new Float64Array(rows),
    probabilities:
      meta.task === 'multiclass' || (meta.task === 'multilabel' && meta.scores !== 'none')
        ? meta.classes.map(() => new Float64Array(rows))
        : [],
  };
}

function append(all: Predictions, part: Predictions, at: number): void {
  all.values.set(part.values, at);
  for (const [c, column] of part.probabilities.entries()) all.probabilities[c]?.set(column, at);
  const { labels, queries } = part;
  if (labels) {
    const empty = (columns: readonly Uint8Array[]) => columns.map(() => new Uint8Array(all.values.length));
    all.labels ??= { truth: empty(labels.truth), decided: labels.decided && empty(labels.decided) };
    for (const [l, column] of labels.truth.entries()) all.labels.truth[l]?.set(column, at);
    for (const [l, column] of (labels.decided ?? []).entries()) all.labels.decided?.[l]?.set(column, at);
  }
  if (queries) (all.queries ??= new Int32Array(all.values.length).fill(-1)).set(queries, at);
  if (part.decisions) (all.decisions ??= new Float64Array(all.values.length)).set(part.decisions, at);
}

function missingIn(table: Table, name: string): number {
  const column = columnOf(table, name);
  let missing = 0;
  if (column.kind === 'number') for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0;
  else for (const value of column.values) missing += value === null ? 1 : 0;
  return missing;
}
