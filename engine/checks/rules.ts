import { boundsReversed } from './data/boundsReversed.ts';
import { constraintUnfit } from './data/constraintUnfit.ts';
import { fieldTwice } from './data/fieldTwice.ts';
import { foreignKeyOfNothing } from './data/foreignKeyOfNothing.ts';
import { logPattern } from './data/logPattern.ts';
import { labellingUnfit } from './data/labellingUnfit.ts';
import { positiveNotACategory } from './data/positiveNotACategory.ts';
import { rolesTwice } from './data/rolesTwice.ts';
import { columnNotInSchema } from './data/columnNotInSchema.ts';
import { wrongColumnType } from './data/wrongColumnType.ts';
import { tokenInTheClear } from './deployment/tokenInTheClear.ts';
import { monitorSource } from './deployment/monitorSource.ts';
import { scoreNotCompared } from './deployment/scoreNotCompared.ts';
import { shadowOfItself } from './deployment/shadowOfItself.ts';
import { listeningClash } from './deployment/listeningClash.ts';
import { listeningWithoutSchema } from './deployment/listeningWithoutSchema.ts';
import { openWithoutAuth } from './deployment/openWithoutAuth.ts';
import { referenceOfOtherData } from './deployment/referenceOfOtherData.ts';
import { windowTooSmall } from './deployment/windowTooSmall.ts';
import { driftNotJudged } from './deployment/driftNotJudged.ts';
import { driftThresholdScale } from './deployment/driftThresholdScale.ts';
import { labelDelay } from './deployment/labelDelay.ts';
import { retrainingCanLoop } from './deployment/retrainingCanLoop.ts';
import { promotionWithoutGates } from './deployment/promotionWithoutGates.ts';
import { privilegedPort } from './deployment/privilegedPort.ts';
import { batchOverwritesInput } from './deployment/batchOverwritesInput.ts';
import { retrainingWindowTooShort } from './deployment/retrainingWindowTooShort.ts';
import { retrainingRunIncomplete } from './deployment/retrainingRunIncomplete.ts';
import { deploymentWithoutMonitor } from './deployment/deploymentWithoutMonitor.ts';
import { labelsWithoutTarget } from './deployment/labelsWithoutTarget.ts';
import { labelsKeyMismatch } from './deployment/labelsKeyMismatch.ts';
import { performanceWithoutLabels } from './deployment/performanceWithoutLabels.ts';
import { unknownDriftMeasure } from './deployment/unknownDriftMeasure.ts';
import { unusedSignificance } from './deployment/unusedSignificance.ts';
import { portClash } from './deployment/portClash.ts';
import { gateWithoutBound } from './evaluation/gateWithoutBound.ts';
import { gateAlwaysPasses } from './evaluation/gateAlwaysPasses.ts';
import { gateNeverPasses } from './evaluation/gateNeverPasses.ts';
import { accuracyAlone } from './evaluation/accuracyAlone.ts';
import { protectedWithoutFairnessGate } from './evaluation/protectedWithoutFairnessGate.ts';
import { thresholdOfOneClass } from './evaluation/thresholdOfOneClass.ts';
import { thresholdReversed } from './evaluation/thresholdReversed.ts';
import { noGates } from './evaluation/noGates.ts';
import { sliceOfManyValues } from './evaluation/sliceOfManyValues.ts';
import { primaryMetricUnknown } from './evaluation/primaryMetricUnknown.ts';
import { objectiveReversed } from './evaluation/objectiveReversed.ts';
import { undecidableWithoutConfidence } from './evaluation/undecidableWithoutConfidence.ts';
import { confidenceWithoutInterval } from './evaluation/confidenceWithoutInterval.ts';
import { predictionColumns } from './evaluation/predictionColumns.ts';
import { validationWithoutModel } from './evaluation/validationWithoutModel.ts';
import { championOfCommand } from './evaluation/championOfCommand.ts';
import { gateNeverMeasured } from './evaluation/gateNeverMeasured.ts';
import { thresholdWithoutEffect } from './evaluation/thresholdWithoutEffect.ts';
import { sliceOfTarget } from './evaluation/sliceOfTarget.ts';
import { unknownMetric } from './evaluation/unknownMetric.ts';
import { dependencyNobodyProduces } from './graph/dependencyNobodyProduces.ts';
import { orphanOutput } from './graph/orphanOutput.ts';
import { unreachableStage } from './graph/unreachableStage.ts';
import { unknownAlias } from './graph/unknownAlias.ts';
import { unusedParam } from './graph/unusedParam.ts';
import { unusedDataset } from './graph/unusedDataset.ts';
import { samePathTwice } from './graph/samePathTwice.ts';
import { unknownCheck } from './graph/unknownCheck.ts';
import { unknownTable } from './graph/unknownTable.ts';
import { sqlReadsItsOutput } from './graph/sqlReadsItsOutput.ts';
import { cycle } from './graph/cycle.ts';
import { missingFile } from './graph/missingFile.ts';
import { outputNotParquet } from './graph/outputNotParquet.ts';
import { outputTwice } from './graph/outputTwice.ts';
import { unknownDataset } from './graph/unknownDataset.ts';
import { metricTwice } from './graph/metricTwice.ts';
import { modelSource } from './graph/modelSource.ts';
import { modelsOfOneStage } from './graph/modelsOfOneStage.ts';
import { unknownModel } from './graph/unknownModel.ts';
import { unnamedModel } from './graph/unnamedModel.ts';
import { unknownDeployment } from './graph/unknownDeployment.ts';
import { unknownParam } from './graph/unknownParam.ts';
import { unknownStage } from './graph/unknownStage.ts';
import { idAsFeature } from './modelling/idAsFeature.ts';
import { predictionAsFeature } from './modelling/predictionAsFeature.ts';
import { timestampAsFeature } from './modelling/timestampAsFeature.ts';
import { randomSplitOfTimedData } from './modelling/randomSplitOfTimedData.ts';
import { protectedAsFeature } from './modelling/protectedAsFeature.ts';
import { oddHyperParameter } from './modelling/oddHyperParameter.ts';
import { unfitModel } from './modelling/unfitModel.ts';
import { tooManyLevels } from './modelling/tooManyLevels.ts';
import { earlyStoppingWithoutValidation } from './modelling/earlyStoppingWithoutValidation.ts';
import { sweepRangeReversed } from './modelling/sweepRangeReversed.ts';
import { gridNeedsChoices } from './modelling/gridNeedsChoices.ts';
import { halvingWithoutEffect } from './modelling/halvingWithoutEffect.ts';
import { sweepOfOne } from './modelling/sweepOfOne.ts';
import { classWeightWithoutClasses } from './modelling/classWeightWithoutClasses.ts';
import { ignoredInput } from './modelling/ignoredInput.ts';
import { treesUnfit } from './modelling/treesUnfit.ts';
import { experimentChangesNothing } from './modelling/experimentChangesNothing.ts';
import { experimentOnCommand } from './modelling/experimentOnCommand.ts';
import { noTarget } from './modelling/noTarget.ts';
import { preprocessUnfit } from './modelling/preprocessUnfit.ts';
import { sqlParamUnknown } from './data/sqlParamUnknown.ts';
import { splitShares } from './modelling/splitShares.ts';
import { storeNotIgnored } from './hygiene/storeNotIgnored.ts';
import { cardHeadingMisspelt } from './hygiene/cardHeadingMisspelt.ts';
import { cardWithoutIntendedUse } from './hygiene/cardWithoutIntendedUse.ts';
import { undeclaredScript } from './hygiene/undeclaredScript.ts';
import { commandWithoutInputs } from './hygiene/commandWithoutInputs.ts';
import { unusedIgnore } from './hygiene/unusedIgnore.ts';
import { absolutePath } from './hygiene/absolutePath.ts';
import { secretInPlainText } from './hygiene/secretInPlainText.ts';
import { outsideWorkspace } from './hygiene/outsideWorkspace.ts';
import { unpinnedSource } from './hygiene/unpinnedSource.ts';
import { noSeed } from './hygiene/noSeed.ts';
import { targetAmongFeatures } from './modelling/targetAmongFeatures.ts';
import type { Rule } from './rule.ts';
import { rulesOfFacts } from './rulesOfFacts.ts';

