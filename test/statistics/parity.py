"""Answers one JSON list of [measure, arguments] on standard input with one JSON list of numbers (null for NaN), by numpy, scipy, scikit-learn and fairlearn."""
import json
import math
import sys
import warnings

import numpy as np
import scipy.stats as st
from fairlearn import metrics as fl
from scipy.optimize import bisect
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as sk

warnings.filterwarnings("ignore")


def shares(counts, fill):
    p = np.asarray(counts, float) / np.sum(counts)
    if fill:
        smallest = p[p > 0].min()
        p[p == 0] = smallest / 1e6 if smallest <= 0.0001 else 0.0001
    return p


def psi(r, c):
    r, c = shares(r, True), shares(c, True)
    return np.sum((r - c) * np.log(r / c))


def recall_at_precision(y, s, least):
    precision, recall, _ = sk.precision_recall_curve(y, s)
    # The last point of the curve (precision 1, recall 0) stands for no prediction at all.
    return max([r for p, r in zip(precision, recall) if p >= least], default=0.0)


def halfway_down(threshold, s):
    lower = max((score for score in s if score < threshold), default=None)
    middle = threshold if lower is None else lower + (threshold - lower) / 2
    return middle if lower is None or middle > lower else threshold


def best_f1_threshold(y, s):
    precision, recall, thresholds = sk.precision_recall_curve(y, s)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-300)
    best = f1[:-1].max()
    return halfway_down(max(t for t, f in zip(thresholds, f1[:-1]) if f >= best - 1e-12), s)


def cheapest_threshold(y, s, false_positive, false_negative):
    candidates = np.append(np.unique(s), np.nextafter(max(s), np.inf))
    negatives, positives = (np.sort(np.asarray(s)[np.asarray(y) == kind]) for kind in (0, 1))
    alarms = len(negatives) - np.searchsorted(negatives, candidates, side="left")
    misses = np.searchsorted(positives, candidates, side="left")
    costs = [false_positive * int(a) + false_negative * int(m) for a, m in zip(alarms, misses)]
    return halfway_down(max(t for t, c in zip(candidates, costs) if c == min(costs)), s)


def auc_interval(area, positives, negatives, confidence, end):
    """Newcombe 2006, method 5, by bisection."""
    half = (positives + negatives) / 2 - 1
    z = st.norm.ppf((1 + confidence) / 2)

    def excess(t):
        spread = 1 + half * (1 - t) / (2 - t) + half * t / (1 + t)
        return (area - t) ** 2 - z * z * t * (1 - t) * spread / (positives * negatives)

    if area == end:
        return end
    # At 0 and 1 the area itself is a second root.
    return bisect(excess, abs(end - 1e-12), area + (1e-12 if end else -1e-12), xtol=1e-14)


def ece(y, s, bins):
    order = np.argsort(s, kind="stable")
    y, s = np.asarray(y)[order], np.asarray(s)[order]
    return sum(len(b) / len(y) * abs(s[b].mean() - y[b].mean()) for b in np.array_split(np.arange(len(y)), bins) if len(b))


def chi_fit(r, c):
    r, c = zip(*[(a, b) for a, b in zip(r, c) if a + b > 0])
    r = np.asarray(r, float)
    return st.chisquare(c, r * np.sum(c) / r.sum())


def chi_table(r, c):
    keep = [(a, b) for a, b in zip(r, c) if a + b > 0]
    return st.chi2_contingency(np.asarray(keep).T)


def decided(y, s, t):
    return np.asarray(y), (np.asarray(s) >= t).astype(int)


def fair(name):
    return lambda y, d, g: getattr(fl, name)(y, d, sensitive_features=g)


def fair_intervals(y, d, g):
    """Ends of the 95 % intervals of fairlearn's bootstrap; equalized odds, which it has no interval of, by its own measure."""
    y, d, g = np.asarray(y), np.asarray(d), np.asarray(g)
    rates = {"selection": fl.selection_rate, "tpr": fl.true_positive_rate}
    frame = fl.MetricFrame(metrics=rates, y_true=y, y_pred=d, sensitive_features=g, n_boot=500, ci_quantiles=[0.025, 0.975], random_state=7)
    differences, ratios = frame.difference_ci(), frame.ratio_ci()
    draws = np.random.default_rng(7).integers(0, len(y), (300, len(y)))
    odds = [fl.equalized_odds_difference(y[i], d[i], sensitive_features=g[i]) for i in draws]
    return [end["selection"] for end in differences] + [end["selection"] for end in ratios] + np.quantile(odds, [0.025, 0.975]).tolist() + [end["tpr"] for end in differences]


def classes(p):
    return list(range(len(p)))


def auc_alone(x, y):
    auc = sk.roc_auc_score(y, x)
    return max(auc, 1 - auc)


def purity(x, y):
    levels, values = np.unique(x, return_inverse=True)[1], np.unique(y, return_inverse=True)[1]
    return sk.cluster.contingency_matrix(values, levels).max(axis=0).sum() / len(x)


def eta2(x, y):
    x, y = np.asarray(x), np.asarray(y, float)
    between = sum((x == level).sum() * (y[x == level].mean() - y.mean()) ** 2 for level in np.unique(x))
    return between / ((y - y.mean()) ** 2).sum()


def expanded(table):
    rows, columns = [], []
    for i, row in enumerate(table):
        for j, n in enumerate(row):
            rows += [i] * n
            columns += [j] * n
    return rows, columns


