"""Trains models, saves them and writes what Python alone answers.

Usage: trainedModels.py FOLDER NAME... Each NAME is a function below. It returns the path of the model, the estimator,
and how it is asked. Beside the model, NAME.answers.json has the rows and the answers, NAME.parquet the rows.
"""

import base64
import json
import os
import pickle
import sys
import warnings
from importlib import metadata

import joblib
import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
rng = np.random.default_rng(7)
os.environ["MLFLOW_TRACKING_URI"] = "sqlite:///:memory:"


def needs(*names):
    """What a model of MLflow needs. Unless it is told, MLflow starts a second Python, which loads the model to see what it imports."""
    return [f"{name}=={metadata.version(name)}" for name in ("mlflow", *names)]


def people(n, nasty=False):
    """Rows with every type. Nasty ones have missing, huge and unknown values."""
    age = rng.normal(40, 10, n)
    visits = rng.integers(0, 9, n)
    city = rng.choice(["Rom", "Köln", "東京", "O'Brien \"x\""], n).astype(object)
    member = rng.random(n) < 0.5
    when = pd.Series(pd.date_range("2020-01-01", periods=n, freq="37h")).astype("datetime64[us]")
    frame = pd.DataFrame({"age": age, "visits": visits, "city": city, "member": member, "when": when})
    if nasty:
        for at, value in enumerate([np.nan, 1e300, -1e300, 0.0, -0.0, 5e-324, 40.0, 0.1 + 0.2]):
            frame.loc[at, "age"] = value
        for at, value in enumerate(["", "unknown", "🙂 \n\t", None, "ROM", " Rom", "null", "nan"]):
            frame.loc[at, "city"] = value
        frame["visits"] = frame["visits"].astype("int64")
        frame.loc[0, "visits"] = 2**40
    frame["city"] = frame["city"].astype("str")
    return frame


def numbers(n, nasty=False, width=6):
    frame = pd.DataFrame(rng.normal(size=(n, width)), columns=["x%d" % i for i in range(width)])
    if nasty:
        frame.iloc[0, 0] = np.nan
        frame.iloc[1, 1] = 1e30
        frame.iloc[2, 2] = -1e30
        frame.iloc[3] = 0.0
        frame.iloc[4] = -0.0
        frame.iloc[5, 3] = 5e-324
    return frame


def target_of(frame):
    total = frame.select_dtypes("number").fillna(0).clip(-100, 100).sum(axis=1)
    return np.where(total + rng.normal(size=len(frame)) > total.median(), "fraud", "ok")


def preparing():
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

    from dateParts import date_parts

    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "visits"]),
            ("texts", OneHotEncoder(handle_unknown="ignore"), ["city", "member"]),
            ("dates", FunctionTransformer(date_parts), ["when"]),
        ]
    )


def clipped(frame):
    return frame.assign(age=frame["age"].clip(-1e6, 1e6), visits=frame["visits"].clip(0, 1000))


def forest_pipeline():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import Pipeline

    train = people(400)
    model = Pipeline([("prepare", preparing()), ("model", RandomForestClassifier(30, n_jobs=2, random_state=0))])
    return model.fit(train, target_of(train)), clipped(people(60, nasty=True))


def sklearn_pipeline(folder):
    model, rows = forest_pipeline()
    path = os.path.join(folder, "sklearn_pipeline.joblib")
    joblib.dump(model, path)
    # With several threads, scikit-learn adds up votes in any order.
    model.named_steps["model"].n_jobs = 1
    return path, rows, model.predict_proba


def sklearn_compressed(folder):
    from sklearn.ensemble import HistGradientBoostingRegressor

    train = numbers(300)
    model = HistGradientBoostingRegressor(max_iter=20).fit(train, train.sum(axis=1))
    path = os.path.join(folder, "sklearn_compressed.joblib")
    joblib.dump(model, path, compress=3)
    return path, numbers(50, nasty=True), model.predict


def sklearn_linear(folder):
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    train = numbers(300, width=20)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, train.sum(axis=1) > 0)
    path = os.path.join(folder, "sklearn_linear.pkl")
    with open(path, "wb") as file:
        pickle.dump(model, file)
    return path, numbers(504, width=20), model.predict_proba


