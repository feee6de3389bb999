import { DataError } from '../../base/errors.ts';
import type { Table } from '../../data/table.ts';
import { columnOf, numberTarget, textValues } from '../../models/features.ts';
import type { Predictor, PredictorMeta } from '../../models/predictor.ts';
import type { PredictionColumns } from '../../project/predictionColumns.ts';
import { truthOf } from './truth.ts';

/** Reads the predictions of a table that another program wrote, in place of a model. */
export function tablePredictor(meta: PredictorMeta, { prediction, score }: PredictionColumns): Predictor {
  return {
    meta,
    predict: async (table) => {
      const { task } = meta;
      if (task !== 'binary') {
        const name = (prediction ?? score)?.name ?? '';
        const values = truthOf({ ...meta, target: name }, table);
        if (task === 'regression') return { task, values, probabilities: [] };
        checkClasses(values, table, name, meta.classes);
        const probabilities = meta.classes.map((_, c) => Float64Array.from(values, (value) => (value === c ? 1 : 0)));
        return { task, values, probabilities };
      }
      const decisions = prediction && truthOf({ ...meta, target: prediction.name }, table);
      if (!score) return { task, values: decisions ?? new Float64Array(), probabilities: [] };
      return { task, values: numberTarget(table, score.name), probabilities: [], ...(decisions && { decisions }) };
    },
    close: async () => {},
  };
}

function checkClasses(values: Float64Array, table: Table, name: string, classes: readonly string[]): void {
  const texts = textValues(columnOf(table, name));
  const strange = texts.find((text, i) => text !== null && Number.isNaN(values[i] ?? Number.NaN));
  if (strange !== undefined && strange !== null)
    throw new DataError(
      `\`${name}\` predicts \`${strange}\`, which is none of the classes of the target: ${classes.join(', ')}.`,
    );
}
