import { DataError, WorkError } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import type { StatedTask } from '../../evaluation/predictions.ts';
import type { Predictor, PredictorMeta } from '../../models/predictor.ts';
import { labelSources, type LabelSource } from '../../project/labelSources.ts';
import { rankingColumns } from '../../project/rankingColumns.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import { count, type StageContext } from '../stageContext.ts';
import { groupColumnsOf } from './groupColumns.ts';
import { labelPredictions, labelTable } from './labelTable.ts';
import { checkRanking, rankingPredictor } from './rankingTable.ts';

/** A table of predictions of labels or rankings, ready to be read. */
export interface StatedTable {
  /** FROM expression of the rows that are measured. */
  source: string;
  model: Predictor;
  /** Columns of the table that the predictions are read from. */
  used: string[];
  /** Columns that were added to it. */
  added: string[];
}

/**
 * Opens a table of predictions whose task is stated. `meta` describes the table by its schema, apart from its task.
 * Throws WorkError where roles are missing, DataError where a value does not fit the task.
 */
export async function openStated(
  context: StageContext,
  db: Database,
  table: { dataset: string; typed: string; fields: readonly Field[]; schemaPath: string },
  inputs: Validation,
  meta: Omit<PredictorMeta, 'task' | 'target' | 'classes' | 'positive' | 'scores'>,
  task: StatedTask,
): Promise<StatedTable> {
  const { dataset, typed, fields, schemaPath } = table;
  const unfit = (message: string) => new WorkError(message, { place: { file: schemaPath } });
  if (task === 'ranking') {
    const columns = rankingColumns(dataset, fields);
    if (typeof columns === 'string') throw unfit(columns);
    const { query, relevance, score } = columns;
    const source = `(${typed})`;
    await checkRanking(db, dataset, source, {
      query: query.name,
      relevance: relevance.name,
      score: score.name,
      weight: inputs.sample_weight ?? null,
      slices: groupColumnsOf({ ...inputs, find_slices: false }),
    });
    const described = { ...meta, task, target: relevance.name, classes: [], positive: null, scores: 'none' as const };
    return {
      source,
      model: rankingPredictor(described, columns),
      used: [relevance.name, query.name, score.name],
      added: [],
    };
  }
  const sources = labelSources(dataset, fields);
  if (typeof sources === 'string') throw unfit(sources);
  const used = [sources.truth, sources.prediction, sources.score].flatMap(columnsOfSource);
  const whole = used.filter(isNeeded).map(({ name }) => `${quoteIdentifier(name)} IS NOT NULL`);
  const known = whole.length === 0 ? 'true' : whole.join(' AND ');
  const [left] = await db.rows(`SELECT count(*) AS n FROM (${typed}) WHERE NOT (${known})`);
  if (Number(left?.['n'] ?? 0) > 0)
    context.log(`${count(Number(left?.['n']))} rows lack a true value, a prediction or a score; they are left out`);
  const found = await labelTable(db, dataset, `(SELECT * FROM (${typed}) WHERE ${known})`, sources);
  if (!found.hasDecisions && found.scores === 'decision' && typeof inputs.threshold !== 'number')
    throw new DataError(
      `The scores of \`${dataset}\` are no probabilities: some are outside [0, 1]. Name the score from which on a label is decided, such as \`threshold: 0\` of logits, or write probabilities.`,
    );
  context.log(
    `${found.labels.length} labels: ${found.labels.slice(0, 20).join(', ')}${found.labels.length > 20 ? ', …' : ''}`,
  );
  const { truth } = sources;
  const described = {
    ...meta,
    task,
    target: truth.kind === 'list' ? truth.field.name : truth.fields.map(({ name }) => name).join(', '),
    classes: found.labels,
    positive: null,
    scores: found.scores,
  };
  return {
    source: `(${found.sql})`,
    model: { meta: described, predict: async (rows) => labelPredictions(found, rows), close: async () => {} },
    used: used.map(({ name }) => name),
    added: found.columns,
  };
}

function columnsOfSource(source: LabelSource | null): readonly Field[] {
  return !source ? [] : source.kind === 'list' ? [source.field] : source.fields;
}

/** An empty text of labels means none; any other empty value is not known. */
function isNeeded({ type }: Field): boolean {
  return type !== 'list' && type !== 'string' && type !== undefined;
}
