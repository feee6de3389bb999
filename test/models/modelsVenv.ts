import { pythonVenv } from '../helpers/pythonVenv.ts';

/** The packages that models are trained, saved and exported with. PyTorch is in `mlflowVenv`. */
export const modelsVenv = pythonVenv(
  'models-venv',
  [
    'scikit-learn',
    'pandas',
    'pyarrow',
    'skops',
    'joblib',
    'xgboost-cpu',
    'lightgbm',
    'catboost',
    'mlflow==3.17.2',
    'onnxruntime',
    'onnx',
    'skl2onnx',
    'onnxmltools',
  ],
  [
    'sklearn',
    'pandas',
    'pyarrow',
    'skops.io',
    'joblib',
    'xgboost',
    'lightgbm',
    'catboost',
    'mlflow.pyfunc',
    'onnxruntime',
    'skl2onnx',
    'onnxmltools',
  ],
);
