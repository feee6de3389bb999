# Trains the same estimators by hand and compares: reads jobs as JSON from standard input, prints what was found of each.
import json
import sys
import warnings

import mlflow
import numpy as np
import pandas as pd



def compare(job):
    frame = pd.read_parquet(job["data"])
    features, target = job["features"], job["target"]
    train, validation, test = (frame[frame["_split"] == side] for side in ("train", "validation", "test"))
    x, y = train[features].to_numpy("float64"), train[target].to_numpy()
    xv, yv = validation[features].to_numpy("float64"), validation[target].to_numpy()
    xt = test[features].to_numpy("float64")
    classes = job["task"] != "regression"
    kind = job["kind"]
    given = job.get("settings", {})
    if kind == "lightgbm":
        import lightgbm

        by_hand = (lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor)(
            n_estimators=1000, random_state=3, deterministic=True, force_row_wise=True, verbosity=-1, **given
        )
        warnings.simplefilter("ignore")
        by_hand.fit(x, y, eval_set=[(xv, yv)], callbacks=[lightgbm.early_stopping(30, verbose=False)])
        best, losses = by_hand.best_iteration_, next(iter(by_hand.evals_result_["valid_0"].values()))
    elif kind == "xgboost":
        import xgboost

        by_hand = (xgboost.XGBClassifier if classes else xgboost.XGBRegressor)(
            n_estimators=1000, random_state=3, learning_rate=0.1, grow_policy="lossguide", max_leaves=31, max_depth=0,
            early_stopping_rounds=30, **given,
        )
        by_hand.fit(x, y, eval_set=[(xv, yv)], verbose=False)
        best, losses = by_hand.best_iteration + 1, next(iter(by_hand.evals_result()["validation_0"].values()))
        losses = losses if classes else [loss**2 for loss in losses]
    elif kind == "scikit-learn":
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        make = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
        early = make(max_iter=1000, random_state=3, early_stopping=True, n_iter_no_change=30, tol=0, **given)
        early.fit(x, y, X_val=xv, y_val=yv)
        scores = -early.validation_score_[1:] * (1 if classes else 2)
        best, losses = int(np.argmin(scores)) + 1, list(scores)
        by_hand = make(max_iter=best, random_state=3, early_stopping=False, **given).fit(x, y)
    else:
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        by_hand = (RandomForestClassifier if classes else RandomForestRegressor)(n_estimators=200, random_state=3, **given)
        by_hand.fit(x, y)
        best, losses = 200, None
    loaded = mlflow.sklearn.load_model(job["model"])
    function = mlflow.pyfunc.load_model(job["model"])
    raw = test[features]
    scores = (loaded.predict_proba(raw), by_hand.predict_proba(xt)) if classes else (loaded.predict(raw), by_hand.predict(xt))
    return {
        "equal": bool(np.array_equal(*scores)),
        "spread": float(np.ptp(scores[0])),
        "labels": bool(np.array_equal(np.asarray(function.predict(raw)), by_hand.predict(xt))),
        "best": int(best),
        "loss": None if losses is None else float(losses[int(best) - 1]),
    }


print(json.dumps([compare(job) for job in json.load(sys.stdin)]))
