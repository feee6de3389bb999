import type { DirectionTest, RobustnessExample, UntriedTest } from '../../../../protocol/robustness.ts';
import { checkCancelled } from '../../../base/errors.ts';
import type { Predictions } from '../../../evaluation/predictions.ts';
import type { PredictorMeta } from '../../../models/predictor.ts';
import type { RobustnessConfig } from '../../../project/schema/robustness.ts';
import { binomialInterval } from '../../../statistics/binomialInterval.ts';
import { quantile } from '../../../statistics/quantile.ts';
import {
  allRefused,
  answerWith,
  areApart,
  hasColumn,
  mostExamples,
  shownRow,
  shownValue,
  valueAt,
  type TestedModel,
} from './changedRows.ts';
import { knownNumbers, type ReadColumn } from './perturbedColumns.ts';

type Declared = NonNullable<RobustnessConfig['increasing']>[number];

const usualSteps = 10;

/** A value that a row got, with the answer to it. */
interface Step {
  at: number;
  value: number | string;
  answer: number;
}

/**
 * Gives every row values of a column in their order, and counts the rows whose answer somewhere moves the wrong way from
 * one value to the next. What lies between two values is not seen.
 */
export async function testDirection(
  tested: TestedModel,
  declared: Declared,
  direction: DirectionTest['direction'],
): Promise<DirectionTest | UntriedTest> {
  const given = typeof declared === 'string' ? { column: declared } : declared;
  const { column: name, steps = usualSteps } = given;
  const untried = (why: string): UntriedTest => ({ test: direction, column: name, why });
  const { meta } = tested.model;
  const followed = followedAnswer(tested, given.class);
  if (typeof followed === 'string') return untried(followed);
  const base = { column: name, direction, of: followed.of };
  const column = tested.columns.find((candidate) => candidate.name === name);
  const { rows } = tested.drawn.table;
  if (!column) {
    if (!hasColumn(tested, name)) return untried('the data has no such column');
    const interval = { ...binomialInterval(0, rows, tested.confidence), high: 0 };
    return { ...base, steps: 0, n: rows, rows: 0, share: 0, ...interval, largest: 0, refused: null, examples: [] };
  }
  const values = orderedValues(column, steps);
  if (typeof values === 'string') return untried(values);
  const answers = [];
  for (const value of values) {
    checkCancelled(tested.signal);
    answers.push(await answerWith(tested, column, value));
  }
  const followedScores = answers.map(({ predictions }) => predictions && followed.scores(predictions, meta));
  const own = followed.scores(tested.drawn.predictions, meta);
  const places = new Map(column.categories.map((category, at) => [category, at]));
  const placeOf = (value: number | string) =>
    column.kind === 'category' ? (places.get(String(value)) ?? Number.NaN) : Number(value);
  const sign = direction === 'increasing' ? 1 : -1;
  let n = 0;
  const wrong: { row: number; from: Step; to: Step; size: number }[] = [];
  for (let row = 0; row < rows; row++) {
    const known: Step[] = [];
    for (const [k, value] of values.entries())
      known.push({ at: placeOf(value), value, answer: followedScores[k]?.[row] ?? Number.NaN });
    const held = valueAt(column.column, row);
    if (held !== null && !Number.isNaN(placeOf(held)))
      known.push({ at: placeOf(held), value: held, answer: own[row] ?? Number.NaN });
    const path = known.filter(({ answer }) => !Number.isNaN(answer)).toSorted((a, b) => a.at - b.at);
    if (path.length < 2) continue;
    n++;
    const worst = worstStep(path, sign);
    if (worst) wrong.push({ row, ...worst });
  }
  const kept = wrong.toSorted((a, b) => b.size - a.size || a.row - b.row);
  return {
    ...base,
    steps: values.length,
    n,
    rows: wrong.length,
    share: n === 0 ? 0 : wrong.length / n,
    ...binomialInterval(wrong.length, n, tested.confidence),
    largest: kept[0]?.size ?? 0,
    refused: allRefused(answers),
    examples: kept.slice(0, mostExamples).map(({ row, from, to }): RobustnessExample => ({
      from: shownValue(from.value, column.kind),
      to: shownValue(to.value, column.kind),
      before: from.answer,
      after: to.answer,
      row: shownRow(tested.columns, row),
    })),
  };
}

function worstStep(path: readonly Step[], sign: 1 | -1): { from: Step; to: Step; size: number } | null {
  let worst: { from: Step; to: Step; size: number } | null = null;
  for (let k = 1; k < path.length; k++) {
    const [from, to] = [path[k - 1], path[k]];
    // Two answers to one value differ by rounding alone.
    if (!from || !to || from.at === to.at) continue;
    const size = sign * (from.answer - to.answer);
    if (size > (worst?.size ?? 0) && areApart(from.answer, to.answer)) worst = { from, to, size };
  }
  return worst;
}

/** The number that must rise or fall, by row; the reason where there is none. */
function followedAnswer(
  { model: { meta }, schema }: TestedModel,
  given: string | number | undefined,
): { of: string | null; scores: (predictions: Predictions, meta: PredictorMeta) => Float64Array } | string {
  if (meta.task !== 'multiclass') return { of: null, scores: ({ values }) => values };
  if (given !== undefined) {
    const at = meta.classes.indexOf(String(given));
    return at === -1
      ? `\`${given}\` is none of the classes ${meta.classes.join(', ')}`
      : { of: String(given), scores: ({ probabilities }) => probabilities[at] ?? new Float64Array() };
  }
  const target = schema?.fields.find(({ name }) => name === meta.target);
  if (target?.categoriesOrdered !== true)
    return `of several classes, say which probability: \`{ column: …, class: ${meta.classes[0] ?? ''} }\``;
  return {
    of: 'the expected place among the ordered classes',
    scores: ({ values, probabilities }) =>
      values.map((_, row) => probabilities.reduce((sum, column, c) => sum + c * (column[row] ?? 0), 0)),
  };
}

/** The values that a row gets, in their order; the reason where the column has none. */
function orderedValues({ kind, column, field, categories }: ReadColumn, steps: number): (number | string)[] | string {
  if (kind === 'boolean') return [0, 1];
  if (kind === 'category')
    return field?.categoriesOrdered === true
      ? column.kind === 'text'
        ? categories
        : categories.map(Number)
      : 'its values have no order; `categoriesOrdered: true` in its schema says that they do';
  const known = knownNumbers(column);
  const isWhole = kind !== 'number';
  const values = Array.from({ length: steps }, (_, k) => quantile(known, k / (steps - 1)));
  const distinct = [...new Set(isWhole ? values.map(Math.round) : values)].filter((value) => !Number.isNaN(value));
  return distinct.length < 2 ? 'all its values are the same' : distinct;
}
