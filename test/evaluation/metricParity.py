"""Answers a JSON list of rows with their metrics by scikit-learn and plain numpy (null where they are not defined)."""
import itertools
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


def multilabel(y, d, s, w, p):
    y, d, w = np.asarray(y).T, np.asarray(d).T, np.asarray(w, float)
    out = {
        "subset_accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "hamming_loss": sk.hamming_loss(y, d, sample_weight=w),
    }
    scores = {
        "precision": sk.precision_score,
        "recall": sk.recall_score,
        "f1": sk.f1_score,
        "jaccard": sk.jaccard_score,
    }
    for average in ("micro", "macro", "weighted", "samples"):
        for name, score in scores.items():
            if y.shape[1] > 1:
                out[f"{average}_{name}"] = score(y, d, average=average, zero_division=0, sample_weight=w)
    if y.shape[1] == 1:
        # One column is taken for a binary target, so the averages of its two classes are not those of one label.
        both, either = (w * (y & d)[:, 0]).sum(), (w * (y | d)[:, 0]).sum()
        trues, decided = (w * y[:, 0]).sum(), (w * d[:, 0]).sum()
        part = {"precision": (both, decided), "recall": (both, trues), "f1": (2 * both, trues + decided), "jaccard": (both, either)}
        rows = {
            "precision": (y & d, d), "recall": (y & d, y), "f1": (2 * (y & d), y + d), "jaccard": (y & d, y | d),
        }
        for name, (a, b) in part.items():
            for average in ("micro", "macro", "weighted"):
                out[f"{average}_{name}"] = a / b if b else 0.0
            a, b = rows[name]
            out[f"samples_{name}"] = np.average(np.divide(a, b, out=np.zeros(len(y)).reshape(-1, 1), where=b > 0)[:, 0], weights=w)
            if name != "precision" and not trues:
                out[f"weighted_{name}"] = 0.0
        if not trues:
            out["weighted_precision"] = 0.0
    if s is None:
        return out
    s = np.asarray(s).T
    ones = [y[:, l].min() != y[:, l].max() for l in range(y.shape[1])]
    areas = [sk.roc_auc_score(y[:, l], s[:, l], sample_weight=w) if ones[l] else math.nan for l in range(y.shape[1])]
    precisions = [sk.average_precision_score(y[:, l], s[:, l], sample_weight=w) for l in range(y.shape[1])]
    out["macro_roc_auc"] = np.mean(areas)
    out["macro_pr_auc"] = np.mean(precisions)
    pairs = np.repeat(w, y.shape[1])
    out["micro_roc_auc"] = sk.roc_auc_score(y.ravel(), s.ravel(), sample_weight=pairs) if 0 < y.sum() < y.size else None
    out["micro_pr_auc"] = sk.average_precision_score(y.ravel(), s.ravel(), sample_weight=pairs)
    if y.shape[1] > 1 and all(ones):
        out["macro_roc_auc"] = sk.roc_auc_score(y, s, average="macro", sample_weight=w)
    if y.shape[1] > 1:
        out["macro_pr_auc"] = sk.average_precision_score(y, s, average="macro", sample_weight=w)
        out["label_ranking_average_precision"] = sk.label_ranking_average_precision_score(y, s, sample_weight=w)
        out["coverage_error"] = sk.coverage_error(y, s, sample_weight=w)
        out["label_ranking_loss"] = sk.label_ranking_loss(y, s, sample_weight=w)
    if s.min() >= 0 and s.max() <= 1:
        losses = [sk.log_loss(y[:, l], s[:, l], labels=[0, 1], sample_weight=w) for l in range(y.shape[1])]
        out["log_loss"] = np.mean(losses)
    return out


def orders(scores):
    """All orders of rows by descending score: those of one score in any order."""
    groups = [[i for i, s in enumerate(scores) if s == value] for value in sorted(set(scores), reverse=True)]
    for parts in itertools.product(*(itertools.permutations(group) for group in groups)):
        yield [i for part in parts for i in part]


def of_order(relevant, k):
    """The measures of trec_eval for one order."""
    ranks = [rank for rank, is_relevant in enumerate(relevant, 1) if is_relevant]
    top = [rank for rank in ranks if rank <= k]
    precision = lambda rank: sum(relevant[:rank]) / rank
    return {
        "map": sum(map(precision, ranks)) / len(ranks),
        "map_at_k": sum(map(precision, top)) / len(ranks),
        "mrr": 1 / ranks[0],
        "mrr_at_k": 1 / ranks[0] if ranks[0] <= k else 0,
        "precision_at_k": len(top) / k,
        "recall_at_k": len(top) / len(ranks),
        "hit_rate_at_k": float(bool(top)),
    }


def ndcg(gains, scores, k):
    if len(gains) > 1:
        return sk.ndcg_score([gains], [scores], k=k)
    return float(gains[0] > 0)


def ranking(queries, w, p):
    k, least = p["atK"], p["relevantFrom"]
    each, weights = [], []
    for (grades, scores), weight in zip(queries, w):
        relevant = [grade >= least if least else grade > 0 for grade in grades]
        if not any(relevant):
            if p["withoutRelevant"] == "skip":
                continue
            names = ("map", "map_at_k", "mrr", "mrr_at_k", "precision_at_k", "recall_at_k", "hit_rate_at_k", "ndcg", "ndcg_at_k")
            found = dict.fromkeys(names, float(p["withoutRelevant"] == "one"))
        else:
            all_orders = [of_order([relevant[i] for i in order], k) for order in orders(scores)]
            found = {name: sum(one[name] for one in all_orders) / len(all_orders) for name in all_orders[0]}
            gains = [2**grade - 1 if p["gain"] == "exponential" else grade for grade in grades]
            found["ndcg"], found["ndcg_at_k"] = ndcg(gains, scores, None), ndcg(gains, scores, k)
        each.append(found)
        weights.append(weight)
    return {name: np.average([one[name] for one in each], weights=weights) for name in each[0]} if each else {}


def plain(value):
    if value is None or math.isnan(value):
        return None
    return float(value)


tasks = {"binary": binary, "multiclass": multiclass, "regression": regression, "multilabel": multilabel, "ranking": ranking}
print(json.dumps([{name: plain(value) for name, value in tasks[task](*args).items()} for task, args in json.load(sys.stdin)]))
