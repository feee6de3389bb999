"""Fills two tracking servers with the same random runs, models and versions, and asks both random questions. Input and output: sides.compare,
with the keys "seed" and "questions" beside "uris".

Left out is what docs/tracking.md names as different on purpose, and what MLflow answers with an internal error.
"""
import json, random

import requests
from mlflow.entities import Dataset, DatasetInput, InputTag

from sides import compare, history_of, run_of

nan, inf = float("nan"), float("inf")


class Questions:
    """Texts of filters and orders."""

    def __init__(self, rand, run_ids):
        self.rand, self.run_ids = rand, run_ids

    def one_of(self, *choices):
        return self.rand.choice(choices)

    def quoted(self, text):
        if self.rand.random() < 0.1:
            return f'"{text}"'
        return "'" + text.replace("'", self.one_of("''", "\\'")) + "'"

    def field(self, kinds, key):
        if not key.isalnum() or not key.isascii():
            key = self.one_of("`%s`", "`%s`", '"%s"') % key
        elif self.rand.random() < 0.15:
            key = f"`{key}`"
        return f"{self.one_of(*kinds)}.{key}"

    def comparison(self):
        kind = self.rand.random()
        if kind < 0.3:
            return f"{self.field(['metrics', 'metric'], self.one_of('m', 'val/acc', 'a b', 'm.x', 'ü', 'none'))} {self.one_of('=', '!=', '<', '<=', '>', '>=', 'LIKE')} {self.one_of('1', '0.5', '-1', '1e-12', '3.0', '.5', '1e300', '9007199254740992', self.quoted('1'))}"
        if kind < 0.5:
            field = self.field(["params", "parameters", "param", "parameter"], self.one_of("p", "lr", "a b", "P", "none"))
            return f"{field} {self.one_of('IS NULL', 'IS NOT NULL', 'is null')}" if self.rand.random() < 0.15 else f"{field} {self.one_of('=', '!=', 'LIKE', 'ILIKE', 'like', '<')} {self.quoted(self.one_of('1', '0.1', 'abc', 'A%', '%b%', 'a_c', '100%', '', 'None', 'x%'))}"
        if kind < 0.68:
            field = self.field(["tags", "tag"], self.one_of("t", "t.u", "idx", "mlflow.user", "none", "mlflow.note.content"))
            return f"{field} {self.one_of('IS NULL', 'IS NOT NULL')}" if self.rand.random() < 0.15 else f"{field} {self.one_of('=', '!=', 'LIKE', 'ILIKE', '<')} {self.quoted(self.one_of('1', 'v', 'V', 'v%', '%', '_', 'ü', '100%'))}"
        if kind < 0.75:
            return f"{self.field(['datasets', 'dataset'], self.one_of('name', 'digest', 'context', 'x'))} {self.one_of('=', '!=', 'LIKE')} {self.quoted(self.one_of('d1', 'h2', 'train', 'd%'))}"
        return self.attribute()

    def attribute(self):
        field = self.one_of("status", "run_name", "start_time", "end_time", "run_id", "artifact_uri", "attributes.status", "attribute.start_time", "attr.run_name", "run.status", "created", "`run name`", "attributes.`Run name`", "Created", "nope")
        if "time" in field or "reated" in field:
            return f"{field} {self.one_of('=', '!=', '<', '<=', '>', '>=', 'LIKE')} {self.one_of('1000', '2500', '5000', '-5', '1e3')}"
        if "name" in field:
            return f"{field} {self.one_of('=', '!=', 'LIKE', 'ILIKE', '>')} {self.quoted(self.one_of('alpha', '%et%', 'beta%', 'x_y', 'ünï', 'BETA'))}"
        if field == "run_id":
            a, b = self.rand.choice(self.run_ids), self.rand.choice(self.run_ids)
            return self.one_of(f"run_id = '{a}'", f"run_id IN ('{a}', '{b}')", f"run_id NOT IN ('{a}')", f"attributes.run_id != '{a}'", "run_id IN ()", "run_id IN ('')")
        return f"{field} {self.one_of('=', '!=', 'LIKE', 'ILIKE', '<')} {self.quoted(self.one_of('FINISHED', 'RUNNING', 'failed', 'F%', '%ED', 'SCHEDULED', 'killed'))}"

    def filter(self):
        text = self.one_of(" and ", " AND ").join(self.comparison() for _ in range(self.one_of(0, 1, 1, 1, 2, 2, 3)))
        if self.rand.random() < 0.03:
            text = text.replace("and", "or")
        return text + self.one_of(" garbage", " =", "'", " ;") if self.rand.random() < 0.02 else text

    def orders(self):
        fields = self.rand.sample(["metrics.m", "metrics.`val/acc`", "metrics.ü", "params.p", "params.lr", "tags.t", "start_time", "end_time", "status", "run_name", "metric.none", "nope", "metrics.m.x", "dataset.name"], self.one_of(0, 0, 1, 1, 2))
        return [field + self.one_of("", " ASC", " DESC", " desc", " asc", " DOWN") for field in fields]


