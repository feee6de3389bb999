import type { InvarianceTest, RobustnessExample, UntriedTest } from '../../../../protocol/robustness.ts';
import { checkCancelled } from '../../../base/errors.ts';
import { decidedBy, type Predictions } from '../../../evaluation/predictions.ts';
import type { RobustnessConfig } from '../../../project/schema/robustness.ts';
import { binomialInterval } from '../../../statistics/binomialInterval.ts';
import { quantile } from '../../../statistics/quantile.ts';
import type { ChangedAnswers } from './answerChanged.ts';
import {
  allRefused,
  answerWith,
  areApart,
  classAt,
  hasColumn,
  mostExamples,
  shownRow,
  shownValue,
  valueAt,
  type TestedModel,
} from './changedRows.ts';
import { knownNumbers, type ReadColumn } from './perturbedColumns.ts';

type Declared = NonNullable<RobustnessConfig['invariant_to']>[number];

/** Values of a column that each row gets at most. */
const mostValues = 20;
const shares = [0.05, 0.25, 0.5, 0.75, 0.95];

/** Gives every row each value of a column, and counts the rows whose answer is another one then. */
export async function testInvariance(tested: TestedModel, declared: Declared): Promise<InvarianceTest | UntriedTest> {
  const { column: name, values: given } = typeof declared === 'string' ? { column: declared } : declared;
  const column = tested.columns.find((candidate) => candidate.name === name);
  const { rows } = tested.drawn.table;
  if (!column)
    return hasColumn(tested, name) ? unread(name, rows, tested) : untried(name, 'the data has no such column');
  const values = given ? given.map((value) => asValue(value, column)) : usualValues(column);
  const wrong = given?.find((_, k) => Number.isNaN(values[k]));
  if (wrong !== undefined) return untried(name, `\`${String(wrong)}\` is no value of it`);
  if (values.length === 0) return untried(name, 'no row has a value of it');
  const answers: ChangedAnswers[] = [];
  for (const value of values) {
    checkCancelled(tested.signal);
    answers.push(await answerWith(tested, column, value));
  }
  const before = tested.drawn.predictions;
  let [n, changed, largest] = [0, 0, 0];
  const examples: { row: number; k: number; size: number }[] = [];
  const changes = answers.map(
    ({ predictions }) => predictions && changeOf(before, predictions, tested.options.threshold),
  );
  for (let row = 0; row < rows; row++) {
    let worst: { k: number; size: number; isOther: boolean } | null = null;
    for (const [k, change] of changes.entries()) {
      const found = change?.(row) ?? null;
      if (!found) continue;
      if (
        !worst ||
        Number(found.isOther) - Number(worst.isOther) > 0 ||
        (found.isOther === worst.isOther && found.size > worst.size)
      )
        worst = { k, ...found };
      largest = Math.max(largest, found.size);
    }
    if (!worst) continue;
    n++;
    if (!worst.isOther) continue;
    changed++;
    examples.push({ row, k: worst.k, size: worst.size });
  }
  const kept = examples.toSorted((a, b) => b.size - a.size || a.row - b.row).slice(0, mostExamples);
  return {
    column: name,
    values: values.map((value) => shownValue(value, column.kind)),
    n,
    rows: changed,
    share: n === 0 ? 0 : changed / n,
    ...binomialInterval(changed, n, tested.confidence),
    largest,
    refused: allRefused(answers),
    examples: kept.map(({ row, k }): RobustnessExample => {
      const after = answers[k]?.predictions;
      return {
        from: shownValue(valueAt(column.column, row), column.kind),
        to: shownValue(values[k] ?? null, column.kind),
        before: answerAt(before, row, tested),
        after: after ? answerAt(after, row, tested) : '',
        row: shownRow(tested.columns, row),
      };
    }),
  };
}

function untried(column: string, why: string): UntriedTest {
  return { test: 'invariant_to', column, why };
}

/** A column that the model does not read changes nothing. */
function unread(column: string, n: number, { confidence }: TestedModel): InvarianceTest {
  const interval = { ...binomialInterval(0, n, confidence), high: 0 };
  return { column, values: [], n, rows: 0, share: 0, ...interval, largest: 0, refused: null, examples: [] };
}

function asValue(value: string | number | boolean, { kind, column }: ReadColumn): number | string {
  if (column.kind === 'text') return String(value);
  if (kind === 'time') return Date.parse(String(value));
  if (value === 'true' || value === 'false') return Number(value === 'true');
  return Number(value);
}

function usualValues({ kind, column, categories }: ReadColumn): (number | string)[] {
  if (kind === 'boolean') return [0, 1];
  if (kind === 'category') {
    const some = categories.slice(0, mostValues);
    return column.kind === 'text' ? some : some.map(Number);
  }
  const known = knownNumbers(column);
  const values = known.length === 0 ? [] : shares.map((share) => quantile(known, share));
  return [...new Set(kind === 'number' ? values : values.map(Math.round))];
}

/** Whether the answer to a row is another one, and how far its score moved; null where one is missing. */
function changeOf(
  before: Predictions,
  after: Predictions,
  threshold: number | null,
): (row: number) => { isOther: boolean; size: number } | null {
  const [a, b] = [decidedBy(before, threshold), decidedBy(after, threshold)];
  return (row) => {
    const [own, other] = [before.values[row] ?? Number.NaN, after.values[row] ?? Number.NaN];
    if (Number.isNaN(own) || Number.isNaN(other)) return null;
    if (before.task === 'multiclass') {
      const moved = before.probabilities.map((column, c) =>
        Math.abs((column[row] ?? 0) - (after.probabilities[c]?.[row] ?? 0)),
      );
      return { isOther: own !== other, size: Math.max(0, ...moved) };
    }
    const size = areApart(own, other) ? Math.abs(own - other) : 0;
    if (before.task === 'binary' && a && b)
      return { isOther: (a.values[row] ?? 0) >= a.threshold !== (b.values[row] ?? 0) >= b.threshold, size };
    return { isOther: size > 0, size };
  };
}

function answerAt({ task, values }: Predictions, row: number, { model }: TestedModel): number | string {
  const value = values[row] ?? Number.NaN;
  return task === 'multiclass' ? classAt(model.meta, value) : value;
}
