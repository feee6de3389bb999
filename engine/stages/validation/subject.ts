import { constants, copyFileSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WorkError, messageOf } from '../../base/errors.ts';
import { writeAtomic } from '../../base/writeAtomic.ts';
import type { Database } from '../../data/database.ts';
import { columnsOf, type SourceColumn } from '../../data/inspectColumns.ts';
import { quoteIdentifier } from '../../data/quote.ts';
import { tableSql } from '../../data/typedSource.ts';
import { robustnessMeasures } from '../../evaluation/measures/robustnessMeasures.ts';
import { parseMetric } from '../../evaluation/metricName.ts';
import { inputTypeOf } from '../../models/feature.ts';
import { fitModel } from '../../models/fitModel.ts';
import { fittedPredictor } from '../../models/fittedPredictor.ts';
import type { ModelTools } from '../../models/flavours/flavour.ts';
import { hashModel, modelFiles, objectOf } from '../../models/modelFiles.ts';
import { observeScores } from '../../models/observeScores.ts';
import { modelTools } from '../../models/modelTools.ts';
import { withClasses } from '../../models/withClasses.ts';
import { openModel } from '../../models/openModel.ts';
import { addressFile } from '../../models/remote/address.ts';
import { validatedModel, type ModelAddress } from '../../project/models.ts';
import { isInside, projectPath, relativePath } from '../../base/projectPath.ts';
import { statedTaskOf } from '../../project/taskOf.ts';
import type { Field } from '../../project/schema/datasetSchema.ts';
import type { StatedTask } from '../../evaluation/predictions.ts';
import type { ValidateStage } from '../../project/schema/validateStage.ts';
import { splitColumn } from '../../project/splitColumn.ts';
import { pythonText } from '../../python/findPython.ts';
import { newRegimeSql, splitTime } from '../newRegime.ts';
import { timestampOf } from '../../project/timestampOf.ts';
import { sideSql } from '../splitRows.ts';
import { datasetOf, type StageContext } from '../stageContext.ts';
import { timeSpan } from '../timeSpan.ts';
import { checkRanking, withQueries } from './rankingTable.ts';
import { featureNames, openChampion } from './openChampion.ts';
import { groupColumnsOf } from './groupColumns.ts';
import { weightColumns } from './weightColumns.ts';
import type { Subject } from './validationSubject.ts';
import { modelOfStage } from './modelOfStage.ts';
import { regimeColumn } from './writeReference.ts';

/** Rows that show what the numbers of a model are, when it does not say. */
const observedRows = 200;

