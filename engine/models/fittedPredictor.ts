import { DataError, WorkError } from '../base/errors.ts';
import { quoteIdentifier, quoteLiteral } from '../data/quote.ts';
import type { Column, Table } from '../data/table.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import { typeOfFeature, type Feature } from './feature.ts';
import { columnOf, textValues } from './features.ts';
import { booleanAsNumber } from './fitModel.ts';
import type { InputType, OpenedModel, RawAnswers, TypedInput } from './flavours/flavour.ts';
import type { AnswerSql, Predictor, PredictorMeta } from './predictor.ts';

/** Joins an opened model with its meta: checks the columns, and turns its raw answers into predictions. */
export function fittedPredictor(model: OpenedModel, meta: PredictorMeta): Predictor {
  const inputs = modelInputs(meta);
  const positions = classPositions(model, meta);
  const answerFile = model.answerFile?.bind(model);
  return {
    meta,
    async predict(table, signal) {
      const rows = { rows: table.rows, columns: typedColumns(table, meta.features) };
      if (table.rows === 0) return predictionsOf({ kind: 'values', values: new Float64Array(0) }, meta, positions, 0);
      return predictionsOf(await model.answer(rows, inputs, signal), meta, positions, table.rows);
    },
    files: answerFile && {
      run: (request) => answerFile({ ...request, inputs }),
      sqlFor: (columns) => answerSql(columns, meta, positions),
    },
    ...(model.state && { state: model.state }),
    close: () => model.close(),
  };
}

/** The columns that a model reads, in its order. */
export function modelInputs({ features }: Pick<PredictorMeta, 'features'>): TypedInput[] {
  return features.map((feature) => ({ name: feature.name, type: typeOfFeature(feature) }));
}

/** The position in `meta.classes` of each class of the model, by its text and by its column of scores. */
interface ClassPositions {
  byText: ReadonlyMap<string, number>;
  /** Column of the scores of each class of `meta.classes`. */
  column: readonly number[];
}

function classPositions({ description }: OpenedModel, { task, classes }: PredictorMeta): ClassPositions {
  const own = description.classes ?? (task === 'binary' ? ascending(classes) : classes);
  const column = columnsFor(classes, own);
  if (task === 'multiclass' && column.includes(-1))
    throw new WorkError(
      `The model predicts ${own.join(', ')}, and was validated with ${classes.join(', ')}. Validate it again.`,
    );
  return { byText: new Map(classes.map((name, i) => [name, i])), column };
}

/** The column of each class, in columns with these names. */
function columnsFor(classes: readonly string[], names: readonly string[]): number[] {
  const written = areNumbers(classes) ? names.map(booleanAsNumber) : names;
  return classes.map((name) => written.indexOf(name));
}

function areNumbers(classes: readonly string[]): boolean {
  return classes.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
}

/** The order of the scores of a model that does not name its classes: ascending, as in scikit-learn. */
function ascending(classes: readonly string[]): string[] {
  return areNumbers(classes) ? classes.toSorted((a, b) => Number(a) - Number(b)) : classes.toSorted();
}

/** The position of each class whose name is a number, by the number. */
export function classNumbers(classes: readonly string[]): ReadonlyMap<number, number> {
  return new Map(areNumbers(classes) ? classes.map((name, i) => [Number(name), i]) : []);
}

export function typedColumns(table: Table, features: readonly Feature[]): Record<string, Column> {
  return Object.fromEntries(
    features.map((feature) => [feature.name, typedColumn(table, feature.name, typeOfFeature(feature))]),
  );
}

function typedColumn(table: Table, name: string, type: InputType): Column {
  const column = columnOf(table, name);
  if (type === 'text') return column.kind === 'text' ? column : { kind: 'text', values: textValues(column) };
  if (column.kind === 'number') return column;
  const row = column.values.findIndex((value) => value !== null);
  if (row === -1) return { kind: 'number', values: new Float64Array(table.rows).fill(Number.NaN) };
  throw new DataError(`${name}: the model takes a number here, and row ${row} holds "${column.values[row]}"`);
}

function predictionsOf(
  answers: RawAnswers,
  { task, classes, scores }: PredictorMeta,
  stated: ClassPositions,
  rows: number,
): Predictions {
  const positions = namedPositions(answers, classes, stated);
  const given = answers.kind === 'scores' ? (answers.columns[0]?.length ?? 0) : answers.values.length;
  if (given !== rows)
    throw new WorkError(`The model answered ${given} rows for ${rows}. A model has to answer each row once, in order.`);
  if (task === 'regression') return { task, values: valuesOf(answers), probabilities: [] };
  if (task === 'ranking') return { task, values: rankingScores(answers), probabilities: [] };
  if (task === 'binary') return { task, values: positiveScores(answers, positions, scores), probabilities: [] };
  if (answers.kind === 'scores') return likeliest(positions.column.map((c) => columnAt(answers.columns, c)));
  const texts = answers.kind === 'labels' ? answers.values : Array.from(answers.values, String);
  const values = Float64Array.from(texts, (text) => positionOf(text, positions));
  return {
    task,
    values,
    probabilities: classes.map((_, c) => Float64Array.from(values, (value) => (value === c ? 1 : 0))),
  };
}

