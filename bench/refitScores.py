"""Share of windows whose score drifts after a second fit, on quiet streams and after a shift of an input.

Usage: python bench/refitScores.py SEED FITS, with numpy, scipy and scikit-learn. `tested` compares a window with the
scores of the tested fit on its test rows. `both` is the rule of engine/monitoring/compareScores.ts.
"""

import sys
import warnings

import numpy as np
from scipy.stats import ks_2samp, wasserstein_distance
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
threshold = 0.1
random = np.random.default_rng(int(sys.argv[1]))
models = {
    "gradient boosting": lambda seed: HistGradientBoostingClassifier(max_iter=60, random_state=seed),
    "network": lambda seed: MLPClassifier((32,), max_iter=60, random_state=seed, learning_rate_init=0.005),
    "random forest": lambda seed: RandomForestClassifier(100, min_samples_leaf=5, random_state=seed),
}


def draw(rows, shift=0.0):
    x = random.normal(size=(rows, 8))
    x[:, 0] += shift
    z = 1.2 * x[:, 0] - 0.8 * x[:, 1] + 0.6 * x[:, 2] * x[:, 3] - 0.2
    return x, (random.random(rows) < 1 / (1 + np.exp(-z))).astype(int)


def distance(window, reference):
    return wasserstein_distance(window, reference) / reference.std()


def is_far(window, reference, least=threshold):
    return distance(window, reference) >= least and ks_2samp(window, reference).pvalue < 0.01


for rows in (1500, 4000):
    for name, model in models.items():
        found = {}
        for seed in range(int(sys.argv[2])):
            x, y = draw(rows)
            train, test = int(0.6 * rows), int(0.8 * rows)
            tested = model(seed).fit(x[:train], y[:train])
            served = model(seed + 99).fit(x, y)
            scores = {fit: fit.predict_proba(x[test:])[:, 1] for fit in (tested, served)}
            between = distance(scores[tested], scores[served])
            for shift in (0.0, 0.35):
                for size in (200, 1000):
                    for _ in range(3):
                        window = served.predict_proba(draw(size, shift)[0])[:, 1]
                        both = is_far(window, scores[served]) and is_far(
                            window, scores[tested], threshold + min(between, threshold)
                        )
                        found.setdefault((shift, size), []).append((is_far(window, scores[tested]), both))
        for (shift, size), verdicts in found.items():
            shares = 100 * np.mean(verdicts, axis=0)
            print(f"{rows} {name}, shift {shift}, windows of {size}: tested {shares[0]:.0f} %, both {shares[1]:.0f} %")
