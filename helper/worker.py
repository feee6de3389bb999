"""Scores the models of Python for Loopwright.

One file, because the model's own environment runs it: it imports the standard library, and of the packages there only
those that the model needs. Works with Python 3.8 and later.

Requests and answers are lines of JSON. A request has an `id` and an `op`; its answer has the same `id` and either
`result` or `error`. Numbers of rows and answers are little-endian float64 as base64, so that no bit changes. The ops:

  load      opens a model                   describe  says what the model is
  layout    names the columns of rows       predict   answers rows
  score     answers a file in batches       stop      ends this process

`layout` has no answer. `score` reports its progress: lines with the `id` and `progress`, the number of rows.
Everything that the model prints, in Python or in C, goes to standard error.
"""

import atexit
import base64
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
import traceback
import warnings


class Fault(Exception):
    """An error for the answer. `kind`: rows, model, missing (a package)."""

    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.kind = kind
        self.more = more


# Rows ---------------------------------------------------------------------------------------------------------------


class Layout:
    """The names and types of the columns of rows."""

    def __init__(self, inputs):
        self.names = [column["name"] for column in inputs]
        self.types = [column["type"] for column in inputs]
        self.is_text = [kind == "text" for kind in self.types]
        self.all_numbers = not any(self.is_text)


class Rows:
    """Columns of equal length: float64 arrays, and arrays of objects (str or None) for texts.

    When all are numbers, `block` has them as one array of (columns, rows). A model gets its transpose, the order of
    memory that pandas gives it: linear algebra in another order gives other last bits.
    """

    def __init__(self, layout, columns, count, block=None):
        import numpy as np

        self.layout = layout
        self.count = count
        if block is None and layout.all_numbers and columns:
            block = np.empty((len(columns), count))
            for i, column in enumerate(columns):
                block[i] = column
            columns = list(block)
        self.columns = columns
        self.block = block

    def __getitem__(self, span):
        columns = [column[span] for column in self.columns]
        block = None if self.block is None else self.block[:, span]
        return Rows(self.layout, columns, len(range(*span.indices(self.count))), block)

    def padded(self, multiple):
        """These rows, with the last one repeated up to a multiple of some rows.

        Kernels of linear algebra work on some rows at a time, and add in another order for those that are left over. So
        one row alone gets the bits that it gets among many. Eight are enough for float64, 32 for networks of float32.
        """
        import numpy as np

        more = -self.count % multiple
        if more == 0 or self.count == 0:
            return self
        columns = [np.concatenate((column, column[-1:].repeat(more))) for column in self.columns]
        return Rows(self.layout, columns, self.count + more)

    def matrix(self):
        """The rows as numpy takes them: float64, or objects where a column is text. One row a row."""
        import numpy as np

        if self.block is not None:
            return self.block.T
        found = np.empty((self.count, len(self.columns)), dtype=object)
        for i, column in enumerate(self.columns):
            found[:, i] = column
        return found

    def frame(self, plan):
        """The rows as a data frame; `plan` makes the array of each column."""
        import pandas as pd

        if plan.is_plain and self.block is not None:
            return pd.DataFrame(self.block.T, columns=plan.index(self.layout), copy=False)
        values = [plan.array(i, self.layout, column) for i, column in enumerate(self.columns)]
        if len(set(self.layout.names)) == len(values):
            return pd.DataFrame(dict(zip(self.layout.names, values)), copy=False)
        frame = pd.DataFrame(dict(enumerate(values)), copy=False)
        frame.columns = self.layout.names
        return frame


def rows_of(request, layouts):
    """The rows of a `predict` request."""
    import numpy as np

    layout = layouts[request["layout"]]
    count = request["rows"]
    numbers = sum(not text for text in layout.is_text)
    block = np.frombuffer(base64.b64decode(request["numbers"]), dtype="<f8").reshape(numbers, count)
    if layout.all_numbers:
        return Rows(layout, list(block), count, block)
    numeric, texts = iter(block), iter(request["texts"])
    columns = [objects(next(texts)) if text else next(numeric) for text in layout.is_text]
    return Rows(layout, columns, count)


def objects(values):
    import numpy as np

    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


class FramePlan:
    """How the columns of rows become the columns of a data frame.

    `categories` has the categories of columns that the model takes as pandas categoricals. `none_names` are the columns
    whose missing texts are None for the model; in the others they are NaN, as pandas reads them.
    """

    def __init__(self, categories=None, none_names=()):
        self.categories = categories or {}
        self.none_names = set(none_names)
        self.is_plain = False
        self._for = None
        self._index = None

    def settle(self, layout):
        """Called with the layout of the next rows."""
        if self._for is layout:
            return
        import pandas as pd

        self._for = layout
        self._index = pd.Index(layout.names)
        self.is_plain = all(kind == "number" for kind in layout.types) and not self.categories

    def index(self, layout):
        return self._index

    def array(self, at, layout, column):
        import numpy as np
        import pandas as pd

        name, kind = layout.names[at], layout.types[at]
        known = self.categories.get(name)
        if known is not None:
            return pd.Categorical(categorical_values(column, kind, known), categories=known)
        if kind == "text":
            return pd.Series(column, dtype=object) if name in self.none_names else texts_as_pandas_reads(column)
        if kind == "integer":
            return integers(column)
        if kind == "boolean":
            return booleans(column)
        if kind == "datetime":
            return datetimes(column)
        return column


def texts_as_pandas_reads(column):
    """Missing texts as NaN: in the type `str` of pandas 3, as objects before."""
    import numpy as np
    import pandas as pd

    if int(pd.__version__.split(".")[0]) >= 3:
        return pd.array(column, dtype="str")
    missing = np.equal(column, None)
    if missing.any():
        column = column.copy()
        column[missing] = np.nan
    return column


def integers(column):
    """int64, or float64 where a value is missing or no integer."""
    import numpy as np

    if np.isfinite(column).all():
        whole = column.astype(np.int64)
        if (whole == column).all():
            return whole
    return column


def booleans(column):
    """bool, or objects with NaN where a value is missing, as pandas reads them."""
    import numpy as np

    missing = np.isnan(column)
    if not missing.any():
        return column != 0
    found = (column != 0).astype(object)
    found[missing] = np.nan
    return found


def datetimes(column):
    """datetime64 in the unit that this pandas gives to times by default. Below milliseconds nothing is kept."""
    import numpy as np
    import pandas as pd

    missing = ~np.isfinite(column)
    whole = np.floor(np.where(missing, 0, column)).astype(np.int64).astype("datetime64[ms]")
    whole[missing] = np.datetime64("NaT")
    return whole.astype("datetime64[us]" if int(pd.__version__.split(".")[0]) >= 3 else "datetime64[ns]")


