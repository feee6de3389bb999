import { accuracy } from './measures/accuracy.ts';
import { balancedAccuracy } from './measures/balancedAccuracy.ts';
import { brier } from './measures/brier.ts';
import { cohenKappa } from './measures/cohenKappa.ts';
import { cost } from './measures/cost.ts';
import { coverageError } from './measures/coverageError.ts';
import { ece } from './measures/ece.ts';
import { f05 } from './measures/f05.ts';
import { f1 } from './measures/f1.ts';
import { f2 } from './measures/f2.ts';
import { fBeta } from './measures/fBeta.ts';
import { hammingLoss } from './measures/hammingLoss.ts';
import { hitRateAtK } from './measures/hitRateAtK.ts';
import { labelRankingAveragePrecision } from './measures/labelRankingAveragePrecision.ts';
import { labelRankingLoss } from './measures/labelRankingLoss.ts';
import { lift } from './measures/lift.ts';
import { logLoss } from './measures/logLoss.ts';
import { macroF1 } from './measures/macroF1.ts';
import { macroJaccard } from './measures/macroJaccard.ts';
import { macroPrAuc } from './measures/macroPrAuc.ts';
import { macroPrecision } from './measures/macroPrecision.ts';
import { macroRecall } from './measures/macroRecall.ts';
import { macroRocAuc } from './measures/macroRocAuc.ts';
import { mae } from './measures/mae.ts';
import { map } from './measures/map.ts';
import { mapAtK } from './measures/mapAtK.ts';
import { mape } from './measures/mape.ts';
import { mcc } from './measures/mcc.ts';
import type { Measure } from './measures/measure.ts';
import { medianAbsoluteError } from './measures/medianAbsoluteError.ts';
import { microF1 } from './measures/microF1.ts';
import { microJaccard } from './measures/microJaccard.ts';
import { microPrAuc } from './measures/microPrAuc.ts';
import { microPrecision } from './measures/microPrecision.ts';
import { microRecall } from './measures/microRecall.ts';
import { microRocAuc } from './measures/microRocAuc.ts';
import { mrr } from './measures/mrr.ts';
import { mrrAtK } from './measures/mrrAtK.ts';
import { ndcg } from './measures/ndcg.ts';
import { ndcgAtK } from './measures/ndcgAtK.ts';
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
import { samplesF1 } from './measures/samplesF1.ts';
import { samplesJaccard } from './measures/samplesJaccard.ts';
import { samplesPrecision } from './measures/samplesPrecision.ts';
import { samplesRecall } from './measures/samplesRecall.ts';
import { smape } from './measures/smape.ts';
import { specificity } from './measures/specificity.ts';
import { subsetAccuracy } from './measures/subsetAccuracy.ts';
import { topKAccuracy } from './measures/topKAccuracy.ts';
import { weightedF1 } from './measures/weightedF1.ts';
import { weightedJaccard } from './measures/weightedJaccard.ts';
import { weightedPrecision } from './measures/weightedPrecision.ts';
import { weightedRecall } from './measures/weightedRecall.ts';

/** All metrics of predictions, in the order of reports. A new one is a file of `measures/` and a line here. */
export const measures: readonly Measure[] = [
  ndcg,
  ndcgAtK,
  map,
  mapAtK,
  mrr,
  mrrAtK,
  hitRateAtK,
  prAuc,
  rocAuc,
  macroPrAuc,
  microPrAuc,
  macroRocAuc,
  microRocAuc,
  rocAucOvr,
  rocAucOvrWeighted,
  recallAtPrecision,
  lift,
  precisionAtK,
  recallAtK,
  subsetAccuracy,
  hammingLoss,
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
  macroJaccard,
  microPrecision,
  microRecall,
  microF1,
  microJaccard,
  samplesPrecision,
  samplesRecall,
  samplesF1,
  samplesJaccard,
  weightedPrecision,
  weightedRecall,
  weightedF1,
  weightedJaccard,
  mcc,
  cohenKappa,
  cost,
  labelRankingAveragePrecision,
  coverageError,
  labelRankingLoss,
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
