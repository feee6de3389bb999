"""Answers one JSON list of tasks on standard input with the fairness measures of fairlearn, by name; null for NaN."""
import json
import math
import sys
import warnings

import numpy as np
import pandas as pd
import sklearn
from fairlearn import metrics as fl
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
sklearn.set_config(assume_finite=True, skip_parameter_validation=True)


def share(part, whole):
    return np.sum(part) / np.sum(whole) if np.sum(whole) else 0.0


tasks = json.load(sys.stdin)

# The rates as arrays say them. Of many inputs, and of one in ten of few, they are those of scikit-learn and Fairlearn,
# whose checks of each call take most of the time.
decisions = {
    "demographic_parity": lambda y, p: np.mean(p == 1),
    "equal_opportunity": lambda y, p: share((y == 1) & (p == 1), y == 1),
    "predictive_parity": lambda y, p: share((y == 1) & (p == 1), p == 1),
    "false_positive_rate": lambda y, p: share((y == 0) & (p == 1), y == 0),
    "false_negative_rate": lambda y, p: share((y == 1) & (p == 0), y == 1),
    "false_discovery_rate": lambda y, p: share((y == 0) & (p == 1), p == 1),
    "false_omission_rate": lambda y, p: share((y == 1) & (p == 0), p == 0),
    "accuracy": lambda y, p: np.mean(y == p),
    "base_rate": lambda y, p: np.mean(y),
}
of_libraries = {
    "demographic_parity": fl.selection_rate,
    "equal_opportunity": fl.true_positive_rate,
    "predictive_parity": lambda y, p: sk.precision_score(y, p, zero_division=0),
    "false_positive_rate": fl.false_positive_rate,
    "false_negative_rate": fl.false_negative_rate,
    "accuracy": sk.accuracy_score,
}
scores = {
    "calibration": lambda y, s: np.mean(s) - np.mean(y),
    "log_loss": lambda y, s: -np.mean(np.where(y == 1, np.log(clip(s)), np.log1p(-clip(s)))),
}
numbers = {
    "mean_prediction": lambda y, p: np.mean(p),
    "mean_error": lambda y, p: np.mean(p - y),
    "mae": lambda y, p: np.mean(np.abs(y - p)),
    "mse": lambda y, p: np.mean((y - p) ** 2),
}
of_libraries_too = {
    "log_loss": lambda y, s: sk.log_loss(y, s, labels=[0, 1]),
    "mean_prediction": fl.mean_prediction,
    "mae": sk.mean_absolute_error,
    "mse": sk.mean_squared_error,
}


def clip(p):
    eps = np.finfo(float).eps
    return np.clip(p, eps, 1 - eps)


def chosen(metrics, place):
    ours = len(tasks) < 100 and place % 10 > 0
    return metrics if ours else {name: {**of_libraries, **of_libraries_too}.get(name, of) for name, of in metrics.items()}


signed = {"calibration", "mean_prediction", "mean_error"}


def compare(metrics, y, p, features):
    frame = fl.MetricFrame(metrics=metrics, y_true=y, y_pred=p, sensitive_features=features)
    found = {}
    for method in ("between_groups", "to_overall"):
        end = "" if method == "between_groups" else "_to_overall"
        for name, value in frame.difference(method=method).items():
            found[f"{name}_difference{end}"] = value
        for name, value in frame.ratio(method=method).items():
            if name not in signed:
                found[f"{name}_ratio{end}"] = value
    return found


def odds(found):
    for end in ("", "_to_overall"):
        found[f"equalized_odds_difference{end}"] = max(found[f"{rate}_difference{end}"] for rate in ("equal_opportunity", "false_positive_rate"))
        ratios = [found[f"{rate}_ratio{end}"] for rate in ("equal_opportunity", "false_positive_rate")]
        found[f"equalized_odds_ratio{end}"] = np.nanmin(ratios) if not all(map(math.isnan, ratios)) else math.nan
    return found


def answer(task, place):
    features = pd.DataFrame(task["groups"])
    # Fairlearn refuses rows without a group.
    known = features.notna().all(axis=1).to_numpy()
    features = features[known].reset_index(drop=True)
    y, p = np.asarray(task["truth"], float)[known], np.asarray(task["values"], float)[known]
    if task["task"] == "regression":
        return compare(chosen(numbers, place), y, p, features)
    if task["task"] == "multiclass":
        each = [odds(compare({k: v for k, v in chosen(decisions, place).items() if k != "accuracy"}, (y == c).astype(int), (p == c).astype(int), features)) for c in range(task["classes"])]
        worst = {name: (np.nanmax if "difference" in name else lambda a: np.nanmin(a) if not np.isnan(a).all() else math.nan)(np.array([one[name] for one in each], float)) for name in each[0]}
        return {**worst, **compare({"accuracy": sk.accuracy_score}, y, p, features)}
    d = (p >= task["threshold"]).astype(int)
    found = odds(compare(chosen(decisions, place), y.astype(int), d, features))
    if len(tasks) >= 100 and len(y) % 3 == 0 or place % 10 == 0:
        assert_same(found, y, d, features)
    return {**found, **compare(chosen(scores, place), y.astype(int), p, features)}


def assert_same(found, y, d, features):
    """Fairlearn's own functions, where it has them, say what its frame does."""
    for name in ("demographic_parity_difference", "equalized_odds_difference", "equal_opportunity_difference"):
        for method, end in (("between_groups", ""), ("to_overall", "_to_overall")):
            theirs = getattr(fl, name)(y, d, sensitive_features=features, method=method)
            assert abs(theirs - found[name + end]) < 1e-12, (name, method)


def plain(value):
    return None if math.isnan(value) else float(value)


print(json.dumps([{name: plain(value) for name, value in answer(task, place).items()} for place, task in enumerate(tasks)]))
