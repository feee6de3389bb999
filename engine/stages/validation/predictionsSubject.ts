import { join } from 'node:path';
import { WorkError } from '../../base/errors.ts';
import { writeAtomic } from '../../base/writeAtomic.ts';
import type { Database } from '../../data/database.ts';
import { columnsOf } from '../../data/inspectColumns.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { inputTypeOf } from '../../models/feature.ts';
import { fitModel } from '../../models/fitModel.ts';
import { predictionsFile } from '../../models/flavours/predictions.ts';
import { hashModel, modelFiles } from '../../models/modelFiles.ts';
import { modelTools } from '../../models/modelTools.ts';
import type { PredictorMeta } from '../../models/predictor.ts';
import { validatedModel } from '../../project/models.ts';
import { predictionColumns, predictionProblem, type PredictionColumns } from '../../project/predictionColumns.ts';
import { relativePath } from '../../base/projectPath.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import { statedTaskOf } from '../../project/taskOf.ts';
import { splitColumn } from '../../project/splitColumn.ts';
import { datasetSql } from '../datasetView.ts';
import { sideSql } from '../splitRows.ts';
import { timeSpan } from '../timeSpan.ts';
import { datasetOf, type StageContext } from '../stageContext.ts';
import { checkPredictedRows } from './checkPredictedRows.ts';
import { openChampion } from './openChampion.ts';
import { openStated, type StatedTable } from './statedPredictions.ts';
import { weightColumns } from './weightColumns.ts';
import { tablePredictor } from './tablePredictor.ts';
import { groupColumnsOf } from './groupColumns.ts';
import type { Subject } from './validationSubject.ts';

/** Opens a table of predictions as the subject of a validation. Rows without truth or prediction are left out. */
export async function openPredictions(context: StageContext, inputs: Validation, db: Database): Promise<Subject> {
  const dataset = datasetOf(context, inputs.data);
  const fields = dataset.schema?.fields ?? [];
  const task = inputs.task ?? statedTaskOf(fields);
  const columns = predictionColumns(fields);
  const problem = predictionProblem(inputs.data, fields, task);
  if (problem !== null) throw new WorkError(problem, { place: { file: dataset.schemaPath ?? 'loopwright.yaml' } });
  const { name } = validatedModel(context.config, context.node.name);
  const typed = await datasetSql(
    db,
    context.project.root,
    context.fingerprints,
    inputs.data,
    dataset,
    context.period,
    context.signal,
  );
  const known = await columnsOf(db, `(${typed})`);
  const meta = fitModel(
    'predictions',
    {
      algorithm: `predictions of \`${inputs.data}\``,
      runtime: 'another program',
      inputs: fields.flatMap((field) =>
        field.loopwright?.role === 'feature' ? [{ name: field.name, type: null, optional: true }] : [],
      ),
      width: null,
      kind: null,
      classes: null,
      scores: 'none',
      packages: {},
      warnings: [],
    },
    {
      dataset: inputs.data,
      fields,
      columns: new Map(known.map((column) => [column.name, inputTypeOf(column.type)])),
      given: null,
      metrics: [],
      task,
      labels: [],
    },
  );
  const table = {
    dataset: inputs.data,
    typed,
    fields,
    schemaPath: dataset.schemaPath ?? 'loopwright.yaml',
  };
  const opened = task
    ? await openStated(context, db, table, inputs, meta, task)
    : columns && (await openColumns(context, db, table, meta, columns));
  if (!opened) throw new WorkError(`The schema of \`${inputs.data}\` has no predictions.`);
  const { source, model, used, added } = opened;
  const champion = await openChampion(context, name, model, known, {
    tools: modelTools(context.store, context.config, name),
    oldestTestRow: async () => (await timeSpan(db, source, dataset.schema))?.first ?? null,
  });
  const groupColumns = groupColumnsOf(inputs);
  const weighted = weightColumns(inputs, new Map(known.map((column) => [column.name, inputTypeOf(column.type)])));
  const read = [...new Set([...meta.features.map((feature) => feature.name), ...used, ...groupColumns])];
  const compared = champion.kind === 'comparable' ? champion.model.meta.features.map((feature) => feature.name) : [];
  const isSplit = known.some((column) => column.name === splitColumn);
  const side = (names: readonly string[], of: 'test' | 'validation') =>
    sideSql(db, source, names, isSplit ? of : of === 'test' ? 'whole' : 'none', inputs.data);
  const path = join(context.artifacts(), `model-${context.node.name}`, predictionsFile);
  writeAtomic(path, `${JSON.stringify({ dataset: inputs.data, columns: used }, null, 2)}\n`);
  return {
    name,
    version: null,
    model,
    scoresRows: false,
    files: { path: relativePath(context.project.root, path), ...hashModel(modelFiles(path)) },
    python: null,
    champion,
    validation: await side([...new Set([...read, ...added, ...compared, ...weighted])], 'validation'),
    test: await side([...new Set([...read, ...added, ...compared, ...weighted])], 'test'),
    reference: await side(read, 'test'),
    groupColumns,
    weightColumn: inputs.sample_weight ?? null,
    classNames: null,
    close: async () => {
      if (champion.kind === 'comparable') await champion.model.close();
    },
  };
}

/** Reads the target, the prediction and the score of a table of one target. */
async function openColumns(
  context: StageContext,
  db: Database,
  { dataset, typed, fields }: { dataset: string; typed: string; fields: readonly Field[] },
  meta: PredictorMeta,
  columns: PredictionColumns,
): Promise<StatedTable> {
  const used = [columns.target, columns.prediction, columns.score].flatMap((field) => (field ? [field.name] : []));
  const whole = used.map((column) => `${quoteIdentifier(column)} IS NOT NULL`).join(' AND ');
  const source = `(SELECT * FROM (${typed}) WHERE ${whole})`;
  await checkPredictedRows(context, db, {
    name: dataset,
    sql: typed,
    truth: columns.target.name,
    answers: used.filter((column) => column !== columns.target.name),
    id: fields.find((field) => field.loopwright?.role === 'id')?.name ?? null,
  });
  const model = tablePredictor({ ...meta, scores: await scoresOf(db, source, meta, columns.score) }, columns);
  return { source, model, used, added: [] };
}

/** The form of the scores: probabilities when all are from 0 to 1. */
async function scoresOf(
  db: Database,
  source: string,
  { task }: PredictorMeta,
  score: Field | null,
): Promise<PredictorMeta['scores']> {
  if (!score || task !== 'binary') return 'none';
  const column = quoteIdentifier(score.name);
  const [row] = await db.rows(`SELECT bool_and(${column} BETWEEN 0 AND 1) AS shares FROM ${source}`);
  return row?.['shares'] === true ? 'probability' : 'decision';
}
