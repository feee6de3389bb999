"""Trains models, exports them to ONNX and scores nasty rows with onnxruntime.

Reads {"folder": ...} and prints a list of cases: the file, the columns, and what onnxruntime answers. Numbers are texts,
since JSON has neither NaN nor Infinity.
"""

import json
import sys
import warnings

import lightgbm
import mlflow.onnx
import numpy as np
import onnx
import onnxruntime
import pandas as pd
import xgboost
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as Floats
from skl2onnx import to_onnx
from skl2onnx.common.data_types import BooleanTensorType, FloatTensorType, Int64TensorType, StringTensorType
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.ensemble import RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, SGDClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

warnings.filterwarnings("ignore")
folder = json.load(sys.stdin)["folder"]
rng = np.random.default_rng(7)
rows = 400
X = rng.normal(size=(rows, 4)).astype(np.float32)
z = X[:, 0] + 0.5 * X[:, 1] ** 2
number, text, boolean = (z > 0.5).astype(int), np.where(z > 0.5, "fraud", "ok"), z > 0.5
three, words = np.digitize(z, [0, 1]), np.array(["a", "b", "c"])[np.digitize(z, [0, 1])]

finite = [0.0, -0.0, 1.0, -1.0, 0.1, 16777217.0, 1e-45, 1e-40, -1e-30, 1e10, -1e10, 1e30, -1e30]
odd = [*finite, 3.4028234e38, np.nan, np.inf, -np.inf]
cases = []


def shown(values):
    return [str(float(v)).replace("inf", "Infinity").replace("nan", "NaN") for v in np.asarray(values, float).ravel()]


def nasty(takes_missing):
    """Random rows, rows of nasty numbers, and the training rows, whose values are the thresholds of trees."""
    pool = odd if takes_missing else finite
    return np.vstack([rng.normal(scale=3, size=(60, 4)), rng.choice(pool, (60, 4)), X[:80]])


def answers(model, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, feeds)))
    result = {"label": None, "scores": []}
    for name, value in found.items():
        if isinstance(value, list):
            keys = list(value[0])
            result["scores"] = [shown([row[key] for row in value]) for key in keys]
        elif value.dtype in (np.float32, np.float64):
            matrix = value.reshape(len(value), -1)
            result["scores"] += [shown(matrix[:, column]) for column in range(matrix.shape[1])]
        else:
            result["label"] = [str(v) for v in value.ravel()]
    return result


def add(name, model, columns, feeds, **expected):
    path = f"{folder}/{name}.onnx"
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    cases.append({"name": name, "path": path, "columns": columns, **expected, **answers(model, feeds)})


def add_numbers(name, model, takes_missing=True, **expected):
    table = nasty(takes_missing)
    columns = [{"name": f"x{i}", "type": "number", "values": shown(table[:, i])} for i in range(4)]
    with np.errstate(all="ignore"):
        feeds = {model.graph.input[0].name: table.astype(np.float32)}
    add(name, model, columns, feeds, **expected)


def scikit(name, estimator, target, takes_missing=False, options=None, **expected):
    estimator.fit(X, target)
    add_numbers(name, to_onnx(estimator, X[:1], options=options), takes_missing, **expected)


probability, decision = {"scale": "probability"}, {"scale": "decision"}
plain = {"zipmap": False}
fraud = {"classes": ["fraud", "ok"]}
abc = {"classes": ["a", "b", "c"]}
zero_one = {"classes": ["0", "1"]}