measures = {
    "mutual_information": lambda table: sk.mutual_info_score(*expanded(table)),
    "mi_share": lambda table: sk.homogeneity_score(*reversed(expanded(table))),
    "mi_baseline": lambda table: st.chi2.ppf(0.95, (sum(1 for r in table if sum(r)) - 1) * (sum(1 for c in zip(*table) if sum(c)) - 1)) / (2 * sum(map(sum, table))),
    "pearson": lambda a, b: st.pearsonr(a, b).statistic,
    "auc_alone": auc_alone,
    "purity": purity,
    "r2_alone": lambda x, y: np.corrcoef(x, y)[0, 1] ** 2,
    "eta2": eta2,
    "psi": psi,
    "ks_d": lambda a, b: st.ks_2samp(a, b).statistic,
    "ks_p": lambda a, b: st.ks_2samp(a, b, method="auto").pvalue,
    "ks_exact": lambda a, b: st.ks_2samp(a, b, method="exact").pvalue,
    "kstwo": lambda n, d: st.kstwo.sf(d, n),
    "norm_sf": lambda z: st.norm.sf(z),
    "t_two_sided": lambda t, df: 2 * st.t.sf(abs(t), df),
    "fisher": lambda a, b, c, d: st.fisher_exact([[a, b], [c, d]]).pvalue,
    "mann_whitney": lambda a, b, alternative: st.mannwhitneyu(a, b, alternative=alternative).pvalue,
    "cvm": lambda a, b: st.cramervonmises_2samp(a, b).pvalue,
    "cvm_statistic": lambda a, b: st.cramervonmises_2samp(a, b).statistic,
    "anderson": lambda a, b: st.anderson_ksamp([a, b], midrank=True).pvalue,
    "false_discovery": lambda p: st.false_discovery_control(p).tolist(),
    "wasserstein": lambda a, b: st.wasserstein_distance(a, b),
    "std": lambda a: np.std(a),
    "quantile": lambda a, q: np.quantile(a, q),
    "js_distance_e": lambda r, c: jensenshannon(r, c),
    "js_distance_2": lambda r, c: jensenshannon(r, c, base=2),
    "js_divergence_2": lambda r, c: jensenshannon(r, c, base=2) ** 2,
    "chi_fit": lambda r, c: chi_fit(r, c).statistic,
    "chi_fit_p": lambda r, c: chi_fit(r, c).pvalue,
    "chi_table": lambda r, c: chi_table(r, c).statistic,
    "chi_table_p": lambda r, c: chi_table(r, c).pvalue,
    "chi2_sf": lambda x, df: st.chi2.sf(x, df),
    "histogram": lambda a, edges: np.histogram(a, edges)[0].tolist(),
    "average_precision": sk.average_precision_score,
    "weighted_average_precision": lambda y, s, w: sk.average_precision_score(y, s, sample_weight=w),
    "roc_auc": sk.roc_auc_score,
    "weighted_roc_auc": lambda y, s, w: sk.roc_auc_score(y, s, sample_weight=w),
    "recall_at_precision": recall_at_precision,
    "auc_interval_low": lambda *args: auc_interval(*args, 0),
    "auc_interval_high": lambda *args: auc_interval(*args, 1),
    "best_f1_threshold": best_f1_threshold,
    "cheapest_threshold": cheapest_threshold,
    "accuracy": lambda y, s, t: sk.accuracy_score(*decided(y, s, t)),
    "balanced_accuracy": lambda y, s, t: sk.balanced_accuracy_score(*decided(y, s, t)),
    "precision": lambda y, s, t: sk.precision_score(*decided(y, s, t)),
    "recall": lambda y, s, t: sk.recall_score(*decided(y, s, t)),
    "f1": lambda y, s, t: sk.f1_score(*decided(y, s, t)),
    "log_loss": lambda y, s: sk.log_loss(y, s, labels=[0, 1]),
    "brier": lambda y, s: sk.brier_score_loss(y, s),
    "ece": ece,
    "cohen_kappa": sk.cohen_kappa_score,
    "fair_intervals": fair_intervals,
    "rmse": lambda y, p: math.sqrt(sk.mean_squared_error(y, p)),
    "mae": sk.mean_absolute_error,
    "r2": sk.r2_score,
    "class_accuracy": lambda y, d, p: sk.accuracy_score(y, d),
    "class_balanced_accuracy": lambda y, d, p: sk.balanced_accuracy_score(y, d),
    "macro_precision": lambda y, d, p: sk.precision_score(y, d, average="macro", zero_division=0),
    "macro_recall": lambda y, d, p: sk.recall_score(y, d, average="macro", zero_division=0),
    "macro_f1": lambda y, d, p: sk.f1_score(y, d, average="macro", zero_division=0),
    "class_log_loss": lambda y, d, p: sk.log_loss(y, np.asarray(p).T, labels=classes(p)),
    **{name: fair(name) for name in (
        "demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference", "equal_opportunity_difference")},
}


def plain(value):
    if isinstance(value, list):
        return value
    value = float(value)
    return None if math.isnan(value) else value if math.isfinite(value) else 1e308


warnings.filterwarnings("ignore")
print(json.dumps([plain(measures[name](*arguments)) for name, arguments in json.load(sys.stdin)]))
