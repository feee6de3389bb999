import type { CardImportance, FeatureImportance } from '../../../protocol/modelCard.ts';
import { checkCancelled } from '../../base/errors.ts';
import type { Database } from '../../data/database.ts';
import type { Column } from '../../data/table.ts';
import type { EvaluationOptions } from '../../evaluation/evaluate.ts';
import { rowLosses } from '../../evaluation/rowLosses.ts';
import type { Predictor } from '../../models/predictor.ts';
import type { Validation } from '../../project/schema/validateStage.ts';
import { seededRandom, type Random } from '../../statistics/random.ts';
import { studentInterval } from '../../statistics/studentInterval.ts';
import { drawRows, withColumn } from './drawRows.ts';

const defaults = { rows: 1000, repeats: 5 };
const confidence = 0.95;

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin and Dominici 2019) on a sample of the test rows; null where the
 * project does not ask for it, or where the model has no loss.
 *
 * A shuffled column gives row i the value of row j, so the mean increase is a U-statistic over pairs of rows: a row counts
 * as the one that receives and as the one that gives, and the interval is that of the mean of both parts.
 */
export async function permutationImportance(
  db: Database,
  request: {
    sql: string;
    model: Predictor;
    inputs: Validation;
    options: EvaluationOptions;
    seed: number;
    signal: AbortSignal;
    progress: (share: number) => void;
  },
): Promise<CardImportance | null> {
  const { sql, model, inputs, options, seed, signal, progress } = request;
  const { importance: asked = false } = inputs;
  if (asked === false) return null;
  const { rows: most, repeats } = { ...defaults, ...(typeof asked === 'object' && asked) };
  const { table, truth, predictions } = await drawRows(db, { sql, model, rows: most, seed, signal });
  const base = rowLosses(truth, predictions, options);
  if (!base) return null;
  const known = [...base.losses.keys()].filter((i) => !Number.isNaN(base.losses[i] ?? Number.NaN));
  if (known.length < 2) return null;
  const random = seededRandom(seed);
  const features: FeatureImportance[] = [];
  for (const [f, { name }] of model.meta.features.entries()) {
    const column = table.columns[name];
    if (!column) continue;
    const parts = new Parts(table.rows);
    for (let r = 0; r < repeats; r++) {
      checkCancelled(signal);
      const donors = shuffled(known, table.rows, random);
      const changed = withColumn(table, name, take(column, donors));
      const after = rowLosses(truth, await model.predict(changed, signal), options);
      for (const i of known) parts.add(i, donors[i] ?? i, (after?.losses[i] ?? Number.NaN) - (base.losses[i] ?? 0));
    }
    features.push({ feature: name, ...parts.estimate(known) });
    progress((f + 1) / model.meta.features.length);
  }
  return {
    loss: base.loss,
    base: known.reduce((sum, i) => sum + (base.losses[i] ?? 0), 0) / known.length,
    rows: known.length,
    repeats,
    confidence,
    features: features.toSorted((a, b) => b.value - a.value),
  };
}

/** The increases of the loss by the row that received a value and by the one that gave it. */
class Parts {
  readonly #received: Float64Array;
  readonly #gave: Float64Array;
  readonly #counts: { received: Uint32Array; gave: Uint32Array };

  constructor(rows: number) {
    this.#received = new Float64Array(rows);
    this.#gave = new Float64Array(rows);
    this.#counts = { received: new Uint32Array(rows), gave: new Uint32Array(rows) };
  }

  add(receiver: number, donor: number, increase: number): void {
    if (!Number.isFinite(increase)) return;
    this.#received[receiver] = (this.#received[receiver] ?? 0) + increase;
    this.#gave[donor] = (this.#gave[donor] ?? 0) + increase;
    this.#counts.received[receiver] = (this.#counts.received[receiver] ?? 0) + 1;
    this.#counts.gave[donor] = (this.#counts.gave[donor] ?? 0) + 1;
  }

  estimate(known: readonly number[]): Omit<FeatureImportance, 'feature'> {
    const mean = (sums: Float64Array, counts: Uint32Array, i: number) =>
      (counts[i] ?? 0) === 0 ? null : (sums[i] ?? 0) / (counts[i] ?? 1);
    const received = known.map((i) => mean(this.#received, this.#counts.received, i));
    const gave = known.map((i) => mean(this.#gave, this.#counts.gave, i));
    const whole = received.filter((value) => value !== null);
    const value = whole.reduce((sum, one) => sum + one, 0) / whole.length;
    const parts = received.map((one, k) => (one ?? value) + (gave[k] ?? value) - value);
    const mid = parts.reduce((sum, one) => sum + one, 0) / parts.length;
    const variance = parts.reduce((sum, one) => sum + (one - mid) ** 2, 0) / (parts.length - 1);
    return { value, ...studentInterval(value, Math.sqrt(variance / parts.length), parts.length - 1, confidence) };
  }
}

/** For each row, the row whose value it gets; rows without a loss keep their own. */
function shuffled(known: readonly number[], rows: number, random: Random): Uint32Array {
  const donors = Uint32Array.from({ length: rows }, (_, i) => i);
  const order = [...known];
  random.shuffle(order);
  for (const [k, i] of known.entries()) donors[i] = order[k] ?? i;
  return donors;
}

function take(column: Column, rows: Uint32Array): Column {
  return column.kind === 'number'
    ? { kind: 'number', values: Float64Array.from(rows, (i) => column.values[i] ?? Number.NaN) }
    : { kind: 'text', values: Array.from(rows, (i) => column.values[i] ?? null) };
}
