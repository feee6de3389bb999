"""Makes models for bench/onnx.ts, or times onnxruntime on them.

Reads {"folder": ..., "make": true} or {"folder": ..., "names": [...]} and prints JSON.
"""

import json
import sys
import time
import warnings

import lightgbm
import numpy as np
import onnxruntime
import pandas as pd
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType as Floats
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
asked = json.load(sys.stdin)
folder = asked["folder"]
rng = np.random.default_rng(1)
width, singles, batch, rounds = 20, 3000, 100_000, 3
plain = {"zipmap": False}


def make():
    rows = rng.normal(size=(20_000, width)).astype(np.float32)
    target = (rows[:, 0] + rows[:, 1] ** 2 + rng.normal(size=len(rows)) > 1).astype(int)
    forest = RandomForestClassifier(100, max_depth=10, random_state=0, n_jobs=-1).fit(rows, target)
    boosted = lightgbm.LGBMClassifier(n_estimators=200, verbose=-1).fit(rows, target)
    network = MLPClassifier((64, 32), max_iter=3, random_state=0).fit(rows, target)
    cities = rng.choice([f"city {i}" for i in range(50)], len(rows))
    frame = pd.DataFrame({f"x{i}": rows[:, i] for i in range(width - 1)} | {"city": cities})
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    columns = make_column_transformer(
        (numbers, [f"x{i}" for i in range(width - 1)]), (OneHotEncoder(handle_unknown="ignore"), ["city"])
    )
    pipeline = make_pipeline(columns, LogisticRegression()).fit(frame, target)
    types = [(f"x{i}", FloatTensorType([None, 1])) for i in range(width - 1)] + [("city", StringTensorType([None, 1]))]
    models = {
        "forest": to_onnx(forest, rows[:1], options={id(forest): plain}),
        "boosted": convert_lightgbm(boosted, initial_types=[("input", Floats([None, width]))], zipmap=False),
        "network": to_onnx(network, rows[:1], options={id(network): plain}),
        "pipeline": to_onnx(pipeline, initial_types=types, options={id(pipeline): plain}),
    }
    for name, model in models.items():
        with open(f"{folder}/{name}.onnx", "wb") as file:
            file.write(model.SerializeToString())


def feeds(session, rows):
    inputs = session.get_inputs()
    if len(inputs) == 1:
        return {inputs[0].name: rows}
    found = {f"x{i}": rows[:, i : i + 1] for i in range(width - 1)}
    return found | {"city": np.array([[f"city {i % 60}"] for i in range(len(rows))], object)}


def measure(name):
    session = onnxruntime.InferenceSession(f"{folder}/{name}.onnx")
    rows = rng.normal(size=(batch, width)).astype(np.float32)
    one, many = feeds(session, rows[:1]), feeds(session, rows)
    for _ in range(200):
        session.run(None, one)
    times = []
    for _ in range(singles):
        start = time.perf_counter()
        session.run(None, one)
        times.append((time.perf_counter() - start) * 1000)
    batches = []
    for _ in range(rounds):
        start = time.perf_counter()
        session.run(None, many)
        batches.append(batch / (time.perf_counter() - start))
    return {"p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99)), "rows": float(np.median(batches))}


if asked.get("make"):
    make()
    print("{}")
else:
    print(json.dumps({name: measure(name) for name in asked["names"]}))
