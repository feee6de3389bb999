"""Trains boosted trees or a random forest for a train stage, in the Python of the project.

Started as `train.py MODEL LIBRARY`. It imports the library, reports `ready`, reads one request (a line of JSON) from
standard input, trains, and writes the model as an MLflow folder. Reports are lines of JSON on standard output; what the
libraries print goes to standard error. The saved model is a scikit-learn Pipeline of classes of the libraries alone, so
that it loads without this file. One file, because the Python of the project runs it: it imports the standard library,
and of the packages there only those that training needs.
"""

import hashlib
import importlib
import inspect
import json
import os
import platform
import sys
import threading
import uuid
import warnings
import zipfile

# The folder of this file is no place to import packages from.
sys.path = [path for path in sys.path if os.path.realpath(path or ".") != os.path.dirname(os.path.realpath(__file__))]

NAMES = {"lightgbm": "LightGBM", "xgboost": "XGBoost", "scikit-learn": "scikit-learn"}
MODULES = {"lightgbm": "lightgbm", "xgboost": "xgboost", "scikit-learn": "sklearn"}
# Missing values in a random forest, `max_features` of boosted trees.
OLDEST_SCIKIT_LEARN = (1, 4)
# Boosted trees of scikit-learn take at most 255 categories.
MOST_CATEGORIES = 254
MOST_ONE_HOT = 50
# As in the built-in networks: the rows of the overall mean in a target encoding.
SMOOTHING = 20.0
CHUNKS = 20


class Fault(Exception):
    """An error with a kind and fields; the text for the user is made by Loopwright."""

    def __init__(self, kind, **fields):
        super().__init__(kind)
        self.report = {"event": "fault", "kind": kind, **fields}


def open_reports():
    """Keeps standard output for the reports alone: prints, also those of compiled code, go to standard error."""
    reports = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return reports


def number(value):
    """A float that JSON can hold, or None."""
    value = float(value)
    return value if value == value and abs(value) != float("inf") else None


def first_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:500]


def import_needed(model, library):
    """Imports pandas, scikit-learn and the library. Returns the chosen library."""
    absent = []
    for module in ("pandas", "sklearn"):
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            absent.append(error.name or module)
        except Exception as error:  # A package that is installed and broken.
            raise Fault("broken", module=module, message=first_line(error)) from error
    wanted = ["scikit-learn"] if model == "random_forest" else list(NAMES) if library == "auto" else [library]
    chosen = None
    for candidate in wanted:
        try:
            importlib.import_module(MODULES[candidate])
            chosen = candidate
            break
        except ModuleNotFoundError as error:
            if library != "auto" and candidate != "scikit-learn":
                absent.append(error.name or MODULES[candidate])
        except Exception as error:
            if library != "auto":
                raise Fault("broken", module=MODULES[candidate], message=first_line(error)) from error
            print(f"{NAMES[candidate]} cannot be imported and is skipped: {first_line(error)}")
    if absent:
        raise Fault("missing", modules=absent)
    version = sys.modules["sklearn"].__version__
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_SCIKIT_LEARN:
        oldest = ".".join(str(part) for part in OLDEST_SCIKIT_LEARN)
        raise Fault("old", package="scikit-learn", version=version, oldest=oldest)
    return chosen


def has_module(name):
    try:
        importlib.import_module(name)
        return True
    except Exception:
        return False


def read_rows(request, path):
    """The rows of one side: features as a data frame in the types of the raw data, and the target as an array."""
    import pandas as pd

    if request["format"] == "parquet":
        import pyarrow.parquet

        frame = pyarrow.parquet.read_table(path).to_pandas()
    else:
        types = {feature["name"]: "str" for feature in request["features"] if feature["form"] in ("text", "boolean")}
        if request["target"]["form"] in ("text", "boolean"):
            types[request["target"]["name"]] = "str"
        frame = pd.read_csv(
            path, dtype=types, keep_default_na=False, na_values={name: [""] for name in _columns(request)},
            float_precision="round_trip", encoding="utf-8",
        )
        for column in [*request["features"], request["target"]]:
            if column["form"] == "text":
                # Texts have a mark in front, so that an empty one is not a missing one.
                frame[column["name"]] = frame[column["name"]].astype(object).str[1:]
    target = frame.pop(request["target"]["name"])
    columns = {feature["name"]: raw_column(frame[feature["name"]], feature["form"]) for feature in request["features"]}
    return pd.DataFrame(columns, columns=[feature["name"] for feature in request["features"]]), raw_target(
        target, request["target"]["form"]
    )


