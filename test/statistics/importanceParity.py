"""Answers a JSON list of {params: [{kind, values}], target} on standard input: Optuna's fANOVA (three seeds), scikit-learn's out-of-bag R², scipy's Spearman."""
import json
import sys
import warnings

import numpy as np
import optuna
import scipy.stats as st
from sklearn.ensemble import RandomForestRegressor

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)


def distribution(param):
    values = param["values"]
    if param["kind"] == "category":
        return optuna.distributions.CategoricalDistribution(sorted(set(values)))
    return optuna.distributions.FloatDistribution(min(values), max(values))


def columns(param):
    values = param["values"]
    if param["kind"] == "category":
        return [[float(v == one) for v in values] for one in sorted(set(values))]
    return [values]


def answer(question):
    params, target = question["params"], question["target"]
    names = [str(i) for i in range(len(params))]
    distributions = {name: distribution(param) for name, param in zip(names, params)}
    study = optuna.create_study()
    study.add_trials([
        optuna.trial.create_trial(params={name: param["values"][row] for name, param in zip(names, params)}, distributions=distributions, value=value)
        for row, value in enumerate(target)
    ])
    shares, r2 = [], []
    for seed in range(3):
        found = optuna.importance.get_param_importances(study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=seed), normalize=True)
        shares.append([found[name] for name in names])
        x = np.array([column for param in params for column in columns(param)]).T
        r2.append(RandomForestRegressor(n_estimators=64, max_depth=64, oob_score=True, random_state=seed).fit(x, target).oob_score_)
    spearman = [st.spearmanr(param["values"], target) if param["kind"] == "number" else None for param in params]
    return {"shares": np.array(shares).T.tolist(), "r2": r2, "spearman": [None if s is None else [float(s.statistic), float(s.pvalue)] for s in spearman]}


json.dump([answer(question) for question in json.load(sys.stdin)], sys.stdout)
