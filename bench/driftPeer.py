"""Says what evidently and NannyML find in streams: one JSON line in, one out.

In: {"reference": path, "windows": path, "rows": n, "count": n}. Out: {"evidently": rates, "nannyml": rates}, where rates
are the shares of windows in which half of the columns drifted, in which any did, and the share of the first four that did.
"""

import json
import logging
import os
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["DO_NOT_TRACK"] = "1"
os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
logging.disable(logging.CRITICAL)

import numpy as np
import pandas as pd
from evidently.core.datasets import infer_column_type
from evidently.legacy.calculations.stattests import get_stattest
from nannyml import UnivariateDriftCalculator
from nannyml.chunk import SizeBasedChunker


def evidently_drifted(reference, current):
    """The choice and the test of evidently's data drift preset for one column."""
    kind = infer_column_type(current)
    before, now = (side.replace([-np.inf, np.inf], np.nan).dropna() for side in (reference, current))
    return bool(get_stattest(before, now, kind, None)(before, now, kind, None).drifted)


def rates(verdicts):
    found = np.asarray(verdicts, dtype=float)
    return {
        "alarms": float((found.mean(axis=1) >= 0.5).mean()),
        "any": float((found.max(axis=1) > 0).mean()),
        "found": float(found[:, :4].mean()),
    }


def nannyml_verdicts(reference, windows, rows):
    """Jensen-Shannon per column, the default, with chunks of the windows' size on both sides."""
    names = list(reference.columns)
    calculator = UnivariateDriftCalculator(column_names=names, chunker=SizeBasedChunker(rows))
    found = calculator.fit(reference).calculate(windows).filter(period="analysis").data
    return np.column_stack([found[name, "jensen_shannon", "alert"].to_numpy(dtype=bool) for name in names])


for line in sys.stdin:
    asked = json.loads(line)
    reference = pd.read_parquet(asked["reference"])
    windows = pd.read_parquet(asked["windows"])
    of = windows.pop("_window")
    reference.pop("_window")
    tables = [windows[of == i] for i in range(asked["count"])]
    verdicts = [[evidently_drifted(reference[name], table[name]) for name in reference.columns] for table in tables]
    answer = {"evidently": rates(verdicts)}
    # NannyML's thresholds come from the chunks of the reference: of one or two chunks they say nothing.
    if len(reference) >= 4 * asked["rows"]:
        answer["nannyml"] = rates(nannyml_verdicts(reference, windows, asked["rows"]))
    print(json.dumps(answer), flush=True)
