"""The peers of bench/data.ts on the same files, each in a process of its own: `evidently` runs its data drift preset, `scipy` describes and checks with pandas and compares every column with scipy."""
import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
peer, reference, current = sys.argv[1:4]
import pandas as pd

if peer == "evidently":
    from evidently import Report
    from evidently.presets import DataDriftPreset
else:
    from scipy import stats

start = time.perf_counter()
before, now = pd.read_parquet(reference), pd.read_parquet(current)
if peer == "evidently":
    Report([DataDriftPreset()]).run(now, before).dict()
else:
    described = now.describe(include="all")
    distinct = now.nunique()
    missing = now.isna().sum()
    broken = now["id"].duplicated().sum()
    for name in now.columns:
        column = now[name]
        if pd.api.types.is_bool_dtype(column) or column.dtype == object or str(column.dtype).startswith("str"):
            levels = column.value_counts()
            if name == "c0":
                broken += (~column.isin(["level0", "level1", "level2"])).sum()
            if name == "c3":
                broken += (~column.str.fullmatch("level[0-9]+")).sum()
            table = pd.concat([before[name].value_counts(), levels], axis=1).fillna(0)
            stats.chi2_contingency(table.to_numpy().T)
        elif pd.api.types.is_numeric_dtype(column):
            broken += ((column < -1e9) | (column > 1e9)).sum()
            stats.wasserstein_distance(before[name], column)
            stats.ks_2samp(before[name], column)
print(json.dumps({"ms": (time.perf_counter() - start) * 1000, "maxRssMB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)}))
