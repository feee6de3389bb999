import { accuracy } from './measures/accuracy.ts';
import { balancedAccuracy } from './measures/balancedAccuracy.ts';
import { brier } from './measures/brier.ts';
import { ece } from './measures/ece.ts';
import { f1 } from './measures/f1.ts';
import { logLoss } from './measures/logLoss.ts';
import { macroF1 } from './measures/macroF1.ts';
import { macroPrecision } from './measures/macroPrecision.ts';
import { macroRecall } from './measures/macroRecall.ts';
import { mae } from './measures/mae.ts';
import type { Measure } from './measures/measure.ts';
import { prAuc } from './measures/prAuc.ts';
import { precision } from './measures/precision.ts';
import { r2 } from './measures/r2.ts';
import { recall } from './measures/recall.ts';
import { recallAtPrecision } from './measures/recallAtPrecision.ts';
import { rmse } from './measures/rmse.ts';
import { rocAuc } from './measures/rocAuc.ts';

/** All metrics of predictions, in the order of reports. A new one is a file of `measures/` and a line here. */
export const measures: readonly Measure[] = [
  prAuc,
  rocAuc,
  recallAtPrecision,
  accuracy,
  balancedAccuracy,
  precision,
  recall,
  f1,
  macroPrecision,
  macroRecall,
  macroF1,
  logLoss,
  brier,
  ece,
  rmse,
  mae,
  r2,
];
