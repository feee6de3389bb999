import { DataError } from '../base/errors.ts';
import type { Table } from '../data/table.ts';
import type { Predictions } from '../evaluation/predictions.ts';
import type { Predictor } from '../models/predictor.ts';
import { RowError } from '../models/rowError.ts';
import { sliceTable } from '../models/sliceTable.ts';

export interface ApartPredictions {
  /** The predictions of the rows that the model takes, in their order. */
  predictions: Predictions;
  /** The reason of the model by the position of each row that it refuses. */
  refused: ReadonlyMap<number, string>;
}

/**
 * Predicts the rows of a table; when the model refuses them, it predicts them in parts, so that only the rows that fail
 * alone have no prediction. Throws DataError when the model refuses more than `mostRefused` rows.
 */
export async function predictApart(
  model: Pick<Predictor, 'predict'>,
  table: Table,
  { mostRefused, signal }: { mostRefused: number; signal?: AbortSignal | undefined },
): Promise<ApartPredictions> {
  const parts: Predictions[] = [];
  const refused = new Map<number, string>();
  const refuse = (row: number, reason: string): void => {
    refused.set(row, reason);
    if (refused.size <= mostRefused) return;
    const [[first, why] = [row, reason]] = refused;
    throw new DataError(`The model refuses more than ${mostRefused} rows. First: row ${first}: ${why}`);
  };
  const predict = async (from: number, to: number): Promise<void> => {
    if (from >= to) return;
    let error: DataError;
    try {
      const isWhole = from === 0 && to === table.rows;
      parts.push(await model.predict(isWhole ? table : sliceTable(table, from, to), signal));
      return;
    } catch (thrown) {
      if (!(thrown instanceof DataError)) throw thrown;
      error = thrown;
    }
    const row = error instanceof RowError ? from + error.row : to - from === 1 ? from : null;
    if (row !== null) {
      await predict(from, row);
      refuse(row, error instanceof RowError ? error.reason : error.message);
    }
    // The others by halves: many refused rows cost few predictions each.
    const start = row === null ? from : row + 1;
    const middle = Math.floor((start + to) / 2);
    await predict(start, middle);
    await predict(middle, to);
  };
  await predict(0, table.rows);
  return { predictions: joined(parts), refused };
}

function joined(parts: readonly Predictions[]): Predictions {
  const [first, ...others] = parts;
  if (!first) return { task: 'regression', values: new Float64Array(), probabilities: [] };
  if (others.length === 0) return first;
  const numbers = (of: (part: Predictions) => Float64Array | undefined) =>
    Float64Array.from(parts.flatMap((part) => [...(of(part) ?? [])]));
  return {
    task: first.task,
    values: numbers(({ values }) => values),
    probabilities: first.probabilities.map((_, c) => numbers(({ probabilities }) => probabilities[c])),
    ...(first.decisions && { decisions: numbers(({ decisions }) => decisions) }),
  };
}
