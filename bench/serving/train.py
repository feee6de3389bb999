"""Trains a model of bench/serving.ts on data/features.parquet: `pipeline` (scikit-learn) or `lightgbm`."""
import sys

import mlflow
import pandas as pd
from mlflow.models import infer_signature

kind = sys.argv[1]
rows = pd.read_parquet("data/features.parquet")
train = rows[rows["_split"] == "train"]
target = train["late"].astype(int)

if kind == "pipeline":
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers, texts = ["amount", "distance", "hour", "age"], ["country", "category"]
    model = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore"), texts),
        ),
        LogisticRegression(),
    )
    x = train[numbers + texts]
    model.fit(x, target)
    mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(x, model.predict(x)),
        serialization_format="cloudpickle",
        pip_requirements=["scikit-learn"],
    )
else:
    import lightgbm

    x = train[["f%d" % i for i in range(20)]]
    model = lightgbm.train(
        {"objective": "binary", "num_leaves": 31, "verbose": -1}, lightgbm.Dataset(x, target), num_boost_round=100
    )
    mlflow.lightgbm.log_model(
        model, name="model", signature=infer_signature(x, model.predict(x)), pip_requirements=["lightgbm"]
    )
