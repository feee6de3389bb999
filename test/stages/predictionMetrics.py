"""Computes metrics of a table of predictions with scikit-learn.

Input: JSON with `task` and the columns `truth`, `prediction` and `score`; a column may be missing. Output: the metrics.
"""

import json
import sys

from sklearn import metrics

wanted = json.load(sys.stdin)
truth, prediction, score = (wanted.get(name) for name in ("truth", "prediction", "score"))
found = {}
if wanted["task"] == "regression":
    found["rmse"] = metrics.root_mean_squared_error(truth, prediction)
    found["mae"] = metrics.mean_absolute_error(truth, prediction)
    found["r2"] = metrics.r2_score(truth, prediction)
else:
    if prediction is not None:
        found["accuracy"] = metrics.accuracy_score(truth, prediction)
        found["balanced_accuracy"] = metrics.balanced_accuracy_score(truth, prediction)
        if wanted["task"] == "binary":
            positive = wanted["positive"]
            found["precision"] = metrics.precision_score(truth, prediction, pos_label=positive)
            found["recall"] = metrics.recall_score(truth, prediction, pos_label=positive)
            found["f1"] = metrics.f1_score(truth, prediction, pos_label=positive)
        else:
            found["macro_f1"] = metrics.f1_score(truth, prediction, average="macro")
    if score is not None:
        labels = [value == wanted["positive"] for value in truth]
        found["roc_auc"] = metrics.roc_auc_score(labels, score)
        found["pr_auc"] = metrics.average_precision_score(labels, score)
        if wanted["probabilities"]:
            found["brier"] = metrics.brier_score_loss(labels, score)
            found["log_loss"] = metrics.log_loss(labels, score)
print(json.dumps(found))