scikit("forest", RandomForestClassifier(30, random_state=0), number, True, **zero_one, **probability)
scikit("forestPlain", RandomForestClassifier(30, random_state=0), text, True, plain, **fraud, **probability)
scikit("forestBoolean", RandomForestClassifier(30, random_state=0), boolean, True, **zero_one, **probability)
scikit("forestColumns", RandomForestClassifier(9), number, True, {"zipmap": "columns"}, **zero_one, **probability)
scikit("forestThree", RandomForestClassifier(30, random_state=0), words, True, **abc, **probability)
scikit("logistic", LogisticRegression(), text, **fraud, **probability)
scikit("logisticThree", LogisticRegression(), three, classes=["0", "1", "2"], **probability)
scikit("boosting", GradientBoostingClassifier(random_state=0), text, **fraud, **probability)
scikit("boostingRaw", GradientBoostingClassifier(random_state=0), text, options={"raw_scores": True}, **fraud, **decision)
scikit("svc", SVC(probability=True, random_state=0), text, **fraud, **probability)
scikit("linearSvc", LinearSVC(), text, **fraud, **decision)
scikit("linearSvcThree", LinearSVC(), words, **abc, **decision)
scikit("perceptron", MLPClassifier((8,), max_iter=50, random_state=0), words, options=plain, **abc, **probability)
scikit("neighbours", KNeighborsClassifier(), text, options=plain, **fraud, **probability)
scikit("bayes", GaussianNB(), text, options=plain, **fraud, **probability)
scikit("calibrated", CalibratedClassifierCV(LinearSVC()), text, options=plain, **fraud, **probability)
scikit("sgd", SGDClassifier(random_state=0), text, options=plain, **fraud, **decision)
scikit("scaled", make_pipeline(StandardScaler(), LogisticRegression()), text, **fraud, **probability)
scikit("imputed", make_pipeline(SimpleImputer(), LogisticRegression()), text, True, **fraud, **probability)
scikit("linear", LinearRegression(), z, scale="none")
scikit("forestValue", RandomForestRegressor(30, random_state=0), z, True, scale="none")
scikit("boostingValue", GradientBoostingRegressor(random_state=0), z, scale="none")

inputs = [("input", Floats([None, 4]))]
for name, target in (("Text", text), ("Number", number), ("Three", three)):
    booster = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(X, target)
    classes = [str(each) for each in booster.classes_]
    add_numbers(f"lightgbm{name}", convert_lightgbm(booster, initial_types=inputs), classes=classes, **probability)
booster = lightgbm.LGBMClassifier(n_estimators=20, verbose=-1).fit(X, text)
add_numbers("lightgbmPlain", convert_lightgbm(booster, initial_types=inputs, zipmap=False), **fraud, **probability)
booster = lightgbm.LGBMRegressor(n_estimators=20, verbose=-1).fit(X, z)
add_numbers("lightgbmValue", convert_lightgbm(booster, initial_types=inputs), scale="none")
for name, target in (("Number", number), ("Three", three)):
    booster = xgboost.XGBClassifier(n_estimators=20).fit(X, target)
    classes = [str(each) for each in booster.classes_]
    add_numbers(f"xgboost{name}", convert_xgboost(booster, initial_types=inputs), classes=classes, **probability)
booster = xgboost.XGBRegressor(n_estimators=20).fit(X, z)
add_numbers("xgboostValue", convert_xgboost(booster, initial_types=inputs), scale="none")

# Pipelines with one input per column.
frame = pd.DataFrame(
    {
        "amount": X[:, 0],
        "visits": rng.integers(0, 9, rows),
        "city": rng.choice(["ams", "ber", "cph"], rows),
        "segment": rng.choice(["new", "old", "Ünïcode 🙂"], rows),
        "vip": rng.random(rows) > 0.5,
    }
)
types = [
    ("amount", FloatTensorType([None, 1])),
    ("visits", Int64TensorType([None, 1])),
    ("city", StringTensorType([None, 1])),
    ("segment", StringTensorType([None, 1])),
    ("vip", BooleanTensorType([None, 1])),
]


