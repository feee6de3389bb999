"""Metrics by group with scikit-learn and Fairlearn's MetricFrame: bench/fairness.ts runs it on the same rows."""
import os
import resource
import sys
import time
import warnings

import numpy as np
import pandas as pd
from fairlearn import metrics as fl
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
folder, attributes = sys.argv[1], int(sys.argv[2])
y = np.fromfile(os.path.join(folder, "truth.bin")).astype(np.int8)
s = np.fromfile(os.path.join(folder, "values.bin"))
d = (s >= 0.5).astype(np.int8)
replicates = 1000

start = time.process_time()
sk.roc_auc_score(y, s), sk.average_precision_score(y, s), sk.log_loss(y, s), sk.brier_score_loss(y, s)
sk.accuracy_score(y, d), sk.precision_score(y, d), sk.recall_score(y, d), sk.f1_score(y, d), sk.balanced_accuracy_score(y, d)
once = time.process_time() - start
print("Processor time, one replicate timed without drawing its rows:")
print(f"scikit-learn, metrics once: {once:.1f} s, so {once * replicates:.0f} s for {replicates} replicates")

total = once * (replicates + 1)
metrics = {"selection": fl.selection_rate, "tpr": fl.true_positive_rate, "fpr": fl.false_positive_rate, "precision": sk.precision_score, "accuracy": sk.accuracy_score}
slices = {"roc_auc": sk.roc_auc_score, "pr_auc": sk.average_precision_score, "log_loss": lambda y, s: sk.log_loss(y, s, labels=[0, 1])}
per = by_slice = 0
for a in range(attributes):
    g = np.fromfile(os.path.join(folder, f"a{a}.bin"), np.int8)
    start = time.process_time()
    frame = fl.MetricFrame(metrics=metrics, y_true=y, y_pred=d, sensitive_features=pd.Series(g, name=f"a{a}"))
    frame.difference(), frame.ratio(), frame.difference(method="to_overall"), frame.ratio(method="to_overall")
    per += time.process_time() - start
    start = time.process_time()
    fl.MetricFrame(metrics=slices, y_true=y, y_pred=s, sensitive_features=pd.Series(g, name=f"a{a}")).by_group
    by_slice += time.process_time() - start
print(f"Fairlearn, {attributes} attributes once: {per:.1f} s, so {per * replicates:.0f} s for {replicates} replicates")
print(f"the same, ROC-AUC, average precision and log loss of slices once: {by_slice:.1f} s, so {by_slice * replicates:.0f} s for {replicates} replicates")
print(f"most memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
print(f"total {total + (per + by_slice) * (replicates + 1):.0f} s; everything without intervals, once: {once + per + by_slice:.1f} s")
