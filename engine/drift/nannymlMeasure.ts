import type { Database } from '../data/database.ts';
import type { ReadColumn } from './columnData.ts';
import type { Measure } from './measure.ts';
import { measureFor } from './measures.ts';
import { alertAbove, chunkSize, nannymlMethods, type NannymlMethod } from './profiles/nannyml.ts';
import { eachCategoryChunk, eachNumberChunk } from './readPair.ts';
import type { Side } from './side.ts';

/**
 * A method of NannyML, fitted on a column of the reference. The threshold comes from the chunks of the reference: ten,
 * and one more for a remainder. The current table is one chunk. Returns a text with the reason when there is no method.
 */
export async function nannymlMeasure(
  db: Database,
  name: string,
  read: ReadColumn,
  reference: Side,
  asked: string | undefined,
): Promise<Measure | string> {
  const { data } = read;
  if (data.type === 'text') return 'NannyML does not compare texts';
  const method = measureFor(nannymlMethods, asked ?? 'js_distance_2', data.type);
  if (!method) return `${asked ?? 'the measure'} does not apply to ${data.type} columns`;
  const size = chunkSize(reference.rows);
  if (size === 0)
    return `NannyML needs at least 10 rows in the reference for its threshold; there are ${reference.rows}`;
  const threshold = method.judgesP ? 0.05 : await thresholdOf(db, name, read, reference.source, size, method);
  if (typeof threshold === 'string') return threshold;
  return {
    name: method.name,
    displayName: method.displayName,
    aliases: method.aliases,
    types: method.types,
    threshold,
    judgesP: method.judgesP,
    compare: '>',
    measure: (again, judged) => {
      const measured =
        again.type === 'numeric'
          ? method.numbers?.(again.pair)
          : again.type === 'categorical'
            ? method.categories?.(again.pair)
            : undefined;
      if (!measured) throw new Error(`${method.name} does not apply to ${again.type} columns`);
      return method.judgesP ? { ...measured, drifted: (measured.pValue ?? 1) < (judged ?? 0.05) } : measured;
    },
  };
}

async function thresholdOf(
  db: Database,
  name: string,
  read: ReadColumn,
  reference: string,
  size: number,
  method: NannymlMethod,
): Promise<number | null | string> {
  const { data } = read;
  const values: (number | null)[] = [];
  try {
    if (data.type === 'numeric')
      await eachNumberChunk(db, reference, name, size, data.pair.values, (current) =>
        values.push(method.numbers?.({ ...data.pair, current }).value ?? null),
      );
    else if (data.type === 'categorical') {
      const visit = (counts: ArrayLike<number>) =>
        values.push(method.categories?.({ ...data.pair, current: Array.from(counts) }).value ?? null);
      // Booleans are read as numbers, so their chunks are too.
      if (read.numbers) await eachNumberChunk(db, reference, name, size, read.numbers.all.values, visit);
      else await eachCategoryChunk(db, reference, name, size, data.pair.values, visit);
    }
    return alertAbove(values, method.limit);
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) return error.message;
    throw error;
  }
}
