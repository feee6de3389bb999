"""Trains a pipeline with scikit-learn, saves it for a server, and prints its own answers as JSON.

Input: JSON with `folder`, `kind` (mlflow or mlserver) and `rows`.
"""

import json
import os
import sys
from importlib import metadata

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

wanted = json.load(sys.stdin)
folder = wanted["folder"]
rng = np.random.default_rng(0)
n = 500
X = pd.DataFrame(
    {
        "amount": rng.normal(50, 20, n),
        "count": rng.integers(0, 9, n),
        "country": rng.choice(["DE", "FR", "US"], n),
    }
)
X.loc[::7, "amount"] = np.nan
risk = X["amount"].fillna(0) + 10 * (X["country"] == "US")
y = np.where(risk > 55, "fraud", "fine")


def pipeline(last):
    numbers = Pipeline([("fill", SimpleImputer()), ("scale", StandardScaler())])
    columns = ColumnTransformer(
        [
            ("numbers", numbers, ["amount", "count"]),
            ("country", OneHotEncoder(handle_unknown="ignore"), ["country"]),
        ]
    )
    return Pipeline([("columns", columns), ("last", last)])


rows = pd.DataFrame(wanted["rows"])
rows["amount"] = rows["amount"].astype(float)
classifier = pipeline(LogisticRegression()).fit(X, y)
answers = {"labels": classifier.predict(rows).tolist(), "scores": classifier.predict_proba(rows).tolist()}

if wanted["kind"] == "mlflow":
    import mlflow

    regression = pipeline(LinearRegression()).fit(X, risk)
    answers["values"] = regression.predict(rows).tolist()

    def save(model, name, **more):
        # Unless it is told what the model needs, MLflow starts a second Python, which loads the model to see what it imports.
        needs = [f"{name}=={metadata.version(name)}" for name in ("mlflow", "cloudpickle", "pandas", "scikit-learn")]
        path = os.path.join(folder, name)
        mlflow.sklearn.save_model(model, path, serialization_format="cloudpickle", pip_requirements=needs, **more)

    save(classifier, "labels", signature=mlflow.models.infer_signature(X, classifier.predict(X)))
    save(classifier, "scores", pyfunc_predict_fn="predict_proba")
    save(regression, "values")
else:
    import joblib

    def settings(name, model, **more):
        os.makedirs(os.path.join(folder, name))
        joblib.dump(model, os.path.join(folder, name, "model.joblib"))
        parameters = {"uri": "./model.joblib"}
        with open(os.path.join(folder, name, "model-settings.json"), "w") as file:
            json.dump(
                {"name": name, "implementation": "mlserver_sklearn.SKLearnModel", "parameters": parameters, **more}, file
            )

    # The most common case: the model declares nothing.
    settings("plain", classifier)
    settings(
        "declared",
        classifier,
        inputs=[
            {"name": "amount", "datatype": "FP64", "shape": [-1]},
            {"name": "count", "datatype": "INT64", "shape": [-1, 1]},
            {"name": "country", "datatype": "BYTES", "shape": [-1], "parameters": {"content_type": "str"}},
        ],
        outputs=[
            {"name": "predict", "datatype": "BYTES", "shape": [-1]},
            {"name": "predict_proba", "datatype": "FP64", "shape": [-1, 2]},
        ],
    )
    table = rows[["amount", "count"]].fillna(0)
    trained = X[["amount", "count"]].fillna(0)
    numbers = LogisticRegression().fit(trained.to_numpy(), y)
    answers["tensor"] = numbers.predict_proba(table.to_numpy()).tolist()
    settings(
        "tensor",
        numbers,
        inputs=[{"name": "x", "datatype": "FP64", "shape": [-1, 2]}],
        outputs=[{"name": "predict_proba", "datatype": "FP64", "shape": [-1, 2]}],
    )
    settings(
        "picture",
        numbers,
        inputs=[{"name": "image", "datatype": "FP32", "shape": [-1, 3, 224, 224]}],
    )

print(json.dumps(answers))
