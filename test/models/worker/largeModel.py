"""A nearest-neighbour model whose rows take 500 MB. Reads the path from standard input."""

import sys

import joblib
import numpy as np
from sklearn.neighbors import KNeighborsRegressor

rows = np.linspace(0, 1, 31_000_000).reshape(-1, 1)
model = KNeighborsRegressor(n_neighbors=1, algorithm="brute").fit(rows, np.full(len(rows), 3.0))
joblib.dump(model, sys.stdin.read())