def categorical_values(column, kind, known):
    """Values in the type of the known categories."""
    if kind == "text":
        if all(isinstance(value, str) for value in known):
            return column
        by_text = {text_of(value): value for value in known}
        return [by_text.get(value) for value in column]
    if kind == "boolean":
        return booleans(column)
    if all(isinstance(value, str) for value in known):
        return [None if value != value else text_of(value) for value in column.tolist()]
    return column


def text_of(value):
    """The text of a class or a category: `true`, `1`, `fraud`."""
    if isinstance(value, str):
        return str(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def texts_of(values):
    """The texts of an array of classes; None where one is missing."""
    import numpy as np

    values = np.asarray(values)
    if values.dtype.kind in "OUS":
        return [None if is_missing(value) else text_of(value) for value in values.tolist()]
    different, at = np.unique(values, return_inverse=True)
    names = [None if is_missing(value) else text_of(value) for value in different]
    return [names[i] for i in at.reshape(-1)]


def is_missing(value):
    return value is None or value != value or type(value).__name__ in ("NAType", "NaTType")


# Models -------------------------------------------------------------------------------------------------------------


class Model:
    """An opened model. Subclasses fill in what they know and define `answer(rows)`, which gives one of
    ("scores", array of (rows, columns)), ("values", array of rows), ("labels", list of texts)."""

    algorithm = ""
    # The package that scores; its version is shown.
    package = None
    inputs = None
    width = None
    kind = None
    # Values as the model has them.
    classes = None
    # True when they are only positions, as in files of XGBoost.
    are_numbered = False
    scores = "none"
    # True when the model is given data frames.
    takes_frames = False

    def describe(self):
        return {
            "algorithm": self.algorithm,
            "package": self.package,
            "inputs": self.inputs,
            "width": None if self.inputs else self.width,
            "kind": self.kind,
            "classes": None
            if self.classes is None or self.are_numbered
            else [text_of(value) for value in self.classes],
            "scores": self.scores,
        }


def plain_inputs(names):
    return [{"name": str(name), "type": None, "optional": False} for name in names]


class Estimator(Model):
    """Everything with the interface of a scikit-learn estimator."""

    def __init__(self, estimator):
        if not hasattr(estimator, "predict"):
            raise Fault(
                "model",
                "The file holds %s, which has no method `predict`." % describe_type(estimator),
            )
        self.estimator = estimator
        self.algorithm = algorithm_of(estimator)
        self.package = type(innermost(estimator)).__module__.split(".")[0]
        names = attribute(estimator, "feature_names_in_")
        if names is None and attribute(estimator, "feature_names_") is not None:
            names = estimator.feature_names_
            # CatBoost numbers the columns of a matrix.
            if [str(name) for name in names] == [str(i) for i in range(len(names))]:
                names = None
        if names is not None:
            self.inputs = plain_inputs(names)
        width = attribute(estimator, "n_features_in_")
        self.width = None if width is None else int(width)
        if self.width is None and names is None and attribute(estimator, "feature_names_") is not None:
            self.width = len(estimator.feature_names_)
        self.kind = kind_of(estimator)
        classes = attribute(estimator, "classes_")
        if self.kind != "regression" and classes is not None:
            # One array for each target.
            if isinstance(classes, list) and any(attribute(one, "ndim") for one in classes):
                raise Fault("model", "The model has several targets; a model with one target can be used.")
            self.classes = list(classes)
            self.kind = "classification"
        elif type(estimator).__name__ in ("IsolationForest", "OneClassSVM", "LocalOutlierFactor", "EllipticEnvelope"):
            self.classes = [-1, 1]
            self.kind = "classification"
        if self.kind == "classification" and self.classes is not None:
            if attribute(estimator, "predict_proba") is not None:
                self.scores = "probability"
            elif attribute(estimator, "decision_function") is not None and not votes_by_pairs(estimator):
                self.scores = "decision"
        self.takes_matrix = takes_matrix(estimator)
        self.pads = any(adds_products(part) for part in parts_of(estimator))
        self.plan = FramePlan(categories_of(estimator), none_names_of(estimator))
        self.takes_frames = self.inputs is not None and (not self.takes_matrix or bool(self.plan.categories))
        settle_threads(estimator)

    def given(self, rows):
        """The rows as this estimator takes them."""
        if self.inputs is None or (self.takes_matrix and rows.layout.all_numbers and not self.plan.categories):
            return rows.matrix()
        self.plan.settle(rows.layout)
        return rows.frame(self.plan)

    def answer(self, rows):
        if not self.pads:
            return self.found(rows)
        kind, values = self.found(rows.padded(8))
        return kind, values[: rows.count]

    def found(self, rows):
        import numpy as np

        given = self.given(rows)
        if self.scores == "probability":
            found = self.estimator.predict_proba(given)
        elif self.scores == "decision":
            found = np.asarray(self.estimator.decision_function(given))
        else:
            found = np.asarray(self.estimator.predict(given))
            if self.kind == "classification" or found.dtype.kind in "OUSb":
                return "labels", texts_of(found.reshape(rows.count, -1)[:, 0])
            return values_answer(found, rows.count)
        if isinstance(found, list):
            raise Fault("model", "The model has several targets; a model with one target can be used.")
        found = np.asarray(found, dtype=np.float64)
        if found.ndim == 1:
            found = found.reshape(-1, 1)
        if found.shape[1] not in (1, len(self.classes)):
            given, wanted = plural(found.shape[1], "score"), plural(len(self.classes), "class")
            raise Fault("model", "The model gives %s a row for %s." % (given, wanted))
        return "scores", found


def votes_by_pairs(estimator):
    """True when the decision function has a column for each pair of classes, which are no scores of classes."""
    shape = attribute(innermost(estimator), "decision_function_shape")
    return shape == "ovo" and len(attribute(estimator, "classes_")) > 2


def values_answer(found, count):
    import numpy as np

    found = np.asarray(found, dtype=np.float64)
    if found.size != count:
        raise Fault(
            "model",
            "The model gives %s for %s; one value a row can be used."
            % (shape_text(found.shape), plural(count, "row")),
        )
    return "values", found.reshape(count)


def shape_text(shape):
    return "an array of shape (%s)" % ", ".join(str(n) for n in shape)


def plural(count, word):
    return "%d %s" % (count, word if count == 1 else word + ("es" if word.endswith("s") else "s"))


def attribute(thing, name):
    """An attribute, or None where it does not exist or cannot be read."""
    try:
        return getattr(thing, name, None)
    except Exception:
        return None


def describe_type(value):
    kind = type(value)
    return "a value of the type `%s.%s`" % (kind.__module__, kind.__qualname__)


def innermost(estimator):
    """The last estimator of a pipeline, the best one of a search."""
    for _ in range(20):
        steps = attribute(estimator, "steps")
        if isinstance(steps, list) and steps and steps[-1][1] not in (None, "passthrough"):
            estimator = steps[-1][1]
            continue
        best = attribute(estimator, "best_estimator_")
        if best is None:
            break
        estimator = best
    return estimator


def algorithm_of(estimator):
    best = attribute(estimator, "best_estimator_")
    if best is not None:
        return algorithm_of(best)
    steps = attribute(estimator, "steps")
    if isinstance(steps, list):
        names = [algorithm_of(step) for _, step in steps if step not in (None, "passthrough")]
        return "%s(%s)" % (type(estimator).__name__, ", ".join(names))
    return type(estimator).__name__


def kind_of(estimator):
    if "sklearn" in sys.modules:
        from sklearn.base import is_classifier, is_regressor

        try:
            if is_classifier(estimator):
                return "classification"
            if is_regressor(estimator):
                return "regression"
        except Exception:
            pass
    told = attribute(estimator, "_estimator_type")
    return {"classifier": "classification", "regressor": "regression"}.get(told)


def parts_of(estimator):
    """An estimator and those inside it."""
    seen, waiting = set(), [estimator]
    while waiting:
        part = waiting.pop()
        if id(part) in seen or isinstance(part, (str, bytes, int, float, type(None))):
            continue
        seen.add(id(part))
        if isinstance(part, (list, tuple)):
            waiting.extend(part)
            continue
        if isinstance(part, dict):
            waiting.extend(part.values())
            continue
        if not hasattr(part, "get_params"):
            continue
        yield part
        for name in ("steps", "transformers_", "transformer_list", "estimators_", "named_estimators_"):
            waiting.append(attribute(part, name))
        for name in ("best_estimator_", "estimator_", "estimator", "base_estimator_", "final_estimator_", "regressor_"):
            waiting.append(attribute(part, name))
        waiting.append(attribute(part, "calibrated_classifiers_"))


product_modules = (
    "linear_model",
    "neural_network",
    "decomposition",
    "discriminant_analysis",
    "cross_decomposition",
    "gaussian_process",
    "kernel_approximation",
    "kernel_ridge",
    "naive_bayes",
    "random_projection",
)


def adds_products(part):
    """True for an estimator whose answer for a row is a product of matrices."""
    modules = type(part).__module__.split(".")
    if modules[0] != "sklearn" or len(modules) < 2:
        return False
    return modules[1] in product_modules or type(part).__name__ in ("LinearSVC", "LinearSVR")


matrix_packages = ("sklearn", "lightgbm", "xgboost", "catboost")
frame_classes = ("ColumnTransformer", "FunctionTransformer")


def takes_matrix(estimator):
    """True when a matrix gives the answers that a data frame of numbers gives: no part picks columns by name."""
    for part in parts_of(estimator):
        kind = type(part)
        if kind.__module__.split(".")[0] not in matrix_packages or kind.__name__ in frame_classes:
            return False
        if attribute(part, "_sklearn_output_config"):
            return False
        if attribute(part, "is_categorical_") is not None or attribute(part, "cat_features"):
            return False
    return True


def none_names_of(estimator):
    """The columns for which an encoder has learned None as a category."""
    found = []
    for part in parts_of(estimator):
        transformers = attribute(part, "transformers_")
        for entry in transformers if isinstance(transformers, list) else []:
            names = entry[2] if len(entry) == 3 else None
            if not isinstance(names, (list, tuple)) and not hasattr(names, "tolist"):
                continue
            if any(knows_none(inner) for inner in parts_of(entry[1])):
                found.extend(str(name) for name in names)
        if part is estimator and knows_none(part):
            names = attribute(part, "feature_names_in_")
            found.extend(str(name) for name in ([] if names is None else names))
    first = attribute(estimator, "steps")
    if isinstance(first, list) and first and any(knows_none(inner) for inner in parts_of(first[0][1])):
        names = attribute(estimator, "feature_names_in_")
        if not any(attribute(inner, "transformers_") for inner in parts_of(first[0][1])):
            found.extend(str(name) for name in ([] if names is None else names))
    return found


def knows_none(part):
    categories = attribute(part, "categories_")
    return isinstance(categories, list) and any(any(value is None for value in one) for one in categories)


def categories_of(estimator):
    """The categories of the columns that an estimator at the top takes as pandas categoricals."""
    module = type(estimator).__module__.split(".")[0]
    if module == "lightgbm":
        booster = attribute(estimator, "_Booster") or attribute(estimator, "booster_")
        return {} if booster is None else lightgbm_categories(booster)
    if module == "xgboost":
        return xgboost_categories(estimator.get_booster())
    return {}


def settle_threads(estimator):
    """Forests add up the votes of their trees in the order in which threads end, so that the last bits vary from call
    to call; with one thread they do not, and one row costs less."""
    for part in parts_of(estimator):
        if type(part).__module__.split(".")[0] != "sklearn":
            continue
        if attribute(part, "n_jobs") in (None, 1):
            continue
        try:
            part.n_jobs = 1
        except Exception:
            pass


# Files of estimators


def open_sklearn(path, options):
    """`.skops`, or a pickle: plain, of joblib or of cloudpickle."""
    if str(path).endswith(".skops"):
        from skops import io

        # Both can make a file crash this process, and neither lets it run code.
        trusted = set(options.get("trusted") or []) | {"numpy.dtype", "sklearn.tree._tree.Tree"}
        unknown = [name for name in io.get_untrusted_types(file=path) if name not in trusted]
        if unknown:
            raise Fault(
                "model",
                "`%s` holds types that skops does not trust: %s. Save the model in a format that may run code, such as "
                "joblib, when you trust them." % (os.path.basename(path), ", ".join("`%s`" % name for name in unknown)),
            )
        return model_of(io.load(path, trusted=sorted(trusted)))
    return model_of(unpickled(path))


def model_of(found):
    """An object from a file, by its package."""
    package, name = type(found).__module__.split(".")[0], type(found).__name__
    if package == "lightgbm":
        return LightgbmBooster(found) if name == "Booster" else LightgbmEstimator(found)
    if package == "xgboost" and name == "Booster":
        return XgboostBooster(found)
    if package == "catboost":
        return Catboost(found)
    return Estimator(found)


def unpickled(path):
    if not str(path).endswith(".joblib"):
        import pickle

        try:
            with open(path, "rb") as file:
                return pickle.load(file)
        except (pickle.UnpicklingError, UnicodeDecodeError, EOFError, KeyError, ValueError, IndexError) as error:
            # joblib writes arrays and compressed files in its own way, under any name.
            try:
                import joblib
            except ImportError:
                raise error
    import joblib

    return joblib.load(path)


# MLflow


class Pyfunc(Model):
    """A model that MLflow loads: everything that has no interface of its own here."""

    package = "mlflow"
    takes_frames = True

    def __init__(self, path):
        import mlflow.pyfunc
        from mlflow.models import Model as Mlmodel

        backend = Mlmodel.load(path).flavors.get("keras", {}).get("keras_backend")
        if backend:
            # Keras takes TensorFlow when nobody says otherwise, and MLflow does not.
            os.environ.setdefault("KERAS_BACKEND", backend)
        self.pyfunc = mlflow.pyfunc.load_model(path)
        metadata = self.pyfunc.metadata
        loader = metadata.flavors["python_function"].get("loader_module", "mlflow.pyfunc")
        self.algorithm = loader if loader == "mlflow.pyfunc.model" else loader.replace("mlflow.", "")
        # Networks. A class of a user may count its rows.
        self.pads = loader in ("mlflow.pytorch", "mlflow.tensorflow", "mlflow.keras")
        if self.pads and last_activation(self.pyfunc) in ("softmax", "sigmoid"):
            self.kind, self.scores = "classification", "probability"
        self.schema = metadata.get_input_schema()
        self.tensor = None
        if self.schema is not None and self.schema.is_tensor_spec():
            first = self.schema.inputs[0]
            if len(self.schema.inputs) == 1 and len(first.shape) == 2 and first.shape[1] != 1:
                self.tensor = first
                self.width = None if first.shape[1] < 0 else first.shape[1]
        if self.schema is not None and self.tensor is None and self.schema.has_input_names():
            self.inputs = [
                {"name": one.name, "type": None, "optional": not attribute(one, "required")}
                for one in self.schema.inputs
            ]
        self.plan = FramePlan()

    def answer(self, rows):
        if not self.pads:
            return plain_answer(self.pyfunc.predict(self.given(rows)), rows.count)
        more = rows.padded(32)
        kind, values = plain_answer(self.pyfunc.predict(self.given(more)), more.count, self.scores != "none")
        return kind, values[: rows.count]

    def given(self, rows):
        if self.tensor is not None:
            matrix = rows.matrix().astype(self.tensor.type, order="C")
            return {self.tensor.name: matrix} if self.tensor.name else matrix
        self.plan.settle(rows.layout)
        frame = rows.frame(self.plan)
        if self.schema is None:
            return frame
        if not self.inputs:
            frame.columns = range(len(frame.columns))
        named = {one.name: one for one in self.schema.inputs if one.name is not None}
        for name in frame.columns:
            if name in named:
                frame[name] = as_signature_wants(frame[name], named[name])
        if self.schema.is_tensor_spec():
            return {name: frame[name].to_numpy().reshape([-1] + list(named[name].shape[1:])) for name in named}
        return frame


def last_activation(pyfunc):
    """The name of the function that the last layer of a network applies; None when it cannot be told."""
    network = attribute(pyfunc, "get_raw_model")
    network = network() if network else None
    layers = attribute(network, "layers")
    if not isinstance(layers, list):
        modules = attribute(network, "_modules")
        layers = list(modules.values()) if modules and type(network).__name__ == "Sequential" else []
    if not layers:
        return None
    found = attribute(layers[-1], "activation")
    return (attribute(found, "__name__") if found is not None else type(layers[-1]).__name__).lower()


def as_signature_wants(column, spec):
    """Narrower types, which MLflow does not take wider ones for: int32 and float32."""
    wanted = str(getattr(spec.type, "name", spec.type))
    if wanted in ("integer", "int32") and column.dtype.kind == "i":
        return column.astype("int32")
    if wanted in ("float", "float32") and column.dtype.kind in "fi":
        return column.astype("float32")
    if wanted in ("double", "float64") and column.dtype.kind == "i":
        return column.astype("float64")
    if wanted == "datetime":
        return column.astype("datetime64[ns]")
    if wanted in ("string", "str"):
        return column.astype(object).where(column.notna(), None)
    return column


answers_wanted = "one value, or one score for each class, can be used a row"


def plain_answer(found, count, classes=None):
    """What a function gave for rows: numbers a row are a value, texts and booleans a class, several numbers scores."""
    import numpy as np

    if hasattr(found, "to_numpy"):
        found = found.to_numpy()
    elif isinstance(found, dict) and len(found) == 1:
        found = next(iter(found.values()))
    found = np.asarray(found)
    if found.ndim == 0 or len(found) != count:
        raise Fault("model", "The model gives %s for %s." % (shape_text(found.shape), plural(count, "row")))
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if found.ndim > 2:
        raise Fault("model", "The model gives %s; %s." % (shape_text(found.shape), answers_wanted))
    if found.ndim == 2:
        return "scores", found.astype(np.float64)
    if found.dtype.kind == "f" or found.dtype.kind == "O" and all(isinstance(value, float) for value in found.tolist()):
        return ("scores", found.astype(np.float64).reshape(-1, 1)) if classes else ("values", found.astype(np.float64))
    return "labels", texts_of(found)


def open_pyfunc(path, options):
    # First, so that it is named when it is missing, and not what it needs.
    import mlflow.pyfunc  # noqa: F401

    return Pyfunc(with_forward_slashes(path))


def with_forward_slashes(folder):
    """The folder, or one of links to its files with an MLmodel whose paths this system understands."""
    if os.sep != "/":
        return folder
    with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as file:
        text = file.read()
    import yaml

    content = yaml.safe_load(text)
    if not any_backslash(content.get("flavors")):
        return folder
    import tempfile

    copy = tempfile.mkdtemp(prefix="loopwright-model-")
    atexit.register(shutil.rmtree, copy, True)
    for name in os.listdir(folder):
        if name != "MLmodel":
            os.symlink(os.path.join(folder, name), os.path.join(copy, name))
    content["flavors"] = forward_slashes(content["flavors"])
    with open(os.path.join(copy, "MLmodel"), "w", encoding="utf-8") as file:
        yaml.safe_dump(content, file)
    return copy


path_keys = ("data", "code", "env", "model_path", "pickled_model", "path", "conda", "virtualenv", "uri", "python_model")


def any_backslash(value, key=None):
    if isinstance(value, dict):
        return any(any_backslash(inner, name) for name, inner in value.items())
    return isinstance(value, str) and key in path_keys and "\\" in value


def forward_slashes(value, key=None):
    if isinstance(value, dict):
        return {name: forward_slashes(inner, name) for name, inner in value.items()}
    return value.replace("\\", "/") if isinstance(value, str) and key in path_keys else value


# LightGBM


# Starting threads costs more than so many rows.
few_rows = 256


def lightgbm_scores(booster, matrix, **more):
    if len(matrix) <= few_rows:
        more["num_threads"] = 1
    return booster.predict(matrix, **more)


class LightgbmBooster(Model):
    package = "lightgbm"

    def __init__(self, booster):
        self.booster = booster
        self.inputs = plain_inputs(booster.feature_name())
        self.width = booster.num_feature()
        if [one["name"] for one in self.inputs] == ["Column_%d" % i for i in range(self.width)]:
            self.inputs = None
        self.plan = FramePlan(lightgbm_categories(booster))
        self.objective = lightgbm_objective(booster)
        self.algorithm = "LightGBM %s" % (self.objective or "with an objective of its own")
        if self.objective in ("binary", "cross_entropy", "multiclass", "multiclassova"):
            self.kind, self.scores = "classification", "probability"
        elif self.objective and not self.objective.startswith(("lambdarank", "rank_")):
            self.kind = "regression"

    def answer(self, rows):
        if self.plan.categories:
            self.plan.settle(rows.layout)
            found = self.booster.predict(rows.frame(self.plan))
        else:
            found = lightgbm_scores(self.booster, rows.matrix())
        return ("values" if self.scores == "none" and found.ndim == 1 else "scores"), columns_of(found)


class LightgbmEstimator(Estimator):
    """LightGBM's own estimators, without the checks of scikit-learn, which cost a row more than its answer."""

    def answer(self, rows):
        import numpy as np

        booster = attribute(self.estimator, "_Booster")
        is_plain = not self.plan.categories and rows.layout.all_numbers and booster is not None
        if not is_plain or self.scores == "decision" or callable(attribute(self.estimator, "_objective")):
            return super().answer(rows)
        if self.kind == "classification" and self.scores != "probability":
            return super().answer(rows)
        found = lightgbm_scores(booster, rows.matrix())
        if self.scores != "probability":
            return values_answer(found, rows.count)
        return "scores", found if found.ndim == 2 else np.vstack((1.0 - found, found)).transpose()


def columns_of(found):
    """An array as `scores` and `values` take it."""
    import numpy as np

    return np.asarray(found, dtype=np.float64)


def lightgbm_objective(booster):
    """The objective by the text of the model: `binary`, `multiclass`, `regression`."""
    found = re.search(r"^objective=(\S+)", booster.model_to_string(num_iteration=1), re.MULTILINE)
    return found.group(1) if found else None


def lightgbm_categories(booster):
    """The categories of the columns that were pandas categoricals in training, in the order of the columns."""
    known = attribute(booster, "pandas_categorical")
    if not known:
        return {}
    text = booster.model_to_string(num_iteration=1)
    places = re.search(r"^\[categorical_feature: ([\d,]+)\]", text, re.MULTILINE)
    if places:
        columns = [int(at) for at in places.group(1).split(",")]
    else:
        infos = re.search(r"^feature_infos=(.*)$", text, re.MULTILINE).group(1).split(" ")
        columns = [at for at, info in enumerate(infos) if not info.startswith("[") and info != "none"]
    if len(columns) != len(known):
        raise Fault("model", "The model does not say which of its columns are categorical.")
    names = booster.feature_name()
    return {names[at]: categories for at, categories in zip(sorted(columns), known)}


def open_lightgbm(path, options):
    import lightgbm

    if str(path).endswith((".pkl", ".pickle", ".joblib", ".skops")):
        return open_sklearn(path, options)
    return LightgbmBooster(lightgbm.Booster(model_file=path))


# XGBoost


class XgboostBooster(Model):
    package = "xgboost"

    def __init__(self, booster):
        self.booster = booster
        config = json.loads(booster.save_config())["learner"]
        self.objective = config["objective"]["name"]
        self.is_linear = config["gradient_booster"]["name"] == "gblinear"
        self.algorithm = "XGBoost %s" % self.objective
        if booster.feature_names:
            self.inputs = plain_inputs(booster.feature_names)
        self.width = booster.num_features()
        self.plan = FramePlan(xgboost_categories(booster))
        if self.objective in ("binary:logistic", "reg:logistic", "multi:softprob"):
            self.kind, self.scores = "classification", "probability"
        elif self.objective == "binary:logitraw":
            self.kind, self.scores = "classification", "decision"
        elif self.objective in ("multi:softmax", "binary:hinge"):
            self.kind = "classification"
        elif not self.objective.startswith("rank:"):
            self.kind = "regression"

    def answer(self, rows):
        found = self.found(rows)
        if self.scores != "none":
            return "scores", columns_of(found)
        if self.kind == "classification":
            return "labels", texts_of(found.reshape(-1))
        return values_answer(found, rows.count)

    def found(self, rows):
        import xgboost

        if self.plan.categories:
            self.plan.settle(rows.layout)
            frame = rows.frame(self.plan)
            return self.booster.predict(xgboost.DMatrix(frame, enable_categorical=True))
        if self.is_linear:
            names = self.booster.feature_names
            return self.booster.predict(xgboost.DMatrix(rows.matrix(), feature_names=names))
        return self.booster.inplace_predict(rows.matrix(), validate_features=False)


def xgboost_categories(booster):
    """The categories of the categorical columns."""
    types = booster.feature_types or []
    if "c" not in types:
        return {}
    names = booster.feature_names or [str(i) for i in range(len(types))]
    if hasattr(booster, "get_categories"):
        try:
            found = {
                name: values.to_pylist()
                for name, values in booster.get_categories(True).to_arrow()
                if values is not None
            }
        except UnicodeDecodeError:
            found = None
        # XGBoost 3 counts characters where it should count bytes, and cuts the texts there.
        texts = [one for known in (found or {}).values() for one in known if isinstance(one, str)]
        if found is None or not all(one.isascii() for one in texts):
            raise Fault(
                "model",
                "The model has categories with characters beyond ASCII, which XGBoost does not save whole. Encode the "
                "column in a pipeline.",
            )
        if all(name in found for name, kind in zip(names, types) if kind == "c"):
            return found
    raise Fault(
        "model",
        "The model has categorical columns, and does not hold their categories: save it with XGBoost 3.1 or later, or "
        "encode the columns in a pipeline.",
    )


def open_xgboost(path, options):
    """A file of XGBoost. One that an estimator saved is opened by the same class, as its author would."""
    import xgboost

    name = (options.get("class") or "").rsplit(".", 1)[-1]
    if not name:
        booster = xgboost.Booster(model_file=path)
        noted = booster.attr("scikit_learn")
        told = json.loads(noted).get("_estimator_type") if noted else None
        name = {"classifier": "XGBClassifier", "regressor": "XGBRegressor"}.get(told, "Booster")
    if name == "Booster":
        return XgboostBooster(xgboost.Booster(model_file=path))
    estimator = getattr(xgboost, name)()
    estimator.load_model(path)
    model = Estimator(estimator)
    # The file has the number of the classes, and not their names.
    if model.classes is not None and not options.get("class"):
        model.are_numbered = True
    return model


# CatBoost


class Catboost(Model):
    package = "catboost"

    def __init__(self, model):
        self.model = model
        names = [str(name) for name in model.feature_names_]
        self.width = len(names)
        self.inputs = None if names == [str(i) for i in range(len(names))] else plain_inputs(names)
        self.categorical = set(model.get_cat_feature_indices())
        self.plan = FramePlan()
        params = model.get_all_params() if hasattr(model, "get_all_params") else {}
        loss = str(params.get("loss_function") or attribute(model, "_params", ) or "")
        self.algorithm = "CatBoost %s" % loss
        self.many = loss.startswith("Multi")
        if loss.startswith(("Logloss", "CrossEntropy", "Multi")):
            self.kind, self.scores = "classification", "probability"
            classes = attribute(model, "classes_")
            if classes is not None and len(classes) > 0:
                self.classes = list(classes)
        elif loss and not loss.startswith(("YetiRank", "PairLogit", "Query", "Stochastic", "Lambda")):
            self.kind = "regression"

    def answer(self, rows):
        threads = 1 if rows.count <= few_rows else -1
        if self.scores == "probability":
            found = self.model.predict(self.given(rows), prediction_type="Probability", thread_count=threads)
            return "scores", columns_of(found)
        return values_answer(self.model.predict(self.given(rows), thread_count=threads), rows.count)

    def given(self, rows):
        if not self.categorical and rows.layout.all_numbers:
            return rows.matrix()
        import numpy as np
        import pandas as pd

        columns = {}
        for at, (name, kind, column) in enumerate(zip(rows.layout.names, rows.layout.types, rows.columns)):
            if at not in self.categorical:
                columns[at] = column
            elif kind == "text":
                columns[at] = pd.Series(column, dtype=object)
            else:
                whole = integers(column) if kind != "boolean" else booleans(column)
                if whole.dtype.kind == "f":
                    # CatBoost takes no fractions and no missing numbers as categories.
                    bad = int(np.argmax(~(np.floor(column) == column)))
                    raise Fault("rows", "`%s` is a category for the model, and is %r" % (name, column[bad]), row=bad)
                columns[at] = whole
        frame = pd.DataFrame(columns, copy=False)
        frame.columns = rows.layout.names
        return frame


def open_catboost(path, options):
    import catboost

    kind = options.get("class")
    model = getattr(catboost, kind)() if kind else catboost.CatBoost()
    model.load_model(path, format="json" if str(path).endswith(".json") else "cbm")
    return Catboost(model)


# PyTorch


class Torch(Model):
    """A graph that takes one tensor of rows and gives one."""

    package = "torch"
    endings = {"softmax": "probability", "sigmoid": "probability"}

    def __init__(self, module, algorithm, ending, width, dtype):
        self.module, self.algorithm, self.width, self.dtype = module, algorithm, width, dtype
        if ending in self.endings:
            self.kind, self.scores = "classification", "probability"

    def answer(self, rows):
        import numpy as np
        import torch

        count, rows = rows.count, rows.padded(32)
        given = torch.from_numpy(np.ascontiguousarray(rows.matrix())).to(self.dtype)
        with torch.inference_mode():
            found = self.module(given)
        if not isinstance(found, torch.Tensor):
            raise Fault("model", "The model gives %s; a tensor can be used." % describe_type(found))
        found = found.to(torch.float64).numpy()
        if found.ndim == 0 or len(found) != rows.count:
            raise Fault("model", "The model gives %s for %s." % (shape_text(found.shape), plural(rows.count, "row")))
        found = found[:count]
        if found.ndim == 2 and found.shape[1] == 1:
            found = found[:, 0]
        if found.ndim not in (1, 2):
            raise Fault("model", "The model gives %s; %s." % (shape_text(found.shape), answers_wanted))
        return ("scores" if found.ndim == 2 or self.scores == "probability" else "values"), found


def open_torch(path, options):
    import torch

    if options.get("form") == "export":
        return exported_torch(torch, path)
    try:
        module = torch.jit.load(path, map_location="cpu").eval()
    except RuntimeError as error:
        raise Fault("model", "PyTorch cannot open the file: %s" % words_of(error))
    if not torch.cuda.is_available():
        found = re.search(r'value="(cuda(?::\d+)?)"', str(module.inlined_graph))
        if found:
            raise Fault(
                "model",
                "The model places tensors on `%s`, a GPU that this machine does not have. Trace or script it on the "
                "CPU, or take the device from its input." % found.group(1),
            )
    try:
        graph = torch.jit.freeze(module).graph
    except RuntimeError:
        graph = module.inlined_graph
    given = [one for one in graph.inputs()][1:]
    if len(given) != 1:
        raise Fault("model", "The model takes %s; one tensor of rows can be given." % plural(len(given), "input"))
    ending = [one.node().kind() for one in graph.outputs()][0].replace("aten::", "")
    width = None
    for node in graph.nodes():
        parts = list(node.inputs())
        if node.kind() == "aten::linear" and parts[0].debugName() == given[0].debugName():
            weight = parts[1].toIValue() if parts[1].node().kind() == "prim::Constant" else None
            width = None if weight is None else int(weight.shape[1])
    return Torch(module, "TorchScript %s" % module.original_name, ending, width, float_type(torch, module))


def exported_torch(torch, path):
    program = torch.export.load(path)
    given = program.graph_signature.user_inputs
    if len(given) != 1:
        raise Fault("model", "The model takes %s; one tensor of rows can be given." % plural(len(given), "input"))
    place = [node for node in program.graph.nodes if node.op == "placeholder" and node.name == given[0]][0]
    value = place.meta["val"]
    if len(value.shape) != 2 or isinstance(value.shape[0], int):
        raise Fault(
            "model",
            "The model takes a tensor of shape %s; a tensor of rows with any number of them can be given. Export it "
            "with `dynamic_shapes` for its first dimension." % (tuple(str(size) for size in value.shape),),
        )
    out = [node for node in program.graph.nodes if node.op == "output"][0].args[0]
    ending = str(attribute(out[0], "target")).split(".")[1] if len(out) == 1 and "." in str(out[0].target) else ""
    width = int(value.shape[1]) if isinstance(value.shape[1], int) else None
    return Torch(program.module(), "torch.export", ending.lstrip("_"), width, value.dtype)


def float_type(torch, module):
    for one in module.parameters():
        if one.is_floating_point():
            return one.dtype
    return torch.float32


# A function or class


class Function(Model):
    """A function or class of the user: it takes a data frame. Its attribute `classes` names the classes of scores."""

    takes_frames = True

    def __init__(self, found, name):
        self.algorithm = name
        if isinstance(found, type):
            found = found()
        self.classes = attribute(found, "classes")
        if self.classes is None:
            self.classes = attribute(found, "classes_")
        self.classes = None if self.classes is None else list(self.classes)
        probabilities = attribute(found, "predict_proba")
        self.call = probabilities or attribute(found, "predict") or (found if callable(found) else None)
        if self.call is None:
            raise Fault("model", "`%s` is no function, and has no method `predict`." % name)
        self.has_scores = self.classes is not None or probabilities is not None
        if self.has_scores:
            self.kind, self.scores = "classification", "probability"
        names = attribute(found, "feature_names_in_")
        if names is not None:
            self.inputs = plain_inputs(names)
        self.plan = FramePlan()

    def answer(self, rows):
        self.plan.settle(rows.layout)
        return plain_answer(self.call(rows.frame(self.plan)), rows.count, self.has_scores)


def open_python(path, options):
    from importlib import util

    name = options["object"]
    module_name = os.path.splitext(os.path.basename(path))[0]
    spec = util.spec_from_file_location(module_name, path)
    module = util.module_from_spec(spec)
    sys.modules[module_name] = module
    spec.loader.exec_module(module)
    if not hasattr(module, name):
        public = [one for one in vars(module) if not one.startswith("_") and callable(getattr(module, one))]
        raise Fault(
            "model",
            "`%s` defines no `%s`; it defines %s."
            % (os.path.basename(path), name, ", ".join("`%s`" % one for one in public) or "nothing that can be called"),
        )
    return Function(getattr(module, name), name)


openers = {
    "sklearn": open_sklearn,
    "pyfunc": open_pyfunc,
    "lightgbm": open_lightgbm,
    "xgboost": open_xgboost,
    "catboost": open_catboost,
    "torch": open_torch,
    "python": open_python,
}


# Loading ------------------------------------------------------------------------------------------------------------


def load(request):
    for folder in request.get("paths") or []:
        if folder not in sys.path:
            sys.path.insert(0, folder)
    saved = {}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = openers[request["opener"]](request["path"], request.get("options") or {})
    for one in caught:
        # scikit-learn says which version pickled an estimator.
        original = attribute(one.message, "original_sklearn_version")
        if original:
            saved["scikit-learn"] = str(original)
        elif not issubclass(one.category, (DeprecationWarning, FutureWarning)):
            print("%s: %s" % (one.category.__name__, one.message), file=sys.stderr)
    warnings.filterwarnings("ignore", message="X does not have valid feature names")
    warnings.filterwarnings("ignore", message="X has feature names, but")
    return model, saved


distributions = {
    "sklearn": ["scikit-learn"],
    "xgboost": ["xgboost", "xgboost-cpu"],
    "mlflow": ["mlflow", "mlflow-skinny"],
    "catboost": ["catboost"],
    "lightgbm": ["lightgbm"],
}


def versions_of(names):
    """Versions of packages, by the names that are asked for; those that are not installed are left out."""
    from importlib import metadata

    found = {"python": "%d.%d.%d" % sys.version_info[:3]}
    for name in names:
        others = [name] + [other for same in distributions.values() if name in same for other in same]
        for other in others:
            try:
                found[name] = metadata.version(other)
                break
            except Exception:
                continue
    return found


def described(model, saved, packages):
    found = model.describe()
    own = distributions.get(found["package"], [found["package"]] if found["package"] else [])[:1]
    at_work = [name for name in ("numpy", "pandas") if name in sys.modules]
    found["package"] = own[0] if own else None
    found["packages"] = versions_of(sorted(set(own + at_work + list(packages) + list(saved))))
    found["saved"] = saved
    return found


# Answering ----------------------------------------------------------------------------------------------------------


def encoded(answer):
    """An answer as JSON. Scores are one column after the other."""
    import numpy as np

    kind, values = answer
    if kind == "labels":
        return {"kind": kind, "labels": values}
    values = np.asarray(values, dtype="<f8")
    width = 1 if values.ndim == 1 else values.shape[1]
    data = base64.b64encode(values.T.tobytes() if width > 1 else values.tobytes()).decode("ascii")
    return {"kind": kind, "width": width, "numbers": data}


def answer_rows(model, rows, locate):
    """Answers rows. When they fail, looks for the first row that fails alone and names it."""
    try:
        return checked(model.answer(rows), rows.count)
    except BaseException as error:
        if not locate or not is_of_rows(error) or is_fault(error) and "row" in error.more:
            raise
        row, alone = (0, error) if rows.count == 1 else failing_row(model, rows)
        if row is None:
            raise
        raise Fault("rows", words_of(alone), row=row) from alone


def is_fault(error):
    return isinstance(error, Fault)


def is_of_rows(error):
    """False for errors that other rows would meet too."""
    if is_fault(error):
        return error.kind == "rows"
    return not isinstance(error, (ImportError, MemoryError, NotImplementedError, NameError, KeyboardInterrupt))


def checked(answer, count):
    kind, values = answer
    if len(values) != count:
        raise Fault("model", "The model gives %s for %s." % (plural(len(values), "answer"), plural(count, "row")))
    return answer


def failing_row(model, rows):
    """The first row that fails alone and its error; (None, None) when none does."""
    start, end, found = 0, rows.count, None
    while end - start > 1:
        middle = (start + end) // 2
        error = failure_of(model, rows[start:middle])
        if error is not None:
            end, found = middle, error
        else:
            start, found = middle, None
    error = found or failure_of(model, rows[start:end])
    return (None, None) if error is None else (start, error)


def failure_of(model, rows):
    try:
        checked(model.answer(rows), rows.count)
    except BaseException as error:
        return error
    return None


def words_of(error):
    """What an error says, in one line that names its type where its text alone says little."""
    if isinstance(error, SystemExit):
        return "the model called `sys.exit(%s)`" % ("" if error.code is None else repr(error.code))
    if isinstance(error, Fault):
        return str(error)
    text = " ".join(str(error).split())
    if len(text) > 600:
        text = text[:600] + "…"
    name = type(error).__name__
    if isinstance(error, AttributeError) and "<module '__main__'" in text:
        return (
            "%s. It was defined in the program that saved the model: move it to a module that can be imported, and "
            "save the model again" % text
        )
    return "%s: %s" % (name, text) if text else name


def error_of(error, in_rows):
    if isinstance(error, Fault):
        return dict(error.more, kind=error.kind, message=str(error))
    if isinstance(error, ModuleNotFoundError) and error.name:
        return {"kind": "missing", "message": words_of(error), "module": error.name}
    return {"kind": "rows" if in_rows and is_of_rows(error) else "model", "message": words_of(error)}


# Files --------------------------------------------------------------------------------------------------------------


def score_file(model, layout, source, target, batch, progress):
    """Scores a Parquet file into another, in batches. The other is whole, or does not exist."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Read ahead, it would keep the whole file in memory.
    file = pq.ParquetFile(source, pre_buffer=False)
    lacking = [name for name in layout.names if name not in file.schema_arrow.names]
    if lacking:
        raise Fault("rows", "The file has no column %s." % ", ".join("`%s`" % name for name in lacking))
    writer, done, unfinished = None, 0, target + ".part"
    try:
        for part in file.iter_batches(batch_size=batch, columns=layout.names):
            rows = Rows(layout, [arrow_column(part, i, layout) for i in range(len(layout.names))], part.num_rows)
            try:
                kind, values = answer_rows(model, rows, True)
            except Fault as error:
                if "row" in error.more:
                    error.more["row"] += done
                raise
            table = answers_table(pa, kind, values)
            if writer is None:
                writer = pq.ParquetWriter(unfinished, table.schema)
            writer.write_table(table)
            done += part.num_rows
            progress(done)
    except BaseException:
        if writer is not None:
            writer.close()
            os.remove(unfinished)
        raise
    if writer is None:
        pq.write_table(answers_table(pa, *empty_answer(model)), unfinished)
    else:
        writer.close()
    os.replace(unfinished, target)
    return done


def empty_answer(model):
    import numpy as np

    if model.scores != "none":
        return "scores", np.zeros((0, len(model.classes or [0])))
    return ("labels", []) if model.kind == "classification" else ("values", np.zeros(0))


def answers_table(pa, kind, values):
    if kind == "labels":
        return pa.table({"label": pa.array(values, pa.string())})
    columns = values if values.ndim == 2 else values.reshape(-1, 1)
    return pa.table({"c%d" % i: pa.array(columns[:, i], pa.float64()) for i in range(columns.shape[1])})


def arrow_column(part, at, layout):
    """A column of a record batch in the form of `Rows`."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    column = part.column(part.schema.get_field_index(layout.names[at]))
    if layout.is_text[at]:
        if pa.types.is_dictionary(column.type):
            column = column.dictionary_decode()
        return objects(column.cast(pa.string()).to_pylist())
    kind = column.type
    if pa.types.is_date(kind):
        column = column.cast(pa.timestamp("ms"))
    if pa.types.is_timestamp(column.type):
        if column.type.unit == "s":
            column = column.cast(pa.timestamp("ms", tz=column.type.tz))
        per = {"ms": 1, "us": 1000, "ns": 1000000}[column.type.unit]
        numbers = column.cast(pa.int64())
        found = numbers.fill_null(0).to_numpy(zero_copy_only=False) / per
    elif pa.types.is_boolean(kind):
        numbers, found = column, column.fill_null(False).to_numpy(zero_copy_only=False).astype(np.float64)
    elif pa.types.is_floating(kind) and column.null_count == 0:
        return column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    else:
        numbers = column.cast(pa.float64(), safe=False)
        return numbers.to_numpy(zero_copy_only=False)
    if numbers.null_count > 0:
        found = np.where(pc.is_null(numbers).to_numpy(zero_copy_only=False), np.nan, found)
    return found


# The process --------------------------------------------------------------------------------------------------------


def memory():
    """Resident memory of this process in bytes; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except Exception:
        pass
    try:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    except Exception:
        return 0


class Worker:
    """Reads requests and writes answers until the input ends."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer
        self.layouts = {}
        self.model = None
        self.saved = {}
        self.printed = None
        self.measured = 0.0

    def write(self, message):
        self.writer.write(json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n")
        self.writer.flush()

    def run(self):
        for line in iter(self.reader.readline, b""):
            request = json.loads(line)
            op = request["op"]
            if op == "stop":
                return
            if op == "layout":
                self.layouts[request["layout"]] = Layout(request["inputs"])
                continue
            try:
                message = {"id": request["id"], "result": getattr(self, "do_" + op)(request)}
            except BaseException as error:
                if not isinstance(error.__cause__ if is_fault(error) else error, (Fault, SystemExit, type(None))):
                    self.print_new(traceback.format_exc())
                message = {"id": request["id"], "error": error_of(error, op in ("predict", "score"))}
            now = time.monotonic()
            if now - self.measured > 0.5:
                self.measured = now
                message["memory"] = memory()
            self.write(message)

    def print_new(self, text):
        """Prints a traceback once: rows that a model refuses are tried one by one."""
        if text != self.printed:
            sys.stderr.write(text)
        self.printed = text

    def do_load(self, request):
        self.model, self.saved = load(request)
        if self.model.takes_frames:
            # So that the first rows do not wait for it, and a missing package is told at once.
            import pandas  # noqa: F401
        return {}

    def do_describe(self, request):
        return described(self.model, self.saved, request.get("packages") or [])

    def do_predict(self, request):
        rows = rows_of(request, self.layouts)
        return encoded(answer_rows(self.model, rows, request["locate"]))

    def do_score(self, request):
        def progress(rows):
            self.write({"id": request["id"], "progress": rows})

        layout = self.layouts[request["layout"]]
        rows = score_file(self.model, layout, request["input"], request["output"], request["batch"], progress)
        return {"rows": rows}


def end_with_owner(stream):
    """Ends this process when the process that started it is gone, even while the model computes."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.OpenProcess.restype = ctypes.c_void_p
        owner = kernel.OpenProcess(0x00100000, False, os.getppid())

        def wait():
            if owner:
                kernel.WaitForSingleObject(ctypes.c_void_p(owner), 0xFFFFFFFF)
                os._exit(0)

    else:
        import select

        if sys.platform == "linux":
            # A model that never lets another thread run is ended by the kernel.
            try:
                import ctypes

                owner = os.getppid()
                ctypes.CDLL(None).prctl(1, signal.SIGKILL)
                if os.getppid() != owner:
                    os._exit(0)
            except Exception:
                pass
        # Nobody reads the answers any more. The owner may end the requests earlier, to be answered first.
        poll = select.poll()
        poll.register(stream, 0)

        def wait():
            poll.poll()
            os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main():
    # The protocol keeps the pipes to itself; what the model prints, in C too, goes to standard error.
    requests, answers = os.dup(0), os.dup(1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != here]
    end_with_owner(answers)
    with os.fdopen(requests, "rb", buffering=1 << 16) as reader, os.fdopen(answers, "wb") as writer:
        Worker(reader, writer).run()
    sys.stderr.flush()
    atexit._run_exitfuncs()
    # Threads of the model must not hold the process.
    os._exit(0)


if __name__ == "__main__":
    main()