def some(rand, chance):
    return rand.random() < chance


def fill(side, rand):
    """Fifty runs in three experiments; every second has a logged model."""
    c = side.client
    experiments = [c.create_experiment(f"e{i}", tags={"k": rand.choice("abc")}) for i in range(3)]
    runs = []
    for i in range(50):
        name = rand.choice(["alpha", "Beta", "beta-2", "ga%mma", "x_y", "ünï", None]) or f"n{i}"
        run = c.create_run(rand.choice(experiments), start_time=rand.choice([1000, 2000, 3000, 5000, 10**12]) + i * 13, run_name=name, tags={"idx": str(i)}).info.run_id
        runs.append(side.name(run, f"<run {i}>"))
        for key in ["m", "val/acc", "a b", "m.x", "ü"]:
            for _ in range(rand.randrange(1, 4) if some(rand, 0.6) else 0):
                c.log_metric(run, key, rand.choice([0, 1, -1, 0.5, 1e-12, inf, -inf, 3.0, 2**53, 1e300, rand.random()]), timestamp=rand.choice([1, 2, 3]), step=rand.choice([-1, 0, 0, 1, 5]))
        if some(rand, 0.2):
            c.log_metric(run, "not", nan, timestamp=1)
        for key in ["p", "lr", "a b", "P"]:
            if some(rand, 0.6):
                c.log_param(run, key, rand.choice(["1", "0.1", "abc", "ABC", "", "it's", "100%", "a_b", "None", "1e-3", "x" * 300]))
        for key in ["t", "t.u", "mlflow.note.content", "mlflow.user", "mlflow.source.name"]:
            if some(rand, 0.6):
                c.set_tag(run, key, rand.choice(["1", "v", "V", "v w", "100%", "_", "", "ü"]))
        if some(rand, 0.4):
            c.log_inputs(run, datasets=[DatasetInput(Dataset(rand.choice(["d1", "d2"]), rand.choice(["h1", "h2"]), "local", "{}"), [InputTag("mlflow.data.context", rand.choice(["train", "eval"]))])])
        end = rand.random()
        if end < 0.6:
            c.set_terminated(run, rand.choice(["FINISHED", "FAILED", "KILLED"]), end_time=rand.choice([1500, 2500, 7000, 10**12]))
        elif end < 0.7:
            c.update_run(run, status="SCHEDULED")
        if some(rand, 0.5):
            logged_model(side, rand, c.get_run(run).info.experiment_id, run, i)
        if some(rand, 0.15):
            c.delete_run(run)
    return experiments, runs


def logged_model(side, rand, experiment, run, i):
    c = side.client
    model = c.create_logged_model(experiment, name=rand.choice(["mod", "Mod", "net"]), source_run_id=run, tags={"t": rand.choice("12")}, params={"p": rand.choice(["1", "2", "a"])}, model_type=rand.choice(["x", None])).model_id
    side.name(model, f"<model {i}>")
    for step in range(rand.randrange(3)):
        dataset = rand.choice([None, "d1", "d2"])
        c.log_metric(run, rand.choice(["m", "q"]), rand.choice([0, 1, 0.5, 2]), step=step, timestamp=rand.choice([1, 2]), model_id=model, dataset_name=dataset, dataset_digest=None if dataset is None else "h1")
    if some(rand, 0.5):
        c.finalize_logged_model(model, rand.choice(["READY", "FAILED"]))


def ask_for_runs(side, rand, experiments, runs, number):
    c, asks = side.client, Questions(rand, runs)
    for run in runs:
        side.ask("run " + side.plain(run), lambda: run_of(c.get_run(run)))
        for key in ["m", "val/acc"]:
            side.ask(f"history of {key} of {side.plain(run)}", lambda: history_of(c.get_metric_history(run, key)))
    for _ in range(number):
        text, orders = asks.filter(), asks.orders()
        among, view, size = rand.sample(experiments, rand.randrange(1, 4)), rand.choice([1, 1, 2, 3]), rand.choice([5, 7, 100, 100, 1])

        def pages():
            first = c.search_runs(among, text, view, size, orders)
            second = c.search_runs(among, text, view, size, orders, first.token) if first.token else []
            return [[run.info.run_id for run in page] for page in (first, second)]

        side.ask(side.plain(f"runs where {text} by {orders}, view {view}, pages of {size}"), pages)


