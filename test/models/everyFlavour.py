"""Trains one model a flavour on data/features.parquet and saves it as people do, with its own scores for new rows.

Usage: everyFlavour.py FOLDER. Prints JSON: file -> scores of the positive class for new.parquet.
"""
import json
import os
import sys

import joblib
import lightgbm
import numpy as np
import pandas as pd
import skops.io
import xgboost
from catboost import CatBoostClassifier
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as ToolsFloat
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
rows = pd.read_parquet('data/features.parquet')
train = rows[rows['_split'] == 'train']
new = pd.read_parquet('new.parquet')
numbers = ['amount', 'hour']
mixed = ['amount', 'hour', 'country']
y = train['late']
expected = {}


def path(name):
    return os.path.join(out, name)


forest = make_pipeline(
    ColumnTransformer(
        [
            ('numbers', make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            ('texts', OneHotEncoder(handle_unknown='ignore'), ['country']),
        ]
    ),
    RandomForestClassifier(n_estimators=30, random_state=1),
).fit(train[mixed], y)
scores = forest.predict_proba(new[mixed])[:, 1].tolist()
joblib.dump(forest, path('forest.joblib'))
skops.io.dump(forest, path('forest.skops'))
expected['forest.joblib'] = expected['forest.skops'] = scores

trees = HistGradientBoostingClassifier(random_state=1, max_iter=30).fit(train[numbers], y)
joblib.dump(trees, path('trees.pkl'))
expected['trees.pkl'] = trees.predict_proba(new[numbers])[:, 1].tolist()

booster = xgboost.XGBClassifier(n_estimators=20, max_depth=3).fit(train[numbers], y)
booster.save_model(path('boosted.ubj'))
booster.save_model(path('boosted.json'))
expected['boosted.ubj'] = expected['boosted.json'] = booster.predict_proba(new[numbers])[:, 1].tolist()

light = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(train[numbers], y)
light.booster_.save_model(path('light.txt'))
expected['light.txt'] = light.predict_proba(new[numbers])[:, 1].tolist()

cat = CatBoostClassifier(iterations=20, verbose=False, allow_writing_files=False, cat_features=['country'])
cat.fit(train[mixed], y)
cat.save_model(path('cat.cbm'))
expected['cat.cbm'] = cat.predict_proba(new[mixed])[:, 1].tolist()

logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(train[numbers], y)
with open(path('logistic.onnx'), 'wb') as file:
    inputs = train[numbers].astype(np.float32).values[:1]
    file.write(to_onnx(logistic, inputs, options={'zipmap': False}).SerializeToString())
expected['logistic.onnx'] = logistic.predict_proba(new[numbers].values)[:, 1].tolist()

plain = xgboost.XGBClassifier(n_estimators=20, max_depth=3).fit(train[numbers].values, y)
with open(path('boosted.onnx'), 'wb') as file:
    converted = convert_xgboost(plain, initial_types=[('inputs', ToolsFloat([None, len(numbers)]))])
    file.write(converted.SerializeToString())
expected['boosted.onnx'] = plain.predict_proba(new[numbers].values)[:, 1].tolist()

with open(path('rules.py'), 'w') as file:
    file.write(
        'def predict(rows):\n'
        "    return (rows['amount'].fillna(0).clip(0, 100) / 100 * 0.8 + (rows['country'] == 'pl') * 0.2).to_numpy()\n"
    )
rules = (new['amount'].fillna(0).clip(0, 100) / 100 * 0.8 + (new['country'] == 'pl') * 0.2).tolist()
expected['rules.py:predict'] = rules

print(json.dumps(expected))
