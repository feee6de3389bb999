import { columnMissing } from './data/columnMissing.ts';
import { columnNotDeclared } from './data/columnNotDeclared.ts';
import { dataUnreadable } from './data/dataUnreadable.ts';
import { delimiterOrEncoding } from './data/delimiterOrEncoding.ts';
import { readContradicted } from './graph/readContradicted.ts';
import { foreignKeyOrphans } from './data/foreignKeyOrphans.ts';
import { headerNames } from './data/headerNames.ts';
import { keyRepeated } from './data/keyRepeated.ts';
import { rowCount } from './data/rowCount.ts';
import { schemaOlderThanData } from './data/schemaOlderThanData.ts';
import { sqlDoesNotBind } from './data/sqlDoesNotBind.ts';
import { sqlLacksColumn } from './data/sqlLacksColumn.ts';
import { textForm } from './data/textForm.ts';
import { tooManyMissing } from './data/tooManyMissing.ts';
import { typeDiffers } from './data/typeDiffers.ts';
import { valueNotAllowed } from './data/valueNotAllowed.ts';
import { valueOutOfRange } from './data/valueOutOfRange.ts';
import { constantFeature } from './modelling/constantFeature.ts';
import { duplicateFeature } from './modelling/duplicateFeature.ts';
import { imbalance } from './modelling/imbalance.ts';
import { leakyFeature } from './modelling/leakyFeature.ts';
import { levelsInData } from './modelling/levelsInData.ts';
import { sharedRows } from './modelling/sharedRows.ts';
import { timeLeakage } from './modelling/timeLeakage.ts';
import { loosenedGate } from './evaluation/loosenedGate.ts';
import { testTooSmall } from './evaluation/testTooSmall.ts';
import { modelInputMissing } from './evaluation/modelInputMissing.ts';
import { modelInputType } from './evaluation/modelInputType.ts';
import { cardNumberOutdated } from './hygiene/cardNumberOutdated.ts';
import { cardNumberUnknown } from './hygiene/cardNumberUnknown.ts';
import { uncommittedChampion } from './hygiene/uncommittedChampion.ts';
import type { Rule } from './rule.ts';

/** The rules that read the data, or earlier runs: silent until those are known. */
export const rulesOfFacts: readonly Rule[] = [
  columnMissing,
  columnNotDeclared,
  typeDiffers,
  valueNotAllowed,
  valueOutOfRange,
  textForm,
  keyRepeated,
  tooManyMissing,
  dataUnreadable,
  headerNames,
  delimiterOrEncoding,
  readContradicted,
  schemaOlderThanData,
  foreignKeyOrphans,
  rowCount,
  sqlDoesNotBind,
  sqlLacksColumn,
  leakyFeature,
  sharedRows,
  constantFeature,
  duplicateFeature,
  imbalance,
  timeLeakage,
  levelsInData,
  testTooSmall,
  loosenedGate,
  modelInputMissing,
  modelInputType,
  uncommittedChampion,
  cardNumberUnknown,
  cardNumberOutdated,
];
