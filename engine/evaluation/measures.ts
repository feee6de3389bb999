import { accuracy } from './measures/accuracy.ts';
import { balancedAccuracy } from './measures/balancedAccuracy.ts';
import { brier } from './measures/brier.ts';
import { cohenKappa } from './measures/cohenKappa.ts';
import { cost } from './measures/cost.ts';
import { ece } from './measures/ece.ts';
import { f05 } from './measures/f05.ts';
import { f1 } from './measures/f1.ts';
import { f2 } from './measures/f2.ts';
import { fBeta } from './measures/fBeta.ts';
import { lift } from './measures/lift.ts';
import { logLoss } from './measures/logLoss.ts';
import { macroF1 } from './measures/macroF1.ts';
import { macroPrecision } from './measures/macroPrecision.ts';
import { macroRecall } from './measures/macroRecall.ts';
import { mae } from './measures/mae.ts';
import { mape } from './measures/mape.ts';
import { mcc } from './measures/mcc.ts';
import type { Measure } from './measures/measure.ts';
import { medianAbsoluteError } from './measures/medianAbsoluteError.ts';
import { prAuc } from './measures/prAuc.ts';
import { precision } from './measures/precision.ts';
import { precisionAtK } from './measures/precisionAtK.ts';
import { quantileLoss } from './measures/quantileLoss.ts';
import { r2 } from './measures/r2.ts';
import { recall } from './measures/recall.ts';
import { recallAtK } from './measures/recallAtK.ts';
import { recallAtPrecision } from './measures/recallAtPrecision.ts';
import { rmse } from './measures/rmse.ts';
import { rocAuc } from './measures/rocAuc.ts';
import { rocAucOvr } from './measures/rocAucOvr.ts';
import { rocAucOvrWeighted } from './measures/rocAucOvrWeighted.ts';
import { smape } from './measures/smape.ts';
import { specificity } from './measures/specificity.ts';
import { topKAccuracy } from './measures/topKAccuracy.ts';
import { weightedF1 } from './measures/weightedF1.ts';
import { weightedPrecision } from './measures/weightedPrecision.ts';
import { weightedRecall } from './measures/weightedRecall.ts';

/** All metrics of predictions, in the order of reports. A new one is a file of `measures/` and a line here. */
export const measures: readonly Measure[] = [
  prAuc,
  rocAuc,
  rocAucOvr,
  rocAucOvrWeighted,
  recallAtPrecision,
  lift,
  precisionAtK,
  recallAtK,
  accuracy,
  balancedAccuracy,
  topKAccuracy,
  precision,
  recall,
  specificity,
  f1,
  f2,
  f05,
  fBeta,
  macroPrecision,
  macroRecall,
  macroF1,
  weightedPrecision,
  weightedRecall,
  weightedF1,
  mcc,
  cohenKappa,
  cost,
  logLoss,
  brier,
  ece,
  rmse,
  mae,
  medianAbsoluteError,
  r2,
  mape,
  smape,
  quantileLoss,
];