def sklearn_margin(folder):
    from sklearn.svm import LinearSVC

    train = numbers(300)
    model = LinearSVC().fit(train.to_numpy(), np.where(train.sum(axis=1) > 0, 1.0, 0.0))
    path = os.path.join(folder, "sklearn_margin.pkl")
    with open(path, "wb") as file:
        pickle.dump(model, file, protocol=2)
    return path, numbers(40), lambda rows: model.decision_function(rows.to_numpy())


def sklearn_network(folder):
    from sklearn.decomposition import PCA
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline

    train = numbers(300)
    model = make_pipeline(PCA(4), MLPClassifier((16, 8), max_iter=30)).fit(train, np.digitize(sums(train), [-1, 1]))
    path = os.path.join(folder, "sklearn_network.pkl")
    with open(path, "wb") as file:
        pickle.dump(model, file)
    return path, numbers(200), model.predict_proba


def sklearn_labels(folder):
    from sklearn.svm import SVC

    train = numbers(200)
    model = SVC(decision_function_shape="ovo").fit(train, np.digitize(train.sum(axis=1), [-2, -0.5, 0.5, 2]))
    path = os.path.join(folder, "sklearn_labels.pickle")
    with open(path, "wb") as file:
        pickle.dump(model, file)
    return path, numbers(40), lambda rows: [str(value) for value in model.predict(rows)]


def sklearn_skops(folder):
    import skops.io

    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OrdinalEncoder

    train = people(300)[["age", "visits", "city"]]
    encoder = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    prepare = ColumnTransformer([("texts", encoder, ["city"])], remainder="passthrough")
    model = make_pipeline(prepare, GradientBoostingClassifier(n_estimators=20)).fit(train, target_of(train))
    path = os.path.join(folder, "sklearn_skops.skops")
    skops.io.dump(model, path)
    rows = clipped(people(60, nasty=True)[["age", "visits", "city"]])
    return path, rows.assign(age=rows["age"].fillna(0)), model.predict_proba


def sklearn_none(folder):
    """An encoder that learned None as a category, from a table of Arrow."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    train = people(300)[["city"]].astype(object)
    train.loc[::7, "city"] = None
    target = np.where(train["city"].isna() | (train["city"] == "Rom"), 1, 0)
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression()).fit(train, target)
    path = os.path.join(folder, "sklearn_none.joblib")
    joblib.dump(model, path)
    rows = people(40, nasty=True)[["city"]].astype(object)
    return path, rows.where(rows.notna(), None), model.predict_proba


def mlflow_sklearn(folder):
    import mlflow
    from mlflow.models import infer_signature

    model, rows = forest_pipeline()
    path = os.path.join(folder, "mlflow_sklearn")
    signature = infer_signature(people(5), np.array(["ok"]))
    here = os.path.dirname(os.path.abspath(__file__))
    code = [os.path.join(here, "dateParts.py")]
    mlflow.sklearn.save_model(
        model, path, signature=signature, serialization_format="cloudpickle", code_paths=code, pip_requirements=needs("cloudpickle", "pandas", "scikit-learn")
    )
    model.named_steps["model"].n_jobs = 1
    return path, rows, model.predict_proba


def mlflow_skops(folder):
    import mlflow

    from sklearn.ensemble import RandomForestRegressor

    train = numbers(300)
    model = RandomForestRegressor(10, random_state=0).fit(train, train.sum(axis=1))
    path = os.path.join(folder, "mlflow_skops")
    mlflow.sklearn.save_model(model, path, skops_trusted_types=["numpy.dtype", "sklearn.tree._tree.Tree"], pip_requirements=needs("scikit-learn", "skops"))
    return path, numbers(50, nasty=True), model.predict


def mlflow_function(folder):
    """A model of one's own, with types that MLflow insists on."""
    import mlflow
    from mlflow.models import infer_signature

    from ownModel import OwnModel

    sample = people(5).astype({"visits": "int32", "age": "float32"})[["age", "visits", "city", "member", "when"]]
    path = os.path.join(folder, "mlflow_function")
    here = os.path.dirname(os.path.abspath(__file__))
    signature = infer_signature(sample, np.array([0.5]))
    mlflow.pyfunc.save_model(
        path, python_model=OwnModel(), signature=signature, code_paths=[os.path.join(here, "ownModel.py")], pip_requirements=needs("pandas")
    )
    rows = clipped(people(40, nasty=True)).astype({"visits": "int32", "age": "float32"})
    rows["city"] = rows["city"].fillna("missing")
    return path, rows, mlflow.pyfunc.load_model(path).predict


