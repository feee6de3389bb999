import { rmSync } from 'node:fs';
import { columnsOf } from '../data/inspectColumns.ts';
import { quoteIdentifier } from '../data/quote.ts';
import { learningOf } from '../models/features.ts';
import type { TrainStage } from '../project/schema/trainStage.ts';
import { fitStage, type Fit } from './fitStage.ts';
import type { Fitted } from './fitted.ts';
import { newRegimeSql, splitTime } from './newRegime.ts';
import { sideSql } from './splitRows.ts';
import { count, datasetOf, type StageContext } from './stageContext.ts';
import { replaceFileSync } from '../base/replaceFile.ts';

/** Fewer new training rows are never tried alone. */
const fewestAlone = 100;

/**
 * Fits the model of a train stage. For a change it is fitted twice: on all training rows, and on those of the new regime
 * alone. The fit with the smaller loss on the validation rows of the new regime is kept: old rows help where only the
 * inputs moved, and hurt where the target depends on them in another way. `since` of the result is the time of the
 * change when the new rows alone were better, else null.
 */
export async function fitForChange(
  context: StageContext,
  stage: TrainStage,
  source: string,
  folder: string,
): Promise<Fitted & { since: number | null }> {
  const { regime } = context.period;
  const isNew = await newRows(context, stage, source);
  const whole = { source, folder, steps: null, since: null };
  const record: Fit['record'] = (values, step) => context.run.metrics(values, step);
  if (isNew === null || regime === null)
    return { ...(await fitStage(context, stage, { ...whole, record })), since: null };
  const ofRegime = `(SELECT * FROM ${source} WHERE ${isNew})`;
  const [all, alone] = [recorder(), recorder()];
  const onAll = await fitStage(context, stage, { ...whole, validation: ofRegime, record: all.record });
  const apart = `${folder}-new`;
  try {
    const fit = { source: ofRegime, folder: apart, steps: null, since: regime, record: alone.record };
    const onNew = await fitStage(context, stage, fit);
    const isBetter = onNew.loss !== null && onAll.loss !== null && onNew.loss < onAll.loss;
    context.log(
      `validation loss ${shown(onAll.loss)} of the fit on all ${count(onAll.rows)} training rows, ${shown(onNew.loss)} of that on the ${count(onNew.rows)} rows from after the change; the ${isBetter ? 'second' : 'first'} is kept`,
    );
    for (const [values, step] of (isBetter ? alone : all).points) record(values, step);
    if (!isBetter) return { ...onAll, since: null };
    rmSync(folder, { recursive: true });
    replaceFileSync(apart, folder);
    return { ...onNew, since: regime };
  } finally {
    rmSync(apart, { recursive: true, force: true });
  }
}

/**
 * SQL of the rows of the new regime; null when there is no change, or when they cannot be learned from alone: few rows,
 * no validation rows, fewer classes, or losses that are weighed by the shares of the classes.
 */
async function newRows(context: StageContext, stage: TrainStage, source: string): Promise<string | null> {
  const { data, class_weight: classWeight } = stage.with;
  const { schema } = datasetOf(context, data);
  const db = await context.database();
  const columns = await columnsOf(db, source);
  const isNew = newRegimeSql(columns, schema, context.period.regime, splitTime(context.config, data));
  if (isNew === null || classWeight === 'balanced') return null;
  const { target, task } = learningOf(stage, schema);
  const name = quoteIdentifier(target.name);
  const side = async (from: string, of: 'train' | 'validation') => {
    const sql = await sideSql(db, from, [target.name], of, data);
    const [row] = await db.rows(`SELECT count(${name}) AS n, count(DISTINCT ${name}) AS classes FROM (${sql})`);
    return { rows: Number(row?.['n'] ?? 0), classes: Number(row?.['classes'] ?? 0) };
  };
  const ofRegime = `(SELECT * FROM ${source} WHERE ${isNew})`;
  const [train, all] = [await side(ofRegime, 'train'), await side(source, 'train')];
  const validation = await side(ofRegime, 'validation');
  const isWhole = task === 'regression' || train.classes === all.classes;
  return train.rows >= fewestAlone && train.rows < all.rows && validation.rows > 0 && isWhole ? isNew : null;
}

function recorder() {
  const points: [Record<string, number>, number][] = [];
  return { points, record: (values: Record<string, number>, step: number) => void points.push([values, step]) };
}

function shown(loss: number | null): string {
  return loss === null ? 'unknown' : String(Number(loss.toPrecision(4)));
}
