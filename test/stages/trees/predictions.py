# Opens saved models with MLflow and predicts: reads a job as JSON from standard input, prints what was found.
import hashlib
import json
import sys
import warnings

import mlflow
import numpy as np
import pandas as pd

job = json.load(sys.stdin)
frame = pd.read_parquet(job["data"])
raw = frame[frame["_split"] == "test"]


def as_json(value):
    return value.item() if isinstance(value, np.generic) else value


found = []
for path, target in ((each["model"], each["target"]) for each in job["jobs"]):
    function, model = mlflow.pyfunc.load_model(path), mlflow.sklearn.load_model(path)
    # Columns of texts as objects: a data frame of pandas 2 holds them so.
    rows = raw[function.metadata.signature.inputs.input_names()]
    rows = rows.astype({name: object for name in rows.columns if rows[name].dtype.kind not in "ifb"})
    scores = model.predict_proba(rows) if hasattr(model, "predict_proba") else model.predict(rows)
    unseen = rows.head(3).copy()
    for name in unseen.columns:
        if unseen[name].dtype == object and not isinstance(rows[name].dropna().iloc[:1].squeeze(), (bool, np.bool_)):
            unseen[name] = "never seen before"
    missing = rows.head(3).astype(object)
    missing.loc[:, :] = None
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        others = [np.isfinite(np.asarray(model.predict_proba(part) if hasattr(model, "predict_proba") else model.predict(part), dtype=float)).all() for part in (unseen, missing)]
    labels = np.asarray(function.predict(rows))
    found.append({
        "classes": [as_json(label) for label in getattr(model, "classes_", [])],
        "scores": hashlib.sha256(np.ascontiguousarray(scores, dtype="float64").tobytes()).hexdigest(),
        "labels": sorted({json.dumps(as_json(label)) for label in labels})[:5] if hasattr(model, "classes_") else [],
        "same": bool(np.array_equal(labels, model.predict(rows))),
        "quality": float(np.mean(labels == raw[target])) if hasattr(model, "classes_") else float(np.corrcoef(labels, raw[target])[0, 1]),
        "others": bool(all(others)),
        "inputs": {spec["name"]: [spec["type"], spec["required"]] for spec in function.metadata.signature.inputs.to_dict()},
    })
print(json.dumps(found))