def mixed(n, nasty=False, fourth="grün 🙂"):
    """Numbers and a category with missing and unknown values."""
    frame = numbers(n, nasty)
    kinds = np.array(["rot", "blau", "", fourth], dtype=object)
    frame["kind"] = pd.Series(kinds[rng.integers(0, 4, n)], dtype="str")
    if nasty:
        frame.loc[0, "kind"] = None
        frame.loc[1, "kind"] = "unknown"
    return frame


def sums(frame):
    return frame.select_dtypes("number").fillna(0).clip(-10, 10).sum(axis=1)


def xgboost_json(folder):
    import xgboost

    train = numbers(300)
    booster = xgboost.train(
        {"objective": "binary:logistic"}, xgboost.DMatrix(train, label=sums(train) > 0), num_boost_round=12
    )
    path = os.path.join(folder, "xgboost_json.json")
    booster.save_model(path)
    return path, numbers(50, nasty=True), lambda rows: booster.predict(xgboost.DMatrix(rows))


def xgboost_classes(folder):
    """What XGBClassifier saved, with early stopping: its best iteration counts."""
    import xgboost

    train, other = numbers(400), numbers(200)
    model = xgboost.XGBClassifier(n_estimators=200, early_stopping_rounds=3, learning_rate=0.5)
    model.fit(train, np.digitize(sums(train), [-1, 1]), eval_set=[(other, np.digitize(sums(other), [-1, 1]))], verbose=0)
    path = os.path.join(folder, "xgboost_classes.ubj")
    model.save_model(path)
    return path, numbers(50, nasty=True), model.predict_proba


def xgboost_linear(folder):
    import xgboost

    train = numbers(300)
    booster = xgboost.train({"booster": "gblinear"}, xgboost.DMatrix(train, label=sums(train)), num_boost_round=5)
    path = os.path.join(folder, "xgboost_linear.ubj")
    booster.save_model(path)
    return path, numbers(50), lambda rows: booster.predict(xgboost.DMatrix(rows))


def xgboost_categories(folder, name="xgboost_categories", fourth="it's"):
    import xgboost

    train = mixed(400, fourth=fourth).astype({"kind": "category"})
    model = xgboost.XGBRegressor(n_estimators=20, enable_categorical=True).fit(train, sums(train) + train["kind"].cat.codes)
    path = os.path.join(folder, name + ".ubj")
    booster = model.get_booster()
    booster.set_attr(scikit_learn=None)
    booster.save_model(path)
    known = train["kind"].cat.categories
    rows = mixed(50, nasty=True, fourth=fourth)

    def answer(rows):
        kind = pd.Categorical(rows["kind"], categories=known)
        return booster.predict(xgboost.DMatrix(rows.assign(kind=kind), enable_categorical=True))

    return path, rows, answer


def xgboost_unicode(folder):
    return xgboost_categories(folder, "xgboost_unicode", "grün")


def mlflow_xgboost(folder):
    import mlflow
    import xgboost
    from mlflow.models import infer_signature

    train = numbers(300)
    model = xgboost.XGBClassifier(n_estimators=10).fit(train, (sums(train) > 0).astype(int))
    path = os.path.join(folder, "mlflow_xgboost")
    mlflow.xgboost.save_model(model, path, signature=infer_signature(train, np.array([0])), pip_requirements=needs("xgboost-cpu"))
    return path, numbers(50, nasty=True), model.predict_proba


