import { pythonVenv } from '../helpers/pythonVenv.ts';

/**
 * MLflow itself with what its users train and export with. PyTorch is pinned to a version whose CPU build is small
 * where an index offers one. Keras is not imported as a check: it asks for a backend.
 */
export const mlflowVenv = pythonVenv(
  'mlflow-venv',
  ['mlflow==3.17.2', 'scikit-learn', 'matplotlib', 'xgboost-cpu', 'torch==2.13.0', 'onnx', 'onnxscript', 'keras'],
  ['mlflow.server.handlers', 'sklearn', 'matplotlib', 'xgboost', 'torch', 'onnx', 'onnxscript'],
);