/** The scores to rank by; of a model of two classes, those of the second. */
function rankingScores(answers: RawAnswers): Float64Array {
  return answers.kind === 'scores' && answers.columns.length === 2 ? columnAt(answers.columns, 1) : valuesOf(answers);
}

function valuesOf(answers: RawAnswers): Float64Array {
  if (answers.kind === 'values') return answers.values;
  if (answers.kind === 'scores' && answers.columns.length === 1) return columnAt(answers.columns, 0);
  if (answers.kind === 'labels') return Float64Array.from(answers.values, (text) => Number(text ?? Number.NaN));
  throw new WorkError(`The model gives ${answers.columns.length} numbers a row where one is expected.`);
}

/** The columns of an answer that names them come from it. */
function namedPositions(answers: RawAnswers, classes: readonly string[], stated: ClassPositions): ClassPositions {
  if (answers.kind !== 'scores' || !answers.classes) return stated;
  const column = columnsFor(classes, answers.classes);
  const missing = classes.find((_, i) => column[i] === -1);
  if (missing !== undefined && !(classes.length === 2 && column[1] !== -1))
    throw new WorkError(`The model answers scores of ${answers.classes.join(', ')}, and none of \`${missing}\`.`);
  return { ...stated, column };
}

function positiveScores(answers: RawAnswers, positions: ClassPositions, scores: PredictorMeta['scores']): Float64Array {
  if (answers.kind === 'values' && scores === 'none')
    return answers.values.map((value) => positionOf(Number.isNaN(value) ? null : String(value), positions));
  if (answers.kind === 'values') return answers.values;
  if (answers.kind === 'labels') return Float64Array.from(answers.values, (text) => positionOf(text, positions));
  if (answers.columns.length === 1) return columnAt(answers.columns, 0);
  return columnAt(answers.columns, positions.column[1] ?? 1);
}

function positionOf(text: string | null, { byText }: ClassPositions): number {
  if (text === null) return Number.NaN;
  const position = byText.get(text) ?? byText.get(booleanAsNumber(text));
  if (position === undefined)
    throw new WorkError(
      `The model answered \`${text}\`, which is none of its classes: ${[...byText.keys()].join(', ')}.`,
    );
  return position;
}

function columnAt(columns: readonly Float64Array[], at: number): Float64Array {
  const column = columns[at];
  if (!column) throw new WorkError(`The model gives ${columns.length} scores a row, and one of them is missing.`);
  return column;
}

/** The first of the largest scores counts. */
function likeliest(probabilities: Float64Array[]): Predictions {
  const values = new Float64Array(probabilities[0]?.length ?? 0);
  for (let i = 0; i < values.length; i++) {
    let best = 0;
    for (let c = 1; c < probabilities.length; c++)
      if ((probabilities[c]?.[i] ?? 0) > (probabilities[best]?.[i] ?? 0)) best = c;
    values[i] = best;
  }
  return { task: 'multiclass', values, probabilities };
}

/** The same rules as `predictionsOf`, as SQL over the columns `c0`, `c1`, … or `label` of a scored file. */
function answerSql(
  columns: readonly string[],
  { task, classes, scores }: PredictorMeta,
  positions: ClassPositions,
): AnswerSql {
  const names = columns.map((name) => quoteIdentifier(name));
  const ofScore = (score: string): AnswerSql => ({ score, class: null, probabilities: [] });
  // A model that answers with classes alone is sure of them, as in `predictionsOf`.
  const ofClass = (position: string): AnswerSql => ({
    score: null,
    class: position,
    probabilities: classes.map((_, c) => `CAST((${position}) = ${c} AS DOUBLE)`),
  });
  if (columns.includes('label')) {
    const label = quoteIdentifier('label');
    if (task === 'regression') return ofScore(`CAST(${label} AS DOUBLE)`);
    const position = `CASE ${classes
      .map((name, i) => `WHEN ${label} IN (${aliasesOf(name).map(quoteLiteral).join(', ')}) THEN ${i}`)
      .join(' ')} END`;
    return task === 'binary' ? ofScore(`CAST(${position} AS DOUBLE)`) : ofClass(position);
  }
  const [first = 'NULL'] = names;
  const number = `CASE ${classes.map((name, i) => `WHEN ${first} = TRY_CAST(${quoteLiteral(name)} AS DOUBLE) THEN ${i}`).join(' ')} END`;
  if (task === 'binary' && scores === 'none' && names.length === 1) return ofScore(`CAST(${number} AS DOUBLE)`);
  if (task !== 'multiclass')
    return ofScore((task === 'binary' && names.length > 1 && names[positions.column[1] ?? 1]) || first);
  if (names.length === 1) return ofClass(number);
  const ordered = positions.column.map((c) => names[c] ?? 'NULL');
  const list = `[${ordered.join(', ')}]`;
  return { score: null, class: `list_position(${list}, list_max(${list})) - 1`, probabilities: ordered };
}

/** The texts that mean a class: a boolean may be answered as a word or as a number. */
function aliasesOf(name: string): string[] {
  return { '0': ['0', 'false'], '1': ['1', 'true'] }[name] ?? [name];
}