def ask_for_models(side, rand, experiments, number):
    c = side.client
    metrics = [f"metrics.{key} {operator} {value}" for key in ["m", "q", "none"] for operator in ["=", "!=", "<", ">="] for value in ["0", "1", ".5"]]
    others = [f"params.{key} {operator} {value}" for key in ["p", "none"] for operator in ["=", "!=", "LIKE", "ILIKE"] for value in ["'1'", "'a'", "'A%'"]] + ["tags.t = '1'", "tags.t != '1'", "tags.t LIKE '%'", "name = 'mod'", "name LIKE 'm%'", "name ILIKE 'M%'", "name != 'net'", "model_type = 'x'", "model_type != 'x'", "creation_timestamp > 5", "name > 'a'", "attributes.name = 'net'", "name IN ('mod','net')", "name NOT IN ('mod')", "source_run_id = 'x'"]
    for _ in range(number):
        text = " AND ".join(rand.choice(rand.choice([metrics, others])) for _ in range(rand.choice([0, 1, 1, 2])))
        orders = [{"field_name": field, "ascending": rand.choice([True, False]), **({"dataset_name": rand.choice(["d1", "d2"]), "dataset_digest": "h1"} if field.startswith("metrics") and some(rand, 0.3) else {})} for field in rand.sample(["metrics.m", "metrics.q", "name", "params.p", "nope", "creation_timestamp"], rand.choice([0, 1, 1, 2]))]
        datasets = [{"dataset_name": rand.choice(["d1", "d2"]), "dataset_digest": "h1"}] if some(rand, 0.2) else None
        side.ask(f"models where {text} by {orders} on {datasets}", lambda: [m.model_id for m in c.search_logged_models(experiments, text or None, datasets, order_by=orders or None)])


def ask_for_experiments(side, rand, number):
    c = side.client
    parts = ["name = 'e1'", "name LIKE 'e%'", "name ILIKE 'E%'", "name != 'e0'", "tags.k = 'a'", "tags.k != 'b'", "tags.`k` LIKE '%'", "tag.k = 'c'", "creation_time > 0", "last_update_time >= 5", "nope = 1", "attribute.name = 'e2'", "tags.none IS NULL", "tags.k IS NOT NULL", "name > 'a'", "experiment_id = '1'", "name IN ('e1')"]
    for _ in range(number):
        text = " AND ".join(rand.choice(parts) for _ in range(rand.choice([0, 1, 1, 2])))
        orders = rand.sample(["name", "name DESC", "experiment_id", "experiment_id DESC", "nope", "tags.k", "attribute.name ASC"], rand.choice([0, 1]))
        view, size = rand.choice([1, 1, 2, 3]), rand.choice([100, 2])
        side.ask(f"experiments where {text} by {orders}, view {view}, {size}", lambda: [e.name for e in c.search_experiments(view, size, text, orders)])


def ask_registry(side, rand, number):
    c = side.client
    for i in range(12):
        name = f"{rand.choice(['reg', 'Reg', 'a b', 'ü'])}{i}"
        c.create_registered_model(name, tags={"t": rand.choice("12")} if some(rand, 0.7) else None)
        for v in range(rand.randrange(3)):
            c.create_model_version(name, f"s3://b/{i}/{v}", tags={"s": rand.choice("xy")} if some(rand, 0.7) else None)
    models = ["name = 'reg0'", "name LIKE 'reg%'", "name ILIKE 'REG%'", "name != 'reg1'", "tags.t = '1'", "tags.t != '1'", "tags.`t` LIKE '%'", "tags.none = '1'", "nope = 'x'"]
    versions = ["name = 'reg0'", "name LIKE '%1%'", "name ILIKE 'REG%'", "name != 'reg1'", "tags.s = 'x'", "tags.s != 'x'", "tags.s LIKE 'x'", "version_number > 1", "version_number = 1", "version_number != 1", "source_path LIKE 's3%'", "source_path = 's3://b/1/0'", "run_id = ''", "nope = 'x'", "version_number LIKE '1'"]
    for _ in range(number):
        text = " AND ".join(rand.choice(models) for _ in range(rand.choice([0, 1, 2])))
        orders, size = rand.choice([None, ["name"], ["name DESC"], ["nope"], ["version"]]), rand.choice([100, 3])
        side.ask(f"registered models where {text} by {orders}, {size}", lambda: [m.name for m in c.search_registered_models(text or None, size, orders)])
        text = " AND ".join(rand.choice(versions) for _ in range(rand.choice([0, 1, 2])))
        orders = rand.choice([None, ["name"], ["name DESC"], ["version_number", "name"], ["name", "version_number DESC"], ["nope"]])
        side.ask(f"versions where {text} by {orders}", lambda: [[v.name, int(v.version)] for v in c.search_model_versions(text or None, order_by=orders)])


