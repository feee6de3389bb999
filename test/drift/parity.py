"""Writes random table pairs into a folder and prints what evidently, NannyML and scipy say of them, one JSON line each: parity.py FOLDER PAIRS REPORTS."""
import json
import math
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["DO_NOT_TRACK"] = "1"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"

import numpy as np
import pandas as pd
from scipy import stats as st

from evidently.core.datasets import infer_column_type
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
import logging

logging.disable(logging.CRITICAL)
from nannyml.base import _column_is_categorical, _column_is_continuous
from nannyml.chunk import DefaultChunker
from nannyml.drift.univariate.calculator import DEFAULT_THRESHOLDS
from nannyml.drift.univariate.methods import FeatureType, MethodFactory

folder, pairs, reports = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
rng = np.random.default_rng(20260923)
SIZES = [1, 2, 3, 5, 8, 9, 10, 11, 15, 20, 21, 30, 60, 100, 250, 400, 999, 1000, 1001, 1300, 2500]


def words(n, k, shift):
    alphabet = ["a", "b", "B", "é", "ß", "日本", "😀", "zz top", "x,y", "q\"uote", "-1", "true", " lead", "Ω", "k", "l", "m", "n1", "o", "p"]
    weights = 1 / (1 + np.arange(k)) ** (1 + shift)
    return pd.Series(np.array(alphabet, dtype=object)[rng.choice(k, n, p=weights / weights.sum())])


def column(kind, n, shift, csv):
    """A column of n values; `shift` 0 keeps the distribution."""
    z = rng.normal(size=n)
    if kind == "normal": return pd.Series(z * (1 + shift / 3) + shift)
    if kind == "heavy": return pd.Series(np.exp(4 * z + shift))
    if kind == "cauchy": return pd.Series(rng.standard_cauchy(n) + shift)
    if kind == "ties": return pd.Series(np.round(z + shift, 1))
    if kind == "halves": return pd.Series(np.round(2 * z + shift) / 2)
    if kind == "constant": return pd.Series(np.full(n, 2.5 if shift < 1 else 3.5))
    if kind == "almost": return pd.Series(np.where(rng.random(n) < 0.98, 0.0, z * 100 + shift))
    # 16 digits: pandas.read_csv is not exact beyond them, which at this distance from zero is more than 1e-6 of the spread.
    if kind == "far": return pd.Series(np.round(1e9 + z / 1000 + shift / 1000, 6))
    if kind == "tiny": return pd.Series((z + shift) * 1e-12)
    if kind == "gaps": return pd.Series(np.where(rng.random(n) < 0.2, np.nan, z + shift))
    if kind == "infinite": return pd.Series(np.where(rng.random(n) < 0.05, rng.choice([np.inf, -np.inf], n), z + shift))
    if kind == "infinite gaps": return pd.Series(np.where(rng.random(n) < 0.1, rng.choice([np.inf, np.nan], n), z + shift))
    if kind == "few floats": return pd.Series(rng.choice([0.5, 1.5, 2.5, 3.5], n, p=np.array([4, 3, 2, 1 + shift]) / (10 + shift)))
    if kind == "twenty": return pd.Series(rng.integers(0, 21, n) * 0.25 + 0.0)
    if kind == "int2": return pd.Series((rng.random(n) < 0.4 + shift / 10).astype("int64"))
    if kind == "int10": return pd.Series(rng.integers(0, 10 + int(shift), n))
    if kind == "int": return pd.Series(rng.poisson(30 + shift, n))
    if kind == "wide int": return pd.Series(rng.integers(-10**9, 10**9 + int(shift * 1e8), n))
    if kind == "int gaps": return pd.Series(np.where(rng.random(n) < 0.1, np.nan, rng.integers(0, 4 + int(shift), n)))
    if kind == "bool": return pd.Series(rng.random(n) < 0.5 + shift / 20)
    if kind == "bool gaps": return pd.Series([None if r < 0.1 else bool(r < 0.6) for r in rng.random(n)], dtype=object)
    if kind == "words2": return words(n, 2, shift)
    if kind == "words5": return words(n, 5, shift)
    if kind == "words20": return words(n, 20, shift)
    if kind == "words gaps": return words(n, 6, shift).where(pd.Series(rng.random(n) > 0.1), None)
    if kind == "marks": return pd.Series(rng.choice(["NA", "None", "1", "2", "x"] if csv else ["1", "2", "x"], n))
    if kind == "numbers and marks": return pd.Series(rng.choice(["NA", "n/a", "1.5", "2", "-3e2"] if csv else ["1", "2"], n))
    if kind == "days": return pd.Series(["2026-01-%02d" % (1 + d) for d in rng.integers(0, 28, n)])
    if kind == "ids": return pd.Series(["id %d" % i for i in rng.integers(0, 10**9, n)])
    if kind == "float32": return pd.Series((z + shift).astype("float32"))
    if kind == "int8": return pd.Series(rng.integers(-20, 20, n).astype("int8"))
    if kind == "uint8": return pd.Series(rng.integers(0, 200, n).astype("uint8"))
    if kind == "times": return pd.Series(pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, 10**6, n), unit="s"))
    if kind == "nothing": return pd.Series(np.full(n, np.nan))
    raise KeyError(kind)