def lightgbm_binary(folder):
    import lightgbm

    train = numbers(300)
    booster = lightgbm.train(
        {"objective": "binary", "verbose": -1}, lightgbm.Dataset(train, label=sums(train) > 0), num_boost_round=12
    )
    path = os.path.join(folder, "lightgbm_binary.txt")
    booster.save_model(path)
    return path, numbers(300, nasty=True), booster.predict


def lightgbm_categories(folder):
    import lightgbm

    train = mixed(400).astype({"kind": "category"})
    target = np.digitize(sums(train) + train["kind"].cat.codes, [0, 2])
    booster = lightgbm.train(
        {"objective": "multiclass", "num_class": 3, "verbose": -1}, lightgbm.Dataset(train, label=target), num_boost_round=8
    )
    path = os.path.join(folder, "lightgbm_categories.txt")
    booster.save_model(path)
    known = train["kind"].cat.categories
    rows = mixed(50, nasty=True)
    return path, rows, lambda rows: booster.predict(rows.assign(kind=pd.Categorical(rows["kind"], categories=known)))


def lightgbm_estimator(folder):
    import lightgbm

    train = numbers(300)
    model = lightgbm.LGBMClassifier(n_estimators=12, verbose=-1).fit(train, target_of(train))
    path = os.path.join(folder, "lightgbm_estimator.joblib")
    joblib.dump(model, path)
    return path, numbers(300, nasty=True), model.predict_proba


def mlflow_lightgbm(folder):
    import lightgbm
    import mlflow

    train = numbers(300)
    model = lightgbm.LGBMRegressor(n_estimators=12, verbose=-1).fit(train, sums(train))
    path = os.path.join(folder, "mlflow_lightgbm")
    mlflow.lightgbm.save_model(model, path, pip_requirements=needs("lightgbm"))
    return path, numbers(50, nasty=True), model.predict


def catboost_classes(folder):
    import catboost

    train = mixed(400)
    model = catboost.CatBoostClassifier(iterations=12, verbose=0, cat_features=["kind"], allow_writing_files=False)
    model.fit(train, np.where(sums(train) > 0, "ja", "nein"))
    path = os.path.join(folder, "catboost_classes.cbm")
    model.save_model(path)
    rows = mixed(50, nasty=True)
    return path, rows.assign(kind=rows["kind"].fillna("")), model.predict_proba


def catboost_values(folder):
    import catboost

    train = numbers(400)
    model = catboost.CatBoostRegressor(iterations=12, verbose=0, allow_writing_files=False).fit(train, sums(train))
    path = os.path.join(folder, "catboost_values.cbm")
    model.save_model(path)
    return path, numbers(50, nasty=True), model.predict


def mlflow_catboost(folder):
    import catboost
    import mlflow

    train = numbers(400)
    model = catboost.CatBoostClassifier(iterations=12, verbose=0, allow_writing_files=False)
    model.fit(train, np.digitize(sums(train), [-1, 1]))
    path = os.path.join(folder, "mlflow_catboost")
    mlflow.catboost.save_model(model, path, pip_requirements=needs("catboost"))
    return path, numbers(50, nasty=True), model.predict_proba


def network(width, ending=None):
    import torch

    torch.manual_seed(1)
    layers = [torch.nn.Linear(6, 8), torch.nn.ReLU(), torch.nn.Linear(8, width)]
    return torch.nn.Sequential(*layers, *([ending] if ending else [])).eval()


def by_torch(model):
    import torch

    def answer(rows):
        with torch.no_grad():
            found = model(torch.from_numpy(rows.to_numpy(dtype=np.float32).copy()))
        return found.reshape(-1) if found.shape[1] == 1 else found

    return answer


def torch_script(folder):
    import torch

    model = network(3, torch.nn.Softmax(dim=1))
    path = os.path.join(folder, "torch_script.pt")
    torch.jit.script(model).save(path)
    return path, numbers(64, nasty=True), by_torch(model)


def torch_trace(folder):
    import torch

    model = network(1)
    path = os.path.join(folder, "torch_trace.pt")
    torch.jit.trace(model, torch.zeros(2, 6)).save(path)
    return path, numbers(64, nasty=True), by_torch(model)