def ask_raw(side, rand, experiments, run, number):
    """Bodies with one fault at most: of two faults servers may name either first."""
    calls = [
        ("POST", "experiments/create", {"name": None}), ("GET", "experiments/get", {"experiment_id": experiments[0]}), ("GET", "experiments/get-by-name", {"experiment_name": "e0"}), ("POST", "experiments/search", {"max_results": 5, "filter": ""}),
        ("GET", "runs/get", {"run_id": run}), ("POST", "runs/create", {"experiment_id": experiments[0], "run_name": "r", "start_time": 5}), ("POST", "runs/update", {"run_id": run, "status": "FINISHED", "end_time": 9}), ("POST", "runs/log-metric", {"run_id": run, "key": "zz", "value": 1, "timestamp": 5, "step": 1}),
        ("POST", "runs/log-parameter", {"run_id": run, "key": "zz", "value": "1"}), ("POST", "runs/set-tag", {"run_id": run, "key": "zz", "value": "1"}), ("POST", "runs/search", {"experiment_ids": [experiments[0]], "filter": "", "max_results": 5}),
        ("GET", "metrics/get-history", {"run_id": run, "metric_key": "m"}), ("GET", "artifacts/list", {"run_id": run, "path": ""}), ("POST", "experiments/set-experiment-tag", {"experiment_id": experiments[0], "key": "k", "value": "v"}),
        ("POST", "registered-models/create", {"name": None}), ("GET", "registered-models/get", {"name": "known"}), ("POST", "registered-models/alias", {"name": "known", "alias": "al", "version": "1"}), ("POST", "model-versions/create", {"name": "known", "source": "s3://x/y"}),
        ("GET", "model-versions/get", {"name": "known", "version": "1"}), ("POST", "registered-models/set-tag", {"name": "known", "key": "k", "value": "v"}),
    ]
    values = ["", 0, 1, -1, [], {}, "x", "1", "a" * 300, "ü", "../x", "/a", "a//b", "a/", "a:b"]
    side.client.create_registered_model("known")
    side.client.create_model_version("known", "s3://x/y")
    for n in range(number):
        method, path, good = rand.choice(calls)
        body = {key: f"new{n}" if value is None else value for key, value in good.items()}
        fault = rand.choice(list(body))
        if some(rand, 0.15):
            del body[fault]
        else:
            body[fault] = rand.choice(values)
        # MLflow answers a list or an object in place of a number with a page of HTML and takes any text as a status; it wants a size of every
        # page of experiments, and an experiment of every run. A number in place of a list is a list of one here, and a run that finished has an end.
        told = body.get(fault)
        if isinstance(told, (list, dict)) and (method == "GET" or fault in ("max_results", "timestamp", "start_time", "end_time", "step", "value")) or fault == "status" or (path, fault) in [("experiments/search", "max_results"), ("runs/create", "experiment_id"), ("runs/search", "experiment_ids"), ("runs/update", "end_time")]:
            continue

        def call():
            sent = {"params": body} if method == "GET" else {"json": body}
            answer = requests.request(method, f"{side.uri}/api/2.0/mlflow/{path}", headers={"Authorization": f"Bearer {side.token}"}, timeout=30, **sent)
            return [answer.status_code, answer.json().get("error_code") if answer.status_code != 200 else None]

        side.ask(side.plain(f"{method} {path} {json.dumps(body, ensure_ascii=False)}"), call)
    side.ask("the run at the end", lambda: run_of(side.client.get_run(run)))


def play(side, asked):
    rand, number = random.Random(asked["seed"]), asked["questions"]
    experiments, runs = fill(side, rand)
    ask_for_runs(side, rand, experiments, runs, number)
    ask_for_models(side, rand, experiments, number // 4)
    ask_for_experiments(side, rand, number // 8)
    ask_registry(side, rand, number // 6)
    kept = next(run for run in runs if side.client.get_run(run).info.lifecycle_stage == "active")
    ask_raw(side, rand, experiments, kept, number // 2)


compare(play)