def _columns(request):
    return [feature["name"] for feature in request["features"]] + [request["target"]["name"]]


def raw_column(column, form):
    """A column as pandas holds such raw data: int64 without missing values, float64, bool or objects with None."""
    if form in ("integer", "number"):
        values = column.to_numpy(dtype="float64", na_value=float("nan"))
        return as_integers(values) if form == "integer" else values
    missing = column.isna().to_numpy()
    values = column.astype(object).to_numpy(dtype=object, copy=True)
    if form == "boolean":
        values = booleans(values, missing)
        return values if missing.any() else values.astype(bool)
    values[missing] = None
    return values


def booleans(values, missing):
    import numpy as np

    made = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        made[i] = None if missing[i] else value == "true" if isinstance(value, str) else bool(value)
    return made


def as_integers(values):
    import numpy as np

    if len(values) and np.isfinite(values).all() and (values == np.floor(values)).all() and (abs(values) < 2**53).all():
        return values.astype("int64")
    return values


def raw_target(column, form):
    values = raw_column(column, form)
    # Classes that are numbers are whole numbers wherever possible; a regression keeps its floats.
    return values.astype(object) if form == "text" else values


def transformers(features, frame, native):
    """Steps from raw columns to numbers, in groups of columns with the same step, and which outputs are categories."""
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler, TargetEncoder

    nan = float("nan")
    # A category needs enough rows to learn from: 2, growing to 20 with the table, as in the built-in networks.
    enough = min(20, max(2, len(frame) // 1000))

    def codes(missing, most):
        return OrdinalEncoder(
            handle_unknown="use_encoded_value", unknown_value=missing, encoded_missing_value=missing,
            min_frequency=enough, max_categories=most,
        )

    groups = {}
    for feature in features:
        # Not every library takes a column without any value; as a constant it is never split.
        is_empty = bool(frame[feature["name"]].isna().all())
        if feature["kind"] != "categorical":
            impute = feature.get("impute", "median" if is_empty else None)
            key = ("numbers",) if impute is None else ("impute", impute)
        else:
            encode = "one_hot" if is_empty else feature.get("encode", "native" if native else "one_hot")
            key = (encode, tuple(feature["categories"])) if encode == "ordinal" and feature.get("categories") else (encode,)
        groups.setdefault(key, []).append(feature["name"])
    # Numbers first, categories of the library last: the positions of their outputs are then known.
    order = sorted(groups, key=lambda key: (key[0] == "native", key[0] != "numbers"))
    steps = []
    for key in order:
        if key[0] == "numbers":
            # Scales nothing: it turns booleans, integers and objects with None into floats with NaN.
            step = StandardScaler(with_mean=False, with_std=False)
        elif key[0] == "impute":
            constant = not isinstance(key[1], str)
            step = SimpleImputer(
                strategy="constant" if constant else key[1], fill_value=key[1] if constant else None,
                keep_empty_features=True,
            )
            step = make_pipeline(StandardScaler(with_mean=False, with_std=False), step)
        elif key[0] == "native":
            step = codes(nan, MOST_CATEGORIES)
        elif key[0] == "one_hot":
            # Unknown and missing values share a code, so that None, NaN and NA are the same value.
            step = make_pipeline(codes(-1, MOST_ONE_HOT + 1), OneHotEncoder(handle_unknown="ignore", sparse_output=False))
        elif key[0] == "ordinal":
            step = OrdinalEncoder(
                categories=[list(key[1])] * len(groups[key]) if len(key) > 1 else "auto",
                handle_unknown="use_encoded_value", unknown_value=nan, encoded_missing_value=nan,
            )
        else:
            step = TargetEncoder(smooth=SMOOTHING, random_state=0)
        name = "_".join([key[0], *([str(len(steps))] if len(key) > 1 else [])])
        steps.append((name, step, groups[key]))
    return steps, len(groups.get(("native",), []))


class Trainer:
    """The settings of a request and the estimators that they give."""

    def __init__(self, request, library, report):
        self.request = request
        self.library = library
        self.report = report
        self.settings = {key: value for key, value in request["settings"].items() if value is not None}
        self.is_classifier = request["task"] != "regression"
        # The seeds of the libraries are 32 bit.
        self.seed = request["seed"] % 2**31
        self.threads = request["threads"]
        self.patience = self.settings.get("patience", 30)

    def refuse(self, *keys):
        for key in keys:
            if key in self.settings:
                raise Fault("unsupported", key=key, library=NAMES[self.library])

    def trees(self, stops_early):
        return self.settings.get("trees", 1000 if stops_early else 100)

    def pick(self, **keys):
        """Settings that are set, by the name of the library; the others keep the default of the library."""
        return {own: self.settings[key] for own, key in keys.items() if key in self.settings}

    def iteration(self, step, of, loss, validation):
        self.report({"event": "iteration", "step": step, "of": of, "loss": loss, "validation_loss": validation})

    def balanced(self):
        return "balanced" if self.settings.get("class_weight") == "balanced" else None

    def lightgbm(self, x, y, validation, categories):
        import lightgbm

        stops = validation is not None and self.patience > 0
        trees = self.trees(stops)
        share = self.settings.get("subsample")
        estimator = (lightgbm.LGBMClassifier if self.is_classifier else lightgbm.LGBMRegressor)(
            n_estimators=trees,
            random_state=self.seed,
            n_jobs=self.threads,
            verbosity=-1,
            # The same bits with any number of threads.
            deterministic=True,
            force_row_wise=x.shape[1] <= 100,
            force_col_wise=x.shape[1] > 100,
            **({"class_weight": self.balanced()} if self.is_classifier else {}),
            **({} if share is None else {"subsample": share, "subsample_freq": 1}),
            **self.pick(
                learning_rate="learning_rate", num_leaves="leaves", max_depth="depth", min_child_samples="min_rows",
                reg_lambda="l2", colsample_bytree="colsample",
            ),
        )

        def each(env):
            found = {name: value for name, _metric, value, _higher in env.evaluation_result_list}
            self.iteration(
                env.iteration + 1, trees, number(found["train"]),
                number(found["validation"]) if "validation" in found else None,
            )

        sides = [(x, y), *([validation] if validation is not None else [])]
        # Since 4.7 `eval_X` and `eval_y` are to replace `eval_set`, but with them labels that are texts fail.
        warnings.filterwarnings("ignore", message="The argument 'eval_set' is deprecated")
        estimator.fit(
            x, y,
            eval_set=sides,
            eval_names=["train", "validation"][: len(sides)],
            **({"eval_class_weight": [self.balanced()] * len(sides)} if self.balanced() else {}),
            categorical_feature=categories or "auto",
            callbacks=[each, *([lightgbm.early_stopping(self.patience, verbose=False)] if stops else [])],
        )
        estimator.set_params(n_jobs=None)
        return estimator, estimator.best_iteration_ if stops else trees

    def xgboost(self, x, y, validation, categories):
        import numpy as np
        import xgboost

        stops = validation is not None and self.patience > 0
        trees = self.trees(stops)
        trainer = self

        class Each(xgboost.callback.TrainingCallback):
            def after_iteration(self, model, epoch, evals_log):
                last = [number(next(iter(log.values()))[-1]) for log in evals_log.values()]
                # XGBoost measures the root of the mean squared error.
                losses = last if trainer.is_classifier else [None if value is None else value**2 for value in last]
                trainer.iteration(epoch + 1, trees, losses[0], losses[1] if len(losses) > 1 else None)
                return False

        encoder = None
        labels, validation_labels = y, None if validation is None else validation[1]
        if self.is_classifier:
            from sklearn.preprocessing import LabelEncoder

            encoder = LabelEncoder().fit(y)
            labels = encoder.transform(y)
            validation_labels = None if validation is None else encoder.transform(validation[1])
        metric = "rmse" if not self.is_classifier else "logloss" if len(encoder.classes_) == 2 else "mlogloss"
        estimator = (xgboost.XGBClassifier if self.is_classifier else xgboost.XGBRegressor)(
            n_estimators=trees,
            tree_method="hist",
            # Grows by the best leaf, as the other libraries do.
            grow_policy="lossguide",
            max_leaves=self.settings.get("leaves", 31),
            max_depth=self.settings.get("depth", 0),
            learning_rate=self.settings.get("learning_rate", 0.1),
            random_state=self.seed,
            n_jobs=self.threads,
            eval_metric=metric,
            callbacks=[Each()],
            **({"early_stopping_rounds": self.patience} if stops else {}),
            **self.pick(min_child_weight="min_rows", reg_lambda="l2", subsample="subsample", colsample_bytree="colsample"),
            **(
                {
                    "enable_categorical": True,
                    "feature_types": ["c" if i in set(categories) else "float" for i in range(x.shape[1])],
                }
                if categories
                else {}
            ),
        )
        weights, validation_weights = None, None
        if self.balanced():
            from sklearn.utils.class_weight import compute_class_weight

            known = np.unique(labels)
            by_class = dict(zip(known, compute_class_weight("balanced", classes=known, y=labels)))
            weights = np.array([by_class[label] for label in labels])
            if validation is not None:
                validation_weights = np.array([by_class[label] for label in validation_labels])
        sides = [(x, labels), *([(validation[0], validation_labels)] if validation is not None else [])]
        estimator.fit(
            x, labels,
            sample_weight=weights,
            eval_set=sides,
            sample_weight_eval_set=None if weights is None else [weights, validation_weights][: len(sides)],
            verbose=False,
        )
        best = estimator.best_iteration + 1 if stops else trees
        estimator.set_params(callbacks=None, n_jobs=None)
        if encoder is None or list(encoder.classes_) == list(range(len(encoder.classes_))) and y.dtype.kind == "i":
            return estimator, best
        return with_labels(estimator, encoder), best

    def scikit_learn(self, x, y, validation, categories):
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        self.refuse("subsample")
        kind = HistGradientBoostingClassifier if self.is_classifier else HistGradientBoostingRegressor
        stops = validation is not None and self.patience > 0
        # Since 1.7 it stops by given rows. Before, all trees are trained and the rule is applied to their losses.
        takes_rows = "X_val" in inspect.signature(kind.fit).parameters
        trees = self.trees(stops)

        def estimator(count, early):
            return kind(
                max_iter=count,
                random_state=self.seed,
                categorical_features=categories or None,
                early_stopping=early,
                **({"n_iter_no_change": self.patience, "scoring": "loss", "tol": 0.0} if early else {}),
                **({"class_weight": self.balanced()} if self.is_classifier else {}),
                **self.pick(
                    learning_rate="learning_rate", max_leaf_nodes="leaves", max_depth="depth",
                    min_samples_leaf="min_rows", l2_regularization="l2", max_features="colsample",
                ),
            )

        self.report({"event": "working"})
        early = stops and takes_rows
        given = {"X_val": validation[0], "y_val": validation[1]} if early else {}
        made = estimator(trees, early).fit(x, y, **given)
        losses = []
        if validation is not None:
            losses = staged_losses(made, *validation, self.is_classifier, self.balanced(), y)
        for step in range(1, made.n_iter_ + 1):
            self.iteration(step, trees, None, number(losses[step - 1]) if losses else None)
        best = best_step(losses, self.patience) if stops else made.n_iter_
        # Fewer iterations with the same seed give the same first trees.
        if best < made.n_iter_ or early:
            made = estimator(best, False).fit(x, y)
        return made, best

    def random_forest(self, x, y, validation, _categories):
        import numpy as np
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        trees = self.settings.get("trees", 200)
        estimator = (RandomForestClassifier if self.is_classifier else RandomForestRegressor)(
            random_state=self.seed,
            n_jobs=self.threads,
            warm_start=True,
            min_samples_leaf=self.settings.get("min_rows", max(1, len(y) // 20000)),
            **({"class_weight": self.balanced()} if self.is_classifier else {}),
            **self.pick(max_depth="depth", max_leaf_nodes="leaves", max_samples="subsample", max_features="colsample"),
        )
        total = None
        for chunk in range(min(CHUNKS, trees)):
            # Grown in parts, the forest is the one that a single fit gives.
            count = trees * (chunk + 1) // min(CHUNKS, trees)
            estimator.set_params(n_estimators=count)
            with warnings.catch_warnings():
                # It warns that balanced weights may change between the parts. The rows are the same, so they do not.
                warnings.filterwarnings("ignore", message="class_weight presets", category=UserWarning)
                estimator.fit(x, y)
            loss = None
            if validation is not None:
                grown = estimator.estimators_[(trees * chunk // min(CHUNKS, trees)) :]
                x32 = validation[0].astype(np.float32)
                sums = sum((tree.predict_proba(x32) if self.is_classifier else tree.predict(x32)) for tree in grown)
                total = sums if total is None else total + sums
                loss = number(self.loss(total / count, validation[1], estimator, y))
            self.iteration(count, trees, None, loss)
        # One thread sums the trees in the same order each time: the same bits for one row and for many.
        estimator.set_params(warm_start=False, n_jobs=None)
        return estimator, trees

    def loss(self, predicted, y, estimator, trained):
        if not self.is_classifier:
            return ((predicted - y) ** 2).mean()
        return log_loss(predicted, y, estimator.classes_, self.balanced(), trained)


def with_labels(estimator, encoder):
    """XGBoost knows classes by number alone. A vote of one estimator gives its very scores, and the labels."""
    from sklearn.ensemble import VotingClassifier
    from sklearn.utils import Bunch

    vote = VotingClassifier([("xgboost", estimator)], voting="soft")
    vote.estimators_ = [estimator]
    vote.named_estimators_ = Bunch(xgboost=estimator)
    vote.le_ = encoder
    vote.classes_ = encoder.classes_
    return vote


def log_loss(probabilities, y, classes, balanced, trained):
    import numpy as np

    position = {label: i for i, label in enumerate(classes)}
    codes = np.array([position[label] for label in y])
    chosen = np.clip(probabilities[np.arange(len(y)), codes], np.finfo(np.float64).eps, 1.0)
    if not balanced:
        return -np.log(chosen).mean()
    from sklearn.utils.class_weight import compute_class_weight

    weights = compute_class_weight("balanced", classes=np.asarray(classes), y=trained)[codes]
    return -(weights * np.log(chosen)).sum() / weights.sum()


def staged_losses(estimator, x, y, is_classifier, balanced, trained):
    if not is_classifier:
        return [((predicted - y) ** 2).mean() for predicted in estimator.staged_predict(x)]
    return [
        log_loss(predicted, y, estimator.classes_, balanced, trained) for predicted in estimator.staged_predict_proba(x)
    ]


def best_step(losses, patience):
    """The step with the smallest loss before the first run of `patience` steps without a smaller one; from 1."""
    best = 0
    for step, loss in enumerate(losses):
        if loss < losses[best]:
            best = step
        elif step - best >= patience:
            break
    return best + 1


def train(request, library, report):
    import numpy as np
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    frame, y = read_rows(request, request["train"])
    side = read_rows(request, request["validation"]) if request["validation"] else None
    if request["task"] != "regression" and side is not None:
        known = np.isin(side[1], np.unique(y))
        side = (side[0][known], side[1][known])
    if side is not None and len(side[1]) == 0:
        side = None
    native = request["model"] == "boosted_trees"
    steps, categories = transformers(request["features"], frame, native)
    columns = ColumnTransformer(steps, sparse_threshold=0.0, verbose_feature_names_out=False)
    x = columns.fit_transform(frame, y)
    validation = None if side is None else (columns.transform(side[0]), side[1])
    trainer = Trainer(request, library, report)
    fit = trainer.random_forest if not native else getattr(trainer, library.replace("-", "_"))
    estimator, best = fit(x, y, validation, list(range(x.shape[1] - categories, x.shape[1])))
    pipeline = Pipeline([("columns", columns), ("model", estimator)])
    rows = {"train": len(y), "validation": 0 if side is None else len(side[1])}
    save(request, pipeline, frame, library, int(best))
    report({"event": "done", "rows": rows, "best": int(best), "inputs": int(x.shape[1])})


def save(request, pipeline, frame, library, trees):
    """Writes the folder as MLflow's scikit-learn flavour does; `mlflow` itself is not needed."""
    import sklearn

    folder = request["folder"]
    form, trusted = dump(pipeline, folder)
    name = "model.skops" if form == "skops" else "model.pkl"
    packages = versions(["scikit-learn", *({library} - {"scikit-learn"}), "pandas", "numpy", *(["skops"] if form == "skops" else [])])
    python = platform.python_version()
    # JSON is YAML, and needs no library to write.
    content = {
        "flavors": {
            "python_function": {
                "env": {"virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.sklearn",
                "model_path": name,
                "predict_fn": "predict",
                "python_version": python,
            },
            "sklearn": {
                "code": None,
                "pickled_model": name,
                "serialization_format": form,
                "sklearn_version": sklearn.__version__,
                "skops_trusted_types": trusted,
            },
        },
        "metadata": {"loopwright": {
            "model": request["model"], "library": library, "seed": request["seed"],
            "fit": {"steps": trees, "rows": len(frame), "since": request["since"]},
        }},
        "model_uuid": model_id(os.path.join(folder, name)),
        "signature": {
            "inputs": json.dumps([column_spec(frame[feature["name"]], feature) for feature in request["features"]]),
            "outputs": json.dumps([{"type": output_type(request), "required": True}]),
            "params": None,
        },
    }
    write(folder, "MLmodel", json.dumps(content, indent=2) + "\n")
    write(folder, "requirements.txt", "".join(f"{package}=={version}\n" for package, version in packages.items()))
    write(
        folder, "python_env.yaml",
        f"python: {python}\nbuild_dependencies:\n- pip\n- setuptools\n- wheel\ndependencies:\n- -r requirements.txt\n",
    )


def dump(pipeline, folder):
    """As skops, which opens without running code, where it is installed; else as a pickle."""
    if has_module("skops.io"):
        import skops.io

        path = os.path.join(folder, "model.skops")
        try:
            skops.io.dump(pipeline, path, compression=zipfile.ZIP_DEFLATED, compresslevel=1)
            trusted = sorted(skops.io.get_untrusted_types(file=path))
            skops.io.load(path, trusted=trusted)
            return "skops", trusted
        except Exception as error:
            print(f"skops cannot hold this model, so it is saved as a pickle: {first_line(error)}")
            if os.path.exists(path):
                os.remove(path)
    import pickle

    with open(os.path.join(folder, "model.pkl"), "wb") as file:
        pickle.dump(pipeline, file, protocol=5)
    return "pickle", None


def column_spec(column, feature):
    """The type of a column as MLflow infers it: a column with missing values is optional, and not an integer."""
    kind = column.dtype.kind
    kinds = {"f": "double", "i": "long", "b": "boolean"}
    type_name = "boolean" if feature["form"] == "boolean" else kinds.get(kind, "string")
    return {"type": type_name, "name": feature["name"], "required": not bool(column.isna().any())}


def output_type(request):
    if request["task"] == "regression":
        return "double"
    return {"text": "string", "boolean": "boolean", "integer": "long", "number": "double"}[request["target"]["form"]]


def model_id(path):
    """An id by the content, so that the same model has the same one."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return uuid.UUID(hex=digest.hexdigest()[:32]).hex


def versions(packages):
    """Versions of packages by the name of their distribution, of those that can be told."""
    from importlib import metadata

    found = {}
    for package in packages:
        # XGBoost has a distribution without GPU code.
        for name in (package, f"{package}-cpu"):
            try:
                found[name] = metadata.version(name)
                break
            except metadata.PackageNotFoundError:
                continue
    return found


def write(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def end_with_parent():
    """Ends this process when its standard input is closed: Loopwright has ended."""
    while sys.stdin.buffer.read(1):
        pass
    os._exit(1)


def main():
    reports = open_reports()

    def report(event):
        reports.write(json.dumps(event, allow_nan=False) + "\n")
        reports.flush()

    model, wanted = sys.argv[1:3]
    try:
        library = import_needed(model, wanted)
        chosen = sys.modules[MODULES[library]].__version__
        report({
            "event": "ready", "library": library, "name": NAMES[library], "version": chosen,
            "scikit_learn": sys.modules["sklearn"].__version__,
            "parquet": has_module("pyarrow.parquet"),
        })
        line = sys.stdin.buffer.readline()
        if not line:
            return 1
        threading.Thread(target=end_with_parent, daemon=True).start()
        train(json.loads(line), library, report)
        return 0
    except Fault as fault:
        report(fault.report)
    except MemoryError:
        report({"event": "fault", "kind": "memory"})
    except Exception as error:
        import traceback

        traceback.print_exc()
        report({"event": "fault", "kind": "failed", "type": type(error).__name__, "message": first_line(error)})
    return 1


if __name__ == "__main__":
    # At once: a thread waits for the end of standard input.
    code = main()
    sys.stderr.flush()
    os._exit(code)