KINDS = ["normal", "heavy", "cauchy", "ties", "halves", "constant", "almost", "far", "tiny", "gaps", "infinite", "infinite gaps", "few floats", "twenty", "int2", "int10",
         "int", "wide int", "int gaps", "bool", "bool gaps", "words2", "words5", "words20", "words gaps", "marks", "numbers and marks", "days", "ids"]
PARQUET = KINDS + ["float32", "int8", "uint8", "times"]


def plain(value):
    if value is None:
        return None
    value = float(value)
    return value if math.isfinite(value) else None


def clean(series):
    return series.replace([-np.inf, np.inf], np.nan).dropna()


def near_zero(reference, current, test):
    """scipy's t tests lose the digits of a spread far below the mean, so that they are given the same values less their first, which is exact."""
    first = clean(reference)
    if test in ("t_test", "t_welch_p", "t_student_p") and len(first) > 0 and isinstance(first.iloc[0], float) and first.iloc[0] > 9e8 and all(s.dtype == "float64" for s in (reference, current)):
        return reference - first.iloc[0], current - first.iloc[0]
    return reference, current


def evidently_column(reference, current, test=None):
    """What get_one_column_drift does before it draws anything, with evidently's own choice and functions."""
    kind = infer_column_type(current)
    if kind not in (ColumnType.Numerical, ColumnType.Categorical, ColumnType.Text):
        return {"type": None}
    ref, cur = (clean(s) for s in near_zero(reference, current, test))
    result = {"type": {"num": "numeric", "cat": "categorical", "text": "text"}[kind.value]}
    if ref.empty or cur.empty:
        return {**result, "error": "empty"}
    if kind == ColumnType.Numerical and not (pd.api.types.is_numeric_dtype(ref) and pd.api.types.is_numeric_dtype(cur)):
        return {**result, "type": None, "error": "no numbers"}
    try:
        chosen = get_stattest(ref, cur, kind, test)
    except ValueError:
        return {"type": result["type"], "error": "no such test"}
    result["measure"] = chosen.display_name
    if kind == ColumnType.Text:
        return result
    try:
        found = chosen(ref, cur, kind, None)
    except Exception as error:
        return {**result, "error": str(error)}
    return {**result, "value": plain(found.drift_score), "drifted": bool(found.drifted), "threshold": float(found.actual_threshold), "n": [len(ref), len(cur)]}


NUMERIC_TESTS = ["psi", "jensenshannon", "kl_div", "wasserstein", "hellinger", "ks", "mannw", "anderson", "cramer_von_mises", "ed", "t_test"]
CATEGORY_TESTS = ["psi", "jensenshannon", "kl_div", "hellinger", "chisquare", "z", "g_test", "fisher_exact"]


