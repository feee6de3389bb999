import { Type, type Static } from 'typebox';
import { CmdStage } from './cmdStage.ts';
import { CollectStage } from './collectStage.ts';
import { PrepareStage } from './prepareStage.ts';
import { TrainStage } from './trainStage.ts';
import { ValidateStage } from './validateStage.ts';

export const Stage = Type.Union([CollectStage, PrepareStage, TrainStage, ValidateStage, CmdStage], {
  description: 'A stage: a built-in one with `uses`, or a command with `cmd`.',
});

export type StageConfig = Static<typeof Stage>;