def torch_export(folder):
    import torch

    model = network(1, torch.nn.Sigmoid())
    path = os.path.join(folder, "torch_export.pt2")
    rows = torch.export.Dim("rows")
    torch.export.save(torch.export.export(model, (torch.zeros(2, 6),), dynamic_shapes=({0: rows},)), path)
    return path, numbers(64, nasty=True), by_torch(model)


def mlflow_keras(folder):
    """A network of Keras 3 that PyTorch computes."""
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import mlflow
    from mlflow.models import infer_signature

    dense = keras.layers.Dense
    model = keras.Sequential([keras.Input((6,)), dense(8, activation="relu"), dense(3, activation="softmax")])
    path = os.path.join(folder, "mlflow_keras")
    given = numbers(64).to_numpy(dtype=np.float32)
    mlflow.keras.save_model(model, path, signature=infer_signature(given, model.predict(given, verbose=0)), pip_requirements=needs("keras"))
    return path, numbers(64), lambda rows: model.predict(rows.to_numpy(dtype=np.float32), batch_size=64, verbose=0)


def mlflow_pytorch(folder):
    import mlflow
    import torch
    from mlflow.models import infer_signature

    model = network(1, torch.nn.Sigmoid())
    path = os.path.join(folder, "mlflow_pytorch")
    given = numbers(8).to_numpy(dtype=np.float32)
    signature = infer_signature(given, by_torch(model)(numbers(8)).numpy())
    mlflow.pytorch.save_model(model, path, signature=signature, serialization_format="pickle", pip_requirements=needs("torch"))
    return path, numbers(64), by_torch(model)


def python_function(folder):
    path = os.path.join(folder, "own.py")
    with open(path, "w") as file:
        file.write(OWN)
    sys.path.insert(0, folder)
    import own

    return path + ":predict", people(40, nasty=True), lambda rows: list(own.predict(rows))


def python_class(folder):
    python_function(folder)
    import own

    model = own.Scorer()
    return os.path.join(folder, "own.py") + ":Scorer", people(40, nasty=True), model.predict_proba


OWN = """
import numpy as np
import pandas as pd


def predict(frame):
    assert frame["member"].dtype == bool and str(frame["when"].dtype).startswith("datetime64")
    return np.where(frame["city"].fillna("none").str.contains("o"), "yes", "no")


class Scorer:
    classes = [False, True]

    def predict_proba(self, frame):
        share = frame["visits"].clip(0, 9) / 9 * 0.5 + frame["when"].dt.month / 24
        return pd.DataFrame({"no": 1 - share, "yes": share})
"""


# Output -------------------------------------------------------------------------------------------------------------


def input_of(series):
    if series.dtype.kind == "b":
        return {"type": "boolean", "values": encoded(series.to_numpy().astype(np.float64))}
    if series.dtype.kind in "iu":
        return {"type": "integer", "values": encoded(series.to_numpy().astype(np.float64))}
    if series.dtype.kind == "f":
        return {"type": "number", "values": encoded(series.to_numpy().astype(np.float64))}
    if series.dtype.kind == "M":
        return {"type": "datetime", "values": encoded(series.astype("datetime64[ms]").astype("int64").to_numpy())}
    return {"type": "text", "texts": [None if value is None or value != value else str(value) for value in series]}


def encoded(values):
    return base64.b64encode(np.asarray(values, dtype="<f8").tobytes()).decode()


def answers_of(found):
    if isinstance(found, list):
        return {"labels": found}
    found = np.asarray(found.numpy() if hasattr(found, "numpy") else found, dtype=np.float64)
    columns = [found] if found.ndim == 1 else list(found.T)
    return {"columns": [encoded(column) for column in columns]}


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    for name in names:
        path, rows, answer = globals()[name](folder)
        rows = rows.reset_index(drop=True)
        parquet = os.path.join(folder, name + ".parquet")
        rows.to_parquet(parquet, index=False)
        with open(os.path.join(folder, name + ".answers.json"), "w") as file:
            json.dump(
                {
                    "path": path,
                    "parquet": parquet,
                    "rows": len(rows),
                    "inputs": [dict(input_of(rows[column]), name=column) for column in rows.columns],
                    "together": answers_of(answer(rows)),
                },
                file,
            )


main()