def nannyml_column(reference, current, name):
    if _column_is_continuous(reference): kind = FeatureType.CONTINUOUS
    elif _column_is_categorical(reference): kind = FeatureType.CATEGORICAL
    else: return {"type": None}
    result = {"type": "numeric" if kind == FeatureType.CONTINUOUS else "categorical"}
    try:
        # As UnivariateDriftCalculator makes and fits each method.
        method = MethodFactory.create(key=name, feature_type=kind, chunker=DefaultChunker(), threshold=DEFAULT_THRESHOLDS[name])
        method.fit(reference_data=reference.rename("x"))
    except Exception as error:
        return {**result, "error": str(error)}
    try:
        value = method.calculate(current.rename("x"))
        alert = method.alert(value)
    except Exception as error:
        return {**result, "error": str(error)}
    return {**result, "value": plain(value), "drifted": bool(alert), "threshold": 0.05 if name == "chi2" else plain(method.upper_threshold_value)}


def counts(reference, current):
    keys = sorted(set(reference) | set(current), key=str)
    r, c = reference.value_counts(), current.value_counts()
    return [r.get(k, 0) for k in keys], [c.get(k, 0) for k in keys]


def hellinger(r, c):
    r, c = np.asarray(r) / np.sum(r), np.asarray(c) / np.sum(c)
    return np.sqrt(((np.sqrt(r) - np.sqrt(c)) ** 2).sum() / 2)


SCIPY_NUMBERS = {
    "wasserstein": lambda r, c: st.wasserstein_distance(r, c),
    "energy_distance": lambda r, c: st.energy_distance(r, c),
    "ks_statistic": lambda r, c: st.ks_2samp(r, c).statistic,
    "cramer_von_mises_p": lambda r, c: st.cramervonmises_2samp(r, c).pvalue,
    "anderson_darling_p": lambda r, c: st.anderson_ksamp([r, c], midrank=True).pvalue,
    "mann_whitney_p": lambda r, c: st.mannwhitneyu(r, c).pvalue,
    "t_welch_p": lambda r, c: st.ttest_ind(r, c, equal_var=False).pvalue,
    "t_student_p": lambda r, c: st.ttest_ind(r, c).pvalue,
}
SCIPY_CATEGORIES = {
    "chi_square_p": lambda r, c: st.chi2_contingency(np.array([r, c])).pvalue,
    "hellinger": hellinger,
    "total_variation": lambda r, c: np.abs(np.asarray(r) / sum(r) - np.asarray(c) / sum(c)).sum() / 2,
    "l_infinity": lambda r, c: np.abs(np.asarray(r) / sum(r) - np.asarray(c) / sum(c)).max(),
    "g_test_p": lambda r, c: st.power_divergence(c, np.asarray(r) * (sum(c) / sum(r)), lambda_="log-likelihood").pvalue,
}


def scipy_column(reference, current, numbers, categories):
    if all(pd.api.types.is_numeric_dtype(s) and s.dtype != bool for s in (reference, current)):
        ref, cur = (clean(s).astype(float).to_numpy() for s in near_zero(reference, current, numbers))
        name, work = numbers, SCIPY_NUMBERS[numbers]
    elif all(s.dtype == object or s.dtype == bool for s in (reference, current)):
        name, work = categories, SCIPY_CATEGORIES[categories]
        ref, cur = reference.dropna(), current.dropna()
    else:
        return None
    if len(ref) == 0 or len(cur) == 0:
        return None
    if name in SCIPY_CATEGORIES:
        if ref.nunique() > 200:
            return None
        ref, cur = counts(ref, cur)
    try:
        return {"measure": name, "value": plain(work(ref, cur))}
    except Exception as error:
        return {"measure": name, "error": str(error)}


def tfdv_histogram(x):
    """TFDV's STANDARD histogram of finite values: [(low, high, count)]."""
    low, high = x.min(), x.max()
    if low == high:
        return [(low, high, len(x))]
    n, edges = np.histogram(x, np.linspace(low, high, 11))
    return list(zip(edges[:-1], edges[1:], n))


