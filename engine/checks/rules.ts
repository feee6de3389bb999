import { columnNotInSchema } from './data/columnNotInSchema.ts';
import { wrongColumnType } from './data/wrongColumnType.ts';
import { portClash } from './deployment/portClash.ts';
import { gateWithoutBound } from './evaluation/gateWithoutBound.ts';
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
import { outputTwice } from './graph/outputTwice.ts';
import { unknownDataset } from './graph/unknownDataset.ts';
import { unknownDeployment } from './graph/unknownDeployment.ts';
import { unknownParam } from './graph/unknownParam.ts';
import { unknownStage } from './graph/unknownStage.ts';
import { idAsFeature } from './modelling/idAsFeature.ts';
import { timestampAsFeature } from './modelling/timestampAsFeature.ts';
import { randomSplitOfTimedData } from './modelling/randomSplitOfTimedData.ts';
import { protectedAsFeature } from './modelling/protectedAsFeature.ts';
import { oddHyperParameter } from './modelling/oddHyperParameter.ts';
import { unfitModel } from './modelling/unfitModel.ts';
import { tooManyLevels } from './modelling/tooManyLevels.ts';
import { earlyStoppingWithoutValidation } from './modelling/earlyStoppingWithoutValidation.ts';
import { sweepRangeReversed } from './modelling/sweepRangeReversed.ts';
import { gridNeedsChoices } from './modelling/gridNeedsChoices.ts';
import { sweepOfOne } from './modelling/sweepOfOne.ts';
import { classWeightWithoutClasses } from './modelling/classWeightWithoutClasses.ts';
import { ignoredInput } from './modelling/ignoredInput.ts';
import { experimentChangesNothing } from './modelling/experimentChangesNothing.ts';
import { experimentOnCommand } from './modelling/experimentOnCommand.ts';
import { noTarget } from './modelling/noTarget.ts';
import { splitShares } from './modelling/splitShares.ts';
import { targetAmongFeatures } from './modelling/targetAmongFeatures.ts';
import type { Rule } from './rule.ts';

/** Every rule of meaning, by area. */
export const rules: readonly Rule[] = [
  // references and graph
  unknownDataset, unknownStage, cycle, missingFile, unknownParam, unknownDeployment, outputTwice,
  dependencyNobodyProduces, orphanOutput, unreachableStage, unknownAlias, unusedParam, unusedDataset, samePathTwice, unknownCheck, unknownTable, sqlReadsItsOutput,
  // data
  columnNotInSchema, wrongColumnType,
  // modelling
  targetAmongFeatures, noTarget, splitShares,
  idAsFeature, timestampAsFeature, randomSplitOfTimedData, protectedAsFeature, oddHyperParameter, unfitModel, tooManyLevels, earlyStoppingWithoutValidation,
  sweepRangeReversed, gridNeedsChoices, sweepOfOne, classWeightWithoutClasses, ignoredInput, experimentChangesNothing, experimentOnCommand,
  // evaluation
  unknownMetric, gateWithoutBound,
  // deployment and monitoring
  portClash,
  // reproducibility and hygiene
];
