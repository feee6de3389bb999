"""Answers a JSON list of rows with their metrics by scikit-learn and plain numpy (null where they are not defined)."""
import json
import math
import sys
import warnings

import numpy as np
from sklearn import metrics as sk

warnings.filterwarnings("ignore")


def top(y, s, w, size):
    """Positives among the rows with the highest scores of a weight, ties counted in part, by brute force."""
    y, s, w = map(np.asarray, (y, s, w))
    left, found = size, 0.0
    for score in sorted(set(s.tolist()), reverse=True):
        at = s == score
        share = min(1.0, max(0.0, left / w[at].sum())) if w[at].sum() else 0.0
        found += share * (w[at] * (y[at] == 1)).sum()
        left -= share * w[at].sum()
    return found


def recall_at_precision(y, s, w, least):
    precision, recall, _ = sk.precision_recall_curve(y, s, sample_weight=w)
    return max([r for p, r in zip(precision, recall) if p >= least], default=0.0)


def ece(y, s, w):
    order = np.argsort(s, kind="stable")
    y, s, w = np.asarray(y)[order], np.asarray(s)[order], np.asarray(w)[order]
    parts = [b for b in np.array_split(np.arange(len(y)), 10) if len(b)]
    gap = lambda b: abs(np.average(s[b], weights=w[b]) - np.average(y[b], weights=w[b]))
    return sum(w[b].sum() / w.sum() * gap(b) for b in parts)


def binary(y, s, w, threshold, p):
    y, s, w = np.asarray(y), np.asarray(s), np.asarray(w, float)
    d = (s >= threshold).astype(int)
    positives = (w * y).sum()
    costs = np.asarray(p["costs"])
    out = {
        "recall_at_precision": recall_at_precision(y, s, w, 0.6) if positives else None,
        "lift": top(y, s, w, p["topShare"] * w.sum()) / positives / p["topShare"] if positives else None,
        "precision_at_k": top(y, s, w, p["atK"]) / p["atK"] if w.sum() >= p["atK"] else None,
        "recall_at_k": top(y, s, w, p["atK"]) / positives if positives and w.sum() >= p["atK"] else None,
        "accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "precision": sk.precision_score(y, d, sample_weight=w) if d.sum() else None,
        "recall": sk.recall_score(y, d, sample_weight=w) if y.sum() else None,
        "specificity": sk.recall_score(y, d, pos_label=0, sample_weight=w) if (y == 0).any() else None,
        "cost": np.average(costs[y, d], weights=w),
    }
    for name, beta in (("f1", 1), ("f2", 2), ("f0_5", 0.5), ("f_beta", p["beta"])):
        out[name] = sk.fbeta_score(y, d, beta=beta, sample_weight=w) if (y | d).any() else None
    if s.min() >= 0 and s.max() <= 1:
        out["log_loss"] = sk.log_loss(y, s, labels=[0, 1], sample_weight=w)
        out["brier"] = np.average((s - y) ** 2, weights=w)
        out["ece"] = ece(y, s, w)
    if len(set(y)) == 2:
        out["pr_auc"] = sk.average_precision_score(y, s, sample_weight=w)
        out["roc_auc"] = sk.roc_auc_score(y, s, sample_weight=w)
        out["balanced_accuracy"] = sk.balanced_accuracy_score(y, d, sample_weight=w)
        out["cohen_kappa"] = sk.cohen_kappa_score(y, d, sample_weight=w)
        if len(set(d)) == 2:
            out["mcc"] = sk.matthews_corrcoef(y, d, sample_weight=w)
    return out


def multiclass(y, d, probabilities, w, p):
    y, d, w, s = np.asarray(y), np.asarray(d), np.asarray(w, float), np.asarray(probabilities).T
    k = s.shape[1]
    out = {
        "accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, d, sample_weight=w),
        "cost": np.average(np.asarray(p["costs"])[y, d], weights=w),
        "log_loss": sk.log_loss(y, s / s.sum(axis=1, keepdims=True), labels=range(k), sample_weight=w),
        "top_k_accuracy": sk.top_k_accuracy_score(y, s, k=p["topK"], labels=range(k), sample_weight=w) if k > p["topK"] else None,
    }
    for average in ("macro", "weighted"):
        for name, score in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
            out[f"{average}_{name}"] = score(y, d, average=average, zero_division=0, sample_weight=w)
    if len(set(y)) > 1:
        out["cohen_kappa"] = sk.cohen_kappa_score(y, d, sample_weight=w)
        if len(set(d)) > 1:
            out["mcc"] = sk.matthews_corrcoef(y, d, sample_weight=w)
    if len(set(y)) == k:
        shares = s / s.sum(axis=1, keepdims=True)
        # A row may miss the sum of 1 that scikit-learn asks for by rounding, so each class is scored by itself.
        areas = [sk.roc_auc_score(y == c, shares[:, c], sample_weight=w) for c in range(k)]
        sizes = [w[y == c].sum() for c in range(k)]
        out["roc_auc_ovr"] = np.mean(areas)
        out["roc_auc_ovr_weighted"] = np.average(areas, weights=sizes)
        if p["areEqual"]:
            # With weights scikit-learn averages by the number of rows.
            out["roc_auc_ovr_weighted"] = sk.roc_auc_score(y, shares, multi_class="ovr", average="weighted", labels=range(k))
    return out


def regression(y, f, w, p):
    y, f, w = np.asarray(y, float), np.asarray(f, float), np.asarray(w, float)
    size = np.abs(y) + np.abs(f)
    return {
        "rmse": sk.root_mean_squared_error(y, f, sample_weight=w),
        "mae": sk.mean_absolute_error(y, f, sample_weight=w),
        "median_absolute_error": sk.median_absolute_error(y, f, sample_weight=None if p["areEqual"] else w),
        "r2": sk.r2_score(y, f, sample_weight=w) if len(set(y.tolist())) > 1 else None,
        "mape": sk.mean_absolute_percentage_error(y, f, sample_weight=w),
        "smape": np.average(np.divide(2 * np.abs(y - f), size, out=np.zeros_like(size), where=size > 0), weights=w),
        "quantile_loss": sk.mean_pinball_loss(y, f, alpha=p["quantile"], sample_weight=w),
    }


def plain(value):
    if value is None or math.isnan(value):
        return None
    return float(value)


tasks = {"binary": binary, "multiclass": multiclass, "regression": regression}
print(json.dumps([{name: plain(value) for name, value in tasks[task](*args).items()} for task, args in json.load(sys.stdin)]))
