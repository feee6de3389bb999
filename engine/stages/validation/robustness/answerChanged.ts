import type { RefusedRows } from '../../../../protocol/robustness.ts';
import { DataError, WorkError, messageOf } from '../../../base/errors.ts';
import type { Table } from '../../../data/table.ts';
import type { Predictions } from '../../../evaluation/predictions.ts';
import type { Predictor } from '../../../models/predictor.ts';
import { sliceTable } from '../../../models/sliceTable.ts';
import { predictApart } from '../../../serving/predictApart.ts';
import { pick } from '../../../evaluation/weights.ts';

/** The answers to changed rows. */
export interface ChangedAnswers {
  /** NaN for a refused row; null where too many are refused to know the answers of the others. */
  predictions: Predictions | null;
  refused: RefusedRows | null;
}

/** Rows that are tried one by one where a model refuses rows. */
const triedRows = 50;
/** Each row on which the program of the model ends costs a start of it. */
const triedAfterEnd = 3;
const mostRefused = 200;

/**
 * Answers changed rows. Rows that the model refuses are counted and never an error; a model that no longer answers the
 * unchanged rows either is one. Throws CancelledError.
 */
export async function answerChanged(
  model: Predictor,
  table: Table,
  clean: Table,
  signal: AbortSignal,
): Promise<ChangedAnswers> {
  const guarded = guardedModel(model, clean);
  let first: unknown;
  try {
    return { predictions: await guarded.predict(table, signal), refused: null };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    first = error.cause ?? error;
  }
  const sample = spread(table, first instanceof DataError ? triedRows : triedAfterEnd);
  const tried = await predictApart(guarded, sample, { mostRefused: Infinity, signal });
  const found: RefusedRows = {
    rows: tried.refused.size,
    of: sample.rows,
    message: [...tried.refused.values()][0] ?? messageOf(first),
  };
  if (found.rows * 2 > found.of || !(first instanceof DataError)) return { predictions: null, refused: found };
  try {
    const { predictions, refused } = await predictApart(guarded, table, { mostRefused, signal });
    return {
      predictions: scattered(predictions, new Set(refused.keys()), table.rows),
      refused: {
        rows: refused.size,
        of: table.rows,
        message: [...refused.values()][0] ?? found.message,
      },
    };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { predictions: null, refused: found };
  }
}

/** Takes an error of the model itself for one of the rows, when the model still answers an unchanged one. */
function guardedModel(model: Predictor, clean: Table): Pick<Predictor, 'predict'> {
  return {
    predict: async (table, signal) => {
      try {
        return await model.predict(table, signal);
      } catch (error) {
        if (!(error instanceof WorkError) || error instanceof DataError) throw error;
        await model.predict(sliceTable(clean, 0, 1), signal);
        throw new DataError(error.message, { cause: error });
      }
    },
  };
}

/** So many rows, evenly taken. */
function spread(table: Table, rows: number): Table {
  const n = Math.min(rows, table.rows);
  const taken = Array.from({ length: n }, (_, k) => Math.floor((k * table.rows) / n));
  return {
    rows: n,
    columns: Object.fromEntries(
      Object.entries(table.columns).map(([name, column]) => [
        name,
        column.kind === 'number'
          ? { kind: 'number', values: pick(column.values, taken) }
          : { kind: 'text', values: taken.map((i) => column.values[i] ?? null) },
      ]),
    ),
  };
}

/** The answers at the places of their rows, NaN at those of the refused ones. */
function scattered(predictions: Predictions, refused: ReadonlySet<number>, rows: number): Predictions {
  const placed = (values: Float64Array) => {
    let at = 0;
    return Float64Array.from({ length: rows }, (_, i) => (refused.has(i) ? Number.NaN : (values[at++] ?? Number.NaN)));
  };
  return {
    task: predictions.task,
    values: placed(predictions.values),
    probabilities: predictions.probabilities.map(placed),
    ...(predictions.decisions && { decisions: placed(predictions.decisions) }),
  };
}
