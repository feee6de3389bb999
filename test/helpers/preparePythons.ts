import { mlflowVenv } from '../mlflow/mlflowVenv.ts';
import { modelsVenv } from '../models/modelsVenv.ts';
import { inferenceVenv } from '../models/remote/inferenceVenv.ts';
import { preparePython } from '../statistics/parityPython.ts';
import { toolsVenv } from '../python/toolsVenv.ts';
import { databaseVenv } from './databaseVenv.ts';
import { interopVenv } from './interopVenv.ts';

// Makes the large environments of Python that tests compare with, so that they come while other work is done. Who needs
// one before it is whole waits for it.
for (const prepare of [
  preparePython,
  () => databaseVenv.prepare(),
  () => interopVenv.prepare(),
  () => toolsVenv.prepare(),
  () => mlflowVenv.prepare(),
  () => modelsVenv.prepare(),
  () => inferenceVenv.prepare(),
]) {
  const why = prepare();
  if (why === null) continue;
  console.log(`an environment of Python could not be made: ${why}`);
  process.exitCode = 1;
}