/** Every rule of meaning, by area. */
export const rules: readonly Rule[] = [
  // references and graph
  unknownDataset,
  unknownStage,
  cycle,
  missingFile,
  unknownParam,
  unknownDeployment,
  outputTwice,
  outputNotParquet,
  dependencyNobodyProduces,
  orphanOutput,
  unreachableStage,
  unknownAlias,
  unusedParam,
  unusedDataset,
  samePathTwice,
  unknownCheck,
  unknownTable,
  sqlReadsItsOutput,
  unknownModel,
  unnamedModel,
  modelsOfOneStage,
  modelSource,
  metricTwice,
  // data
  columnNotInSchema,
  wrongColumnType,
  fieldTwice,
  boundsReversed,
  constraintUnfit,
  positiveNotACategory,
  rolesTwice,
  foreignKeyOfNothing,
  sqlParamUnknown,
  labellingUnfit,
  logPattern,
  // modelling
  targetAmongFeatures,
  noTarget,
  splitShares,
  idAsFeature,
  timestampAsFeature,
  predictionAsFeature,
  randomSplitOfTimedData,
  protectedAsFeature,
  oddHyperParameter,
  unfitModel,
  tooManyLevels,
  earlyStoppingWithoutValidation,
  sweepRangeReversed,
  gridNeedsChoices,
  halvingWithoutEffect,
  sweepOfOne,
  classWeightWithoutClasses,
  ignoredInput,
  experimentChangesNothing,
  experimentOnCommand,
  preprocessUnfit,
  treesUnfit,
  // evaluation
  unknownMetric,
  predictionColumns,
  gateWithoutBound,
  gateAlwaysPasses,
  gateNeverPasses,
  accuracyAlone,
  protectedWithoutFairnessGate,
  thresholdReversed,
  noGates,
  sliceOfManyValues,
  objectiveReversed,
  confidenceWithoutInterval,
  primaryMetricUnknown,
  validationWithoutModel,
  championOfCommand,
  gateNeverMeasured,
  thresholdWithoutEffect,
  sliceOfTarget,
  thresholdOfOneClass,
  undecidableWithoutConfidence,
  // deployment and monitoring
  portClash,
  openWithoutAuth,
  listeningClash,
  listeningWithoutSchema,
  tokenInTheClear,
  monitorSource,
  shadowOfItself,
  referenceOfOtherData,
  windowTooSmall,
  driftThresholdScale,
  labelDelay,
  retrainingCanLoop,
  promotionWithoutGates,
  privilegedPort,
  batchOverwritesInput,
  retrainingWindowTooShort,
  retrainingRunIncomplete,
  deploymentWithoutMonitor,
  labelsWithoutTarget,
  labelsKeyMismatch,
  performanceWithoutLabels,
  unknownDriftMeasure,
  driftNotJudged,
  unusedSignificance,
  scoreNotCompared,
  // reproducibility and hygiene
  noSeed,
  unpinnedSource,
  outsideWorkspace,
  secretInPlainText,
  absolutePath,
  unusedIgnore,
  commandWithoutInputs,
  undeclaredScript,
  cardWithoutIntendedUse,
  cardHeadingMisspelt,
  storeNotIgnored,
  // what the data and earlier runs tell
  ...rulesOfFacts,
];
