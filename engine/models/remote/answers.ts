import { WorkError } from '../../base/errors.ts';
import type { RawAnswers } from '../flavours/flavour.ts';

/**
 * Predictions of a server, one item a row, as answers: numbers or classes; lists with a score a class; or objects with
 * a score a class by its name. `output` names the member of objects that holds the predictions. `shown` is the server
 * for messages.
 */
export function answersOf(items: readonly unknown[], output: string | null, shown: string): RawAnswers {
  const [first] = items;
  if (Array.isArray(first)) return ofLists(items, shown);
  if (typeof first === 'object' && first !== null) return ofObjects(items, output, shown);
  return ofScalars(items, shown);
}

/** Throws WorkError when a server answered another number of rows than it was sent. */
export function checkRows(answered: number, sent: number, shown: string): void {
  if (answered !== sent)
    throw new WorkError(`${shown} answered ${answered} predictions for ${sent} rows. One for each row is needed.`);
}

/** Numbers, or classes as texts. Null is a missing prediction. */
export function ofScalars(items: readonly unknown[], shown: string): RawAnswers {
  if (items.every((item) => item === null || typeof item === 'number'))
    return { kind: 'values', values: Float64Array.from(items, (item) => item ?? Number.NaN) };
  return {
    kind: 'labels',
    values: items.map((item, row) => {
      if (item === null) return null;
      if (typeof item === 'string' || typeof item === 'boolean' || typeof item === 'number') return String(item);
      throw unusable(shown, row, item);
    }),
  };
}

function ofLists(items: readonly unknown[], shown: string): RawAnswers {
  const width = (items[0] as unknown[]).length;
  const lists = items.map((item, row) => {
    if (!Array.isArray(item) || item.length !== width || width === 0) throw unusable(shown, row, item);
    return item as unknown[];
  });
  if (width === 1)
    return ofScalars(
      lists.map(([item]) => item),
      shown,
    );
  const columns = Array.from({ length: width }, (_, c) =>
    numbersOf(
      lists.map((list) => list[c]),
      shown,
    ),
  );
  return { kind: 'scores', columns };
}

function ofObjects(items: readonly unknown[], output: string | null, shown: string): RawAnswers {
  const names = Object.keys(items[0] as object);
  const [only, ...others] = names;
  const name = output ?? (others.length === 0 ? only : undefined);
  const rows = items.map((item, row) => {
    if (typeof item !== 'object' || item === null) throw unusable(shown, row, item);
    return item as Record<string, unknown>;
  });
  if (name !== undefined) {
    if (!names.includes(name))
      throw new WorkError(
        `${shown} answers without \`${name}\`, which \`output\` names. It answers ${names.join(', ')}.`,
      );
    return answersOf(
      rows.map((row) => row[name]),
      null,
      shown,
    );
  }
  if (!rows.every((row) => names.every((key) => typeof row[key] === 'number' || row[key] === null)))
    throw new WorkError(
      `${shown} answers several values a row: ${names.join(', ')}. Name the one with the predictions in \`output\`.`,
    );
  return {
    kind: 'scores',
    columns: names.map((key) =>
      numbersOf(
        rows.map((row) => row[key]),
        shown,
      ),
    ),
    classes: names,
  };
}

function numbersOf(items: readonly unknown[], shown: string): Float64Array {
  return Float64Array.from(items, (item, row) => {
    if (item === null) return Number.NaN;
    if (typeof item !== 'number') throw unusable(shown, row, item);
    return item;
  });
}

function unusable(shown: string, row: number, item: unknown): WorkError {
  const json = JSON.stringify(item) ?? String(item);
  return new WorkError(`${shown} answers row ${row} with ${json.slice(0, 80)}, which is not a prediction.`);
}