def tfdv_divergence(reference, current):
    """metrics.cc by its formulas, written apart from ours: the density of each side on the union of edges."""
    sides = []
    for s in (reference, current):
        x = s.dropna().astype(float).to_numpy()
        sides.append((tfdv_histogram(x[np.isfinite(x)]) if np.isfinite(x).any() else [], [(x == v).sum() for v in (-np.inf, np.inf)], len(x)))
    edges = sorted({e for h, _, _ in sides for l, u, _ in h for e in (l, u)})
    total = 0.0
    masses = []
    for h, _, n in sides:
        mass = {}
        for l, u, c in h:
            if l == u:
                mass[("point", l)] = mass.get(("point", l), 0) + c / n
            else:
                for a, b in zip(edges[:-1], edges[1:]):
                    if a >= l and b <= u and b > a:
                        mass[(a, b)] = mass.get((a, b), 0) + c / n * (b - a) / (u - l)
        masses.append(mass)
    for key in set(masses[0]) | set(masses[1]):
        p, q = masses[0].get(key, 0), masses[1].get(key, 0)
        m = (p + q) / 2
        total += (p * math.log2(p / m) if p > 0 else 0) / 2 + (q * math.log2(q / m) if q > 0 else 0) / 2
    for _, infinite, n in sides:
        total += sum(i / n for i in infinite) / 2
    return min(1.0, total)


def tfdv_column(reference, current):
    if all(pd.api.types.is_numeric_dtype(s) and s.dtype != bool for s in (reference, current)):
        if reference.dropna().empty or current.dropna().empty:
            return None
        return {"measure": "js_divergence_2", "value": tfdv_divergence(reference, current)}
    if all(s.dtype == object for s in (reference, current)) and not reference.dropna().empty and not current.dropna().empty and isinstance(reference.dropna().iloc[0], str):
        r, c = counts(reference.dropna(), current.dropna())
        return {"measure": "l_infinity", "value": float(np.abs(np.asarray(r) / sum(r) - np.asarray(c) / sum(c)).max())}
    return None


def plain_in(files, kind):
    """Outside the pandas profiles CSV is read by DuckDB, to which NA is a word."""
    return files[0].endswith(".parquet") or "marks" not in kind


def save(frame, name, csv):
    path = os.path.join(folder, name + (".csv" if csv else ".parquet"))
    if csv: frame.to_csv(path, index=False)
    else: frame.to_parquet(path, index=False)
    return path


def load(path):
    return pd.read_csv(path) if path.endswith(".csv") else pd.read_parquet(path)


def make(i, width):
    csv = i % 2 == 0
    n, m = (int(rng.choice(SIZES)) for _ in range(2))
    if rng.random() < 0.3: m = n
    if i % 97 == 0: n, m = int(rng.integers(9000, 30000)), int(rng.integers(500, 15000))
    if i % 999 == 0: n, m = 200_000, 20_000
    kinds = rng.choice(KINDS if csv else PARQUET, width)
    if i % 61 == 0: kinds[0] = "nothing"
    frames = []
    shift = float(rng.choice([0, 0, 0.2, 1, 4]))
    for side, size in ((0, n), (1, m)):
        other = rng.random() < 0.05
        chosen = [rng.choice(KINDS) if other and side == 1 else kind for kind in kinds]
        frames.append(pd.DataFrame({"c%d" % k: column(kind, size, shift if side else 0.0, csv) for k, kind in enumerate(chosen)}))
    return [save(frame, "%d%s" % (i, "rc"[side]), csv) for side, frame in enumerate(frames)], [str(k) for k in kinds]


def tell(kind, case):
    print(json.dumps({"kind": kind, **case}), flush=True)


