import { modelsVenv } from '../models/modelsVenv.ts';
import { makeProject } from './makeProject.ts';
import { labelsSchema, orders, ordersCsv, ordersSchema, ordersSql, ordersYaml } from './ordersProject.ts';

const trained =
  'uses: train\n    with: { data: features, model: logistic, epochs: "${params.epochs}", learning_rate: "${params.learning_rate}", batch_size: 32 }';

/** A pipeline with its own preprocessing of texts, dates and missing values. `saved` saves it as `model`. */
const program = (saved: string) => `import os
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, FunctionTransformer

rows = pd.read_parquet('data/features.parquet')
train = rows[rows['_split'] == 'train']
print('trained as of', os.environ.get('LOOPWRIGHT_AS_OF'), 'on', len(train), 'rows')
features = ['amount', 'hour', 'country', 'at']

def weekday(frame):
    return pd.DataFrame({'weekday': pd.to_datetime(frame['at']).dt.dayofweek.fillna(-1)})

model = make_pipeline(
    ColumnTransformer([
        ('numbers', SimpleImputer(), ['amount', 'hour']),
        ('texts', make_pipeline(SimpleImputer(strategy='constant', fill_value='?'), OneHotEncoder(handle_unknown='ignore')), ['country']),
        ('dates', FunctionTransformer(weekday), ['at']),
    ]),
    RandomForestClassifier(n_estimators=40, random_state=int(os.environ['LOOPWRIGHT_SEED'])),
)
model.fit(train[features], train['late'])
${saved}
`;

/** Unless it is told what the model needs, MLflow starts a second Python, which loads the model to see what it imports. */
const needs =
  ", pip_requirements=[f'{name}=={version(name)}' for name in ['mlflow', 'cloudpickle', 'pandas', 'scikit-learn']]";

/** How the program saves its model; the model has to be named only where the files do not say enough. */
export const savedAs = {
  mlflow: `import mlflow
from importlib.metadata import version
from mlflow.models import infer_signature
mlflow.sklearn.log_model(model, name='late', signature=infer_signature(train[features], model.predict(train[features])), serialization_format='cloudpickle'${needs})`,
  joblib: `import cloudpickle
with open('model.pkl', 'wb') as file:
    cloudpickle.dump(model, file)`,
} as const;

export interface PythonOrders {
  saved?: keyof typeof savedAs;
  /** The \`outs\` of the stage, as YAML. */
  outs?: string;
  /** Text before the stages. */
  models?: string;
}

/** The orders project whose model a program trains with scikit-learn. */
export function pythonOrdersProject(options: PythonOrders = {}): string {
  return makeProject(pythonOrdersFiles(options));
}

/** The files of that project. */
export function pythonOrdersFiles({ saved = 'mlflow', outs, models = '' }: PythonOrders = {}): Record<string, string> {
  const why = modelsVenv.prepare();
  if (why !== null) throw new Error(`the Python that trains could not be made: ${why}`);
  const stage = `cmd: python train.py\n    deps: [train.py, data/features.parquet]${outs === undefined ? '' : `\n    outs: ${outs}`}`;
  return {
    'loopwright.yaml': `${ordersYaml.replace(trained, stage).replace('\nstages:\n', `\n${models}stages:\n`)}python: ${modelsVenv.python}\n`,
    'train.py': program(savedAs[saved]),
    'schemas/orders.dataset.yaml': ordersSchema,
    'schemas/labels.dataset.yaml': labelsSchema,
    'sql/features.sql': ordersSql,
    'incoming/orders.csv': ordersCsv(orders({ rows: 800 })),
    'labels/labels.csv': 'id,known_at,late\n',
  };
}
