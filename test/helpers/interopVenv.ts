import { pythonVenv } from './pythonVenv.ts';

/** The tools whose schemas and runs are exchanged with: whoever asks first makes it, so all ask for the same. */
export const interopVenv = pythonVenv(
  'interop-venv',
  [
    'pandera[io]',
    'mlflow-skinny==3.*',
    'pandas',
    'numpy',
    'great_expectations',
    'frictionless',
    'jsonschema',
    'mlcroissant',
    'xmlschema',
    'openlineage-python',
    'huggingface_hub',
  ],
  [
    'pandas',
    'pandera',
    'mlflow',
    'great_expectations',
    'frictionless',
    'jsonschema',
    'mlcroissant',
    'xmlschema',
    'openlineage',
  ],
);