/** Opens the model and the champion. The caller closes the subject. */
export async function openSubject(context: StageContext, stage: ValidateStage, db: Database): Promise<Subject> {
  const { with: inputs } = stage;
  const { root } = context.project;
  const declared = context.subject ? null : validatedModel(context.config, context.node.name);
  const name = context.subject?.name ?? declared?.name ?? '';
  const usual = modelTools(context.store, context.config, name, context.log);
  const tools = usual.namesPython ? usual : { ...usual, python: context.python };
  const dataset = datasetOf(context, inputs.data);
  const paths = context.fingerprints.expand(dataset.path).map((file) => projectPath(root, file));
  const task = inputs.task ?? statedTaskOf(dataset.schema?.fields ?? []);
  const query = task === null ? null : queryOf(inputs.data, dataset.schema?.fields ?? [], task);
  const source = await tableSql(db, paths, dataset.schema, { read: dataset.read });
  const known = await columnsOf(db, source);
  if ((await db.rows(`SELECT 1 FROM ${source} LIMIT 1`)).length === 0)
    throw new WorkError(`\`${inputs.data}\` has no rows to test the model on.`);
  const kept = declared?.address
    ? keepAddress(context, declared.address)
    : keepModel(context, context.subject?.path ?? modelOfStage(context, inputs.model, declared?.path ?? null));
  const { model: files, opened: own } = await openModel(kept, tools);
  const open: { close(): Promise<void> }[] = [own];
  const close = async () => void (await Promise.all(open.map((one) => one.close())));
  try {
    const classNames = (context.subject ? context.subject.classes : declared?.classes) ?? null;
    const opened = classNames ? withClasses(own, classNames) : own;
    for (const warning of opened.description.warnings) context.log(`warning: ${warning}`);
    const columns = new Map(known.map(({ name: column, type }) => [column, inputTypeOf(type)]));
    const fields = dataset.schema?.fields ?? [];
    const given = context.subject ? context.subject.features : (declared?.features ?? null);
    const stated = fitModel(files.flavour, opened.description, {
      dataset: inputs.data,
      fields,
      columns,
      given,
      metrics: gateMetrics(stage),
      task,
    });
    const groupColumns = groupColumnsOf(inputs);
    const asQuery = query === null ? [] : [query];
    const read = [
      ...new Set([...stated.features.map(({ name: own }) => own), stated.target, ...asQuery, ...groupColumns]),
    ];
    if (query !== null)
      await checkRanking(db, inputs.data, source, {
        query,
        relevance: stated.target,
        score: null,
        weight: inputs.sample_weight ?? null,
        slices: groupColumns,
      });
    const weighted = weightColumns(inputs, columns);
    const [testSide, validationSide] = sidesOf(context, inputs, known);
    const side = (names: readonly string[], of: Parameters<typeof sideSql>[3]) =>
      sideSql(db, source, names, of, inputs.data);
    const meta = { ...stated };
    if (opened.description.kind === null) {
      const rows = await db.table(`SELECT * FROM (${await side(read, testSide)}) LIMIT ${observedRows}`);
      const target = fields.find((field) => field.name === stated.target);
      meta.scores = await observeScores({ opened, meta: stated, rows, target, signal: context.signal });
    }
    const fitted = fittedPredictor(opened, meta);
    const model = query === null ? fitted : withQueries(fitted, query);
    const isNew = newRegimeSql(known, dataset.schema, context.period.regime, splitTime(context.config, inputs.data));
    const marked = isNew === null ? source : `(SELECT *, ${isNew} AS ${quoteIdentifier(regimeColumn)} FROM ${source})`;
    const referenceColumns = isNew === null ? read : [...read, regimeColumn];
    const time = known.find((column) => column.name === timestampOf(dataset.schema));
    const oldestTestRow = async () =>
      time ? ((await timeSpan(db, `(${await side([time.name], testSide)})`, dataset.schema))?.first ?? null) : null;
    const found = await openChampion(context, name, model, known, { tools, oldestTestRow });
    const champion =
      found.kind === 'comparable' && query !== null ? { ...found, model: withQueries(found.model, query) } : found;
    if (champion.kind === 'comparable') open.push(champion.model);
    const compared = champion.kind === 'comparable' ? featureNames(champion.model) : [];
    return {
      name,
      version: context.subject?.version ?? null,
      model,
      scoresRows: true,
      files: { path: shownPath(root, kept), ...hashModel(modelFiles(kept)) },
      python: meta.packages['python'] === undefined ? null : pythonPath(tools, root),
      champion,
      validation: await side([...read, ...compared, ...weighted], validationSide),
      test: await side([...read, ...compared, ...weighted], testSide),
      reference: await sideSql(db, marked, referenceColumns, testSide, inputs.data),
      groupColumns,
      weightColumn: inputs.sample_weight ?? null,
      classNames,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The column of the queries of a ranking. Throws WorkError where there is none, and for a model of several labels. */
function queryOf(dataset: string, fields: readonly Field[], task: StatedTask): string {
  const place = { file: 'loopwright.yaml' };
  if (task === 'multilabel')
    throw new WorkError(
      `\`${dataset}\` has several labels a row, and a model of several labels is not scored here yet. Let your program write its predictions into a table, and validate that: \`with: { predictions: … }\`.`,
      { place },
    );
  const query = fields.find((field) => field.loopwright?.role === 'query');
  if (query) return query.name;
  throw new WorkError(
    `The schema of \`${dataset}\` does not say which rows are ranked together. Give the column of the query, user or session \`loopwright: { role: query }\`.`,
    { place },
  );
}

/** The metrics that gates name, which say what the model is for. */
function gateMetrics({ gates }: ValidateStage): string[] {
  return Object.keys(gates ?? {}).flatMap((gate) => {
    const name = parseMetric(gate)?.name;
    return name === undefined || robustnessMeasures.some((measure) => measure.name === name) ? [] : [name];
  });
}

/**
 * The sides that are the test rows and the validation rows. Data without a split is tested whole, unless a stage of
 * this project trained on it.
 */
function sidesOf(
  context: StageContext,
  { data, model }: ValidateStage['with'],
  columns: readonly SourceColumn[],
): [Parameters<typeof sideSql>[3], Parameters<typeof sideSql>[3]] {
  const trained = context.config.stages[model];
  const isSplit = columns.some(({ name }) => name === splitColumn);
  const taught = trained && 'uses' in trained && trained.uses === 'train' && trained.with.data === data;
  if (isSplit || (taught && !context.subject)) return ['test', 'validation'];
  context.log(
    `\`${data}\` has no split, so all its rows are test rows. The results hold if the model was not trained on them.`,
  );
  return ['whole', 'none'];
}

/**
 * Returns the absolute path of files that nobody changes: a model inside the store stays where it is, any other is
 * copied into the artifacts of the run. A model that is code of the project stays, and its hash guards it.
 */
function keepModel(context: StageContext, path: string): string {
  if (isInside(context.store.folder, path) || objectOf(path).object !== null) return path;
  const folder = join(context.artifacts(), `model-${context.node.name}`);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const kept = isFolder ? folder : join(folder, basename(path));
  try {
    rmSync(folder, { recursive: true, force: true });
    // Exactly the files that the hash covers: no link to a folder is followed.
    for (const name of modelFiles(path).names) {
      const [from, to] = isFolder ? [join(path, name), join(kept, name)] : [path, kept];
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new WorkError(`The model ${path} could not be copied into the run: ${messageOf(error)}`, {
      cause: error,
      place: { file: path },
    });
  }
  return kept;
}

/** Writes where a model is served into the artifacts of the run: the only file of such a model. */
function keepAddress(context: StageContext, address: ModelAddress): string {
  const path = join(context.artifacts(), `model-${context.node.name}`, addressFile);
  writeAtomic(path, `${JSON.stringify(address, null, 2)}\n`);
  return path;
}

const shownPath = (root: string, path: string) => (isInside(root, path) ? relativePath(root, path) : path);

function pythonPath(tools: ModelTools, root: string): string | null {
  const found = tools.python();
  return found && (isInside(root, found.path) ? pythonText(found, root) : found.path);
}