for i in range(pairs):
    files, kinds = make(i, 2)
    reference, current = (load(f) for f in files)
    case = {"files": files, "kinds": kinds, "columns": list(reference.columns)}
    case["evidently"] = {c: evidently_column(reference[c], current[c]) for c in reference.columns}
    turn = i // 2 % 4
    if turn == 0:
        numbers, categories = str(rng.choice(NUMERIC_TESTS)), str(rng.choice(CATEGORY_TESTS))
        # A name that both types know is asked for once, so that one run of ours answers.
        case["test"] = str(rng.choice([numbers, categories]))
        case["tested"] = {c: evidently_column(reference[c], current[c], case["test"]) for c in reference.columns}
    if turn == 1:
        case["method"] = str(rng.choice(["jensen_shannon", "jensen_shannon", "hellinger", "kolmogorov_smirnov", "wasserstein", "chi2", "l_infinity"]))
        case["nannyml"] = {c: nannyml_column(reference[c], current[c], case["method"]) for c in reference.columns}
    if turn == 2:
        numbers, categories = str(rng.choice(list(SCIPY_NUMBERS))), str(rng.choice(list(SCIPY_CATEGORIES)))
        case["scipy"] = {c: scipy_column(reference[c], current[c], numbers, categories) if plain_in(files, kinds[k]) else None for k, c in enumerate(reference.columns)}
    if turn == 3:
        case["tfdv"] = {c: tfdv_column(reference[c], current[c]) if plain_in(files, kinds[k]) else None for k, c in enumerate(reference.columns)}
    tell("case", case)

# Whole reports and whole calculators, as a person runs them.
from evidently import Report
from evidently.presets import DataDriftPreset
import nannyml

for i in range(pairs, pairs + reports):
    csv = i % 2 == 0
    n, m = (int(v) for v in rng.choice([30, 200, 1000, 1001, 3000], 2))
    kinds = [str(k) for k in rng.choice([k for k in (KINDS if csv else PARQUET) if k not in ("ids",)], 6)]
    shift = float(rng.choice([0, 0.3, 2]))
    files = [save(pd.DataFrame({"c%d" % k: column(kind, size, s, csv) for k, kind in enumerate(kinds)}), "%d%s" % (i, side), csv) for side, size, s in (("r", n, 0.0), ("c", m, shift))]
    reference, current = (load(f) for f in files)
    case = {"files": files, "kinds": kinds}
    try:
        found = Report([DataDriftPreset()], include_tests=True).run(current, reference).dict()
        case["share"] = next(x["value"]["share"] for x in found["metrics"] if x["metric_name"].startswith("DriftedColumnsCount"))
        case["values"] = {x["config"]["column"]: plain(x["value"]) for x in found["metrics"] if x["metric_name"].startswith("ValueDrift")}
        case["drifted"] = {t["name"].removeprefix("Value Drift for column "): str(t["status"]).endswith("FAIL") for t in found["tests"] if t["name"].startswith("Value Drift")}
        case["dataset"] = next(str(t["status"]).endswith("FAIL") for t in found["tests"] if t["name"].startswith("Share"))
    except Exception as error:
        case["error"] = str(error)
    try:
        calculator = nannyml.UnivariateDriftCalculator(column_names=[c for c in reference.columns if _column_is_continuous(reference[c]) or _column_is_categorical(reference[c])]).fit(reference)
        calculator.chunker = nannyml.chunk.SizeBasedChunker(len(current))
        rows = calculator.calculate(current).filter(period="analysis").data
        case["nannyml"] = {c: {"value": plain(rows[c, "jensen_shannon", "value"].iloc[0]), "threshold": plain(rows[c, "jensen_shannon", "upper_threshold"].iloc[0]), "drifted": bool(rows[c, "jensen_shannon", "alert"].iloc[0])} for c in calculator.column_names}
    except Exception as error:
        case["nannymlError"] = str(error)
    tell("whole", case)

# Texts that are clearly alike and clearly not: the value is another classifier's, so that only its neighbourhood is compared.
vocabulary = ["w%03d" % k for k in range(300)]
for name, first in (("alike", 0), ("apart", 100), ("half", 40)):
    sides = [[" ".join(rng.choice(vocabulary[start:start + 150], 12)) for _ in range(300)] for start in (0, first)]
    files = [save(pd.DataFrame({"t": side, "x": rng.normal(size=len(side))}), "text-%s-%d" % (name, k), True) for k, side in enumerate(sides)]
    from evidently.legacy.utils.data_drift_utils import calculate_text_drift_score
    # The bootstrap of random scores takes seconds; once is enough.
    auc, drifted = calculate_text_drift_score(pd.Series(sides[0]), pd.Series(sides[1]), bootstrap=name == "apart", p_value=0.05)
    tell("text", {"name": name, "files": files, "auc": float(auc), "drifted": bool(drifted)})
