import { columnNotInSchema } from './data/columnNotInSchema.ts';
import { wrongColumnType } from './data/wrongColumnType.ts';
import { portClash } from './deployment/portClash.ts';
import { gateWithoutBound } from './evaluation/gateWithoutBound.ts';
import { unknownMetric } from './evaluation/unknownMetric.ts';
import { cycle } from './graph/cycle.ts';
import { missingFile } from './graph/missingFile.ts';
import { outputTwice } from './graph/outputTwice.ts';
import { unknownDataset } from './graph/unknownDataset.ts';
import { unknownDeployment } from './graph/unknownDeployment.ts';
import { unknownParam } from './graph/unknownParam.ts';
import { unknownStage } from './graph/unknownStage.ts';
import { noTarget } from './modelling/noTarget.ts';
import { splitShares } from './modelling/splitShares.ts';
import { targetAmongFeatures } from './modelling/targetAmongFeatures.ts';
import type { Rule } from './rule.ts';

/** Every rule of meaning, by area. */
export const rules: readonly Rule[] = [
  // references and graph
  unknownDataset, unknownStage, cycle, missingFile, unknownParam, unknownDeployment, outputTwice,
  // data
  columnNotInSchema, wrongColumnType,
  // modelling
  targetAmongFeatures, noTarget, splitShares,
  // evaluation
  unknownMetric, gateWithoutBound,
  // deployment and monitoring
  portClash,
  // reproducibility and hygiene
];
