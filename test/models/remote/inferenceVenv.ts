import { pythonVenv } from '../../helpers/pythonVenv.ts';

/** A server of the Open Inference Protocol with models of scikit-learn. */
export const inferenceVenv = pythonVenv(
  'inference-venv',
  ['mlserver==1.7.1', 'mlserver-sklearn==1.7.1', 'pandas'],
  ['mlserver', 'mlserver_sklearn', 'pandas'],
);