def add_frame(name, pipeline, training, missing, **expected):
    """`missing` is the text that the graph takes for a missing city; None when it takes none."""
    pipeline.fit(training, text)
    model = to_onnx(pipeline, initial_types=types)
    size = 100
    table = pd.DataFrame(
        {
            "amount": rng.choice(odd if expected.pop("imputed") else finite, size),
            "visits": rng.choice([0, 1, 8, 9, -1, 2**40], size),
            "city": rng.choice(["ams", "ber", "cph", "", "AMS", "zzz"], size),
            "segment": rng.choice(["new", "old", "Ünïcode 🙂", "", "x" * 300], size),
            "vip": rng.random(size) > 0.5,
        }
    )
    cities = [None if missing is not None and i % 7 == 0 else city for i, city in enumerate(table.city)]
    table["city"] = [missing if city is None else city for city in cities]
    with np.errstate(all="ignore"):
        feeds = {
            "amount": table[["amount"]].to_numpy(np.float32),
            "visits": table[["visits"]].to_numpy(np.int64),
            "city": table[["city"]].to_numpy(object),
            "segment": table[["segment"]].to_numpy(object),
            "vip": table[["vip"]].to_numpy(bool),
        }
    columns = [
        {"name": "amount", "type": "number", "values": shown(table.amount)},
        {"name": "visits", "type": "integer", "values": shown(table.visits)},
        {"name": "city", "type": "text", "values": cities},
        {"name": "segment", "type": "text", "values": list(table.segment)},
        {"name": "vip", "type": "boolean", "values": shown(table.vip)},
    ]
    used = {name for node in model.graph.node for name in node.input}
    assert used >= {name for name, _ in types}, "every column is used"
    add(name, model, columns, feeds, named=True, **expected)


def columns_of(city):
    return make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), ["amount"]),
        ("passthrough", ["visits", "vip"]),
        (city, ["city"]),
        (OneHotEncoder(handle_unknown="ignore"), ["segment"]),
    )


encoder = OneHotEncoder(handle_unknown="ignore")
imputer = SimpleImputer(strategy="most_frequent", missing_values="")
with_empty = frame.assign(city=np.where(rng.random(rows) < 0.1, "", frame.city))
add_frame(
    "pipeline",
    make_pipeline(columns_of(make_pipeline(imputer, encoder)), LogisticRegression()),
    with_empty,
    "",
    imputed=True,
    **fraud,
    **probability,
)
with_missing = frame.assign(city=np.where(rng.random(rows) < 0.1, None, frame.city).astype(object))
with_missing["city"] = with_missing.city.where(with_missing.city.notna(), np.nan)
add_frame(
    "pipelineMissingCategory",
    make_pipeline(columns_of(encoder), RandomForestClassifier(20, random_state=0)),
    with_missing,
    "nan",
    imputed=True,
    **fraud,
    **probability,
)
add_frame(
    "pipelineWithoutMissing",
    make_pipeline(columns_of(encoder), LogisticRegression()),
    frame,
    None,
    imputed=True,
    **fraud,
    **probability,
)

# Its columns are swapped: the label decides which of them is which.
decided = SVC(random_state=0).fit(X, text)
add_numbers("svcDecision", to_onnx(decided, X[:1]), False, swapped=True, **fraud, **decision)

# A folder of MLflow, whose signature has the names that the graph does not have.
for name in ("logistic", "pipeline"):
    case = next(each for each in cases if each["name"] == name)
    types = {"number": "double", "integer": "long", "text": "string", "boolean": "boolean"}
    columns = [mlflow.types.ColSpec(types[column["type"]], column["name"]) for column in case["columns"]]
    signature = mlflow.models.ModelSignature(inputs=mlflow.types.Schema(columns))
    path = f"{folder}/mlflow-{name}"
    mlflow.onnx.save_model(onnx.load(case["path"]), path, signature=signature, pip_requirements=[f"mlflow=={mlflow.__version__}", f"onnx=={onnx.__version__}"])
    cases.append({**case, "name": f"mlflow {name}", "path": path, "named": True})
print(json.dumps(cases))
