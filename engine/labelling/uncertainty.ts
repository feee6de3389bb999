import type { Database } from '../data/database.ts';
import { quoteIdentifier } from '../data/quote.ts';
import type { Predictor } from '../models/predictor.ts';
import type { LabelRow } from '../../protocol/labelling.ts';
import type { LabelTask } from './task.ts';
import { keyColumn, labelTables } from './labelTables.ts';

export type Scored = NonNullable<LabelRow['model']>;

const batch = 5000;

/** The model's classes as the task writes them: for a boolean target, the model has 0 and 1. */
function classNames(model: Predictor, { classes }: Pick<LabelTask, 'classes'>): string[] {
  const isBoolean = classes.every((label) => label === 'true' || label === 'false');
  return model.meta.classes.map((label) =>
    isBoolean && label === '1' ? 'true' : isBoolean && label === '0' ? 'false' : label,
  );
}

/** Why the model's confidence is not available for these rows; null when it is. */
export function unfitModel(model: Predictor, columns: readonly string[]): string | null {
  if (model.meta.task === 'regression') return 'the model predicts a number and is not unsure between classes';
  if (model.meta.scores !== 'probability') return 'the model gives no probabilities';
  const missing = model.meta.features.map(({ name }) => name).filter((name) => !columns.includes(name));
  return missing.length === 0
    ? null
    : `the data lacks ${missing.map((name) => `\`${name}\``).join(', ')}, which the model reads`;
}

/**
 * Scores the rows of these keys in batches. The margin is the lead of the most likely class over the next (margin
 * sampling, Scheffer et al. 2001): with two classes it is 2 · |p − 0.5|, so the least margin comes first.
 */
export async function scoreKeys(
  db: Database,
  model: Predictor,
  task: LabelTask,
  keys: readonly string[],
): Promise<Map<string, Scored>> {
  const classes = classNames(model, task);
  const features = model.meta.features.map(({ name }) => quoteIdentifier(name));
  const scored = new Map<string, Scored>();
  for (let from = 0; from < keys.length; from += batch) {
    const table = await db.table(
      `SELECT ${[keyColumn, ...features].join(', ')} FROM ${labelTables.rows} WHERE ${keyColumn} IN (SELECT unnest(from_json($1, '["VARCHAR"]')))`,
      [JSON.stringify(keys.slice(from, from + batch))],
    );
    const { values, probabilities: byClass } = await model.predict(table);
    const probabilities = model.meta.task === 'binary' ? [values.map((p) => 1 - p), values] : byClass;
    const names = table.columns[keyColumn];
    for (let row = 0; row < table.rows; row++) {
      const key = names?.kind === 'text' ? names.values[row] : null;
      if (typeof key === 'string') scored.set(key, judge(classes, probabilities, row));
    }
  }
  return scored;
}

function judge(classes: readonly string[], probabilities: readonly Float64Array[], row: number): Scored {
  let [best, first, second] = [0, -1, -1];
  for (const [c, column] of probabilities.entries()) {
    const p = column[row] ?? 0;
    if (p > first) [best, first, second] = [c, p, first];
    else if (p > second) second = p;
  }
  return { label: classes[best] ?? String(best), probability: first, margin: first - second };
}
