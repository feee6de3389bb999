"""What Optuna's pruner decides, for sequences of [trial, step, value] as they come; a trial that was pruned reports no more."""
import json
import math
import sys

import optuna

optuna.logging.set_verbosity(optuna.logging.ERROR)

answers = []
for case in json.load(sys.stdin):
    pruner = optuna.pruners.SuccessiveHalvingPruner(min_resource=case["minSteps"], reduction_factor=case["reduction"], min_early_stopping_rate=0)
    study = optuna.create_study(direction=case["direction"], pruner=pruner)
    trials, decisions = {}, []
    for number, step, value in case["reports"]:
        trial = trials[number] if number in trials else trials.setdefault(number, study.ask())
        if trial is None:
            decisions.append(None)
            continue
        trial.report(math.nan if value is None else value, step)
        stop = trial.should_prune()
        decisions.append(stop)
        if stop:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            trials[number] = None
    answers.append(decisions)
json.dump(answers, sys.stdout)
