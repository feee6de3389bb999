# Writes a table of scikit-learn, or a made-up one, as data/features.parquet with a column _split.
# Arguments: name, folder of the project.
import os
import sys

import numpy as np
import pandas as pd
from sklearn import datasets

name, root = sys.argv[1:3]
rng = np.random.default_rng(7)


def real(load):
    found = load(as_frame=True)
    frame = found.frame.rename(columns=lambda column: column.replace(" ", "_").replace("(", "").replace(")", "").replace("/", "_"))
    return frame


def mixed(rows):
    """Every kind of column, with missing values, a constant, a column without values, and ids."""
    frame = pd.DataFrame({
        "amount": rng.gamma(2, 30, rows),
        "hour": rng.integers(0, 24, rows),
        "visits": np.where(rng.random(rows) < 0.1, np.nan, rng.integers(0, 9, rows)),
        "country": rng.choice(["de", "fr", "pl", "NA", "", None], rows, p=[0.4, 0.2, 0.15, 0.1, 0.05, 0.1]),
        "known": rng.random(rows) < 0.3,
        "asked": [None if value < 0.2 else bool(value < 0.6) for value in rng.random(rows)],
        "id": [f"user {i}" for i in range(rows)],
        "same": 1.5,
        "empty": np.full(rows, np.nan),
        "empty_text": pd.Series([None] * rows, dtype="string"),
    })
    frame.loc[rng.random(rows) < 0.05, "amount"] = np.nan
    score = frame["amount"].fillna(40) / 40 + (frame["country"] == "pl") + frame["known"] * 0.7 + rng.normal(0, 0.4, rows)
    frame["flag"] = score > 2
    frame["word"] = np.where(score > 2, "late", "in time")
    frame["digit"] = (score > 2).astype("int64")
    frame["grade"] = np.select([score < 1, score < 2, score < 4], ["low", "middle", "high"], "rare")
    frame["value"] = score * 10
    return frame


made = {
    "breast_cancer": lambda: real(datasets.load_breast_cancer),
    "wine": lambda: real(datasets.load_wine),
    "diabetes": lambda: real(datasets.load_diabetes),
    "mixed": lambda: mixed(1500),
    # Numbers that a float of 32 bits cannot hold.
    "huge": lambda: pd.DataFrame({"amount": rng.random(100) * 1e300, "flag": rng.random(100) < 0.5}),
    "wide": lambda: pd.DataFrame(rng.normal(size=(400, 300)), columns=[f"x{i}" for i in range(300)]).assign(
        target=lambda frame: (frame["x0"] + frame["x1"] > 0).astype("int64")
    ),
}[name]()
made["_split"] = rng.choice(["train", "validation", "test"], len(made), p=[0.6, 0.2, 0.2])
os.makedirs(os.path.join(root, "data"), exist_ok=True)
made.to_parquet(os.path.join(root, "data", "features.parquet"))
