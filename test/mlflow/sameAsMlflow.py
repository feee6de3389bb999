"""Asks two tracking servers the same questions, and prints what they answer differently. Input and output: sides.compare."""
import math

from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, LoggedModelParameter, LoggedModelStatus, Metric, Param, RunTag, ViewType

from sides import compare, history_of, model_of, registered_of, run_of, version_of


def everything(s, _asked):
    c = s.client
    ask = s.ask
    # Experiments
    exp = c.create_experiment("one", tags={"a": "b", "ü": "ß"})
    other = c.create_experiment("two")
    ask("experiment get", lambda: [c.get_experiment(exp).name, c.get_experiment(exp).tags, c.get_experiment(exp).lifecycle_stage])
    for what, name in [("again", "one"), ("empty", ""), ("long", "x" * 501), ("500", "y" * 500), ("unicode", "größe ☃"), ("slash", "a/b")]:
        ask(f"experiment create {what}", lambda: bool(c.create_experiment(name)))
    ask("experiment of no id", lambda: c.get_experiment("987654").name)
    ask("experiment of a bad id", lambda: c.get_experiment("abc!").name)
    ask("experiment of no name", lambda: c.get_experiment_by_name("nothing"))
    ask("default experiment", lambda: c.get_experiment_by_name("Default").experiment_id)
    ask("experiment rename", lambda: (c.rename_experiment(other, "zwei"), c.get_experiment(other).name)[1])
    ask("experiment rename to a known name", lambda: c.rename_experiment(other, "one"))
    ask("experiment tag", lambda: (c.set_experiment_tag(exp, "k", "v"), c.get_experiment(exp).tags)[1])
    ask("experiment tag too long", lambda: c.set_experiment_tag(exp, "k", "v" * 20_001))
    ask("experiment tag removed", lambda: (c.delete_experiment_tag(exp, "k"), c.get_experiment(exp).tags)[1])
    ask("experiment tag removed again", lambda: c.delete_experiment_tag(exp, "k"))
    for f in ["name = 'one'", "name LIKE 'o%'", "name ILIKE 'O%'", "tags.a = 'b'", "tags.a != 'b'", "tags.`ü` = 'ß'", "creation_time > 0", "creation_time < 5", "name = 'one' AND tags.a = 'b'", "name = one", "nothing = 'x'", "name = 'one' OR name = 'zwei'", "(("]:
        ask(f"experiments where {f}", lambda: [e.name for e in c.search_experiments(filter_string=f)])
    for o in [["name ASC"], ["name DESC"], ["experiment_id ASC"], ["nothing ASC"], ["name ASC, x"]]:
        ask(f"experiments by {o}", lambda: [e.name for e in c.search_experiments(order_by=o)])
    ask("experiments max 0", lambda: [e.name for e in c.search_experiments(max_results=0)])
    ask("experiments max 50001", lambda: [e.name for e in c.search_experiments(max_results=50_001)])

    def pages():
        names, token = [], None
        while True:
            page = c.search_experiments(max_results=2, order_by=["name ASC"], page_token=token)
            names += [e.name for e in page]
            token = page.token
            if not token:
                return names
    ask("experiments page by page", pages)
    # Runs
    run = s.name(c.create_run(exp, start_time=1000, tags={"t": "1"}, run_name="first").info.run_id, "<run>")
    ask("run", lambda: run_of(c.get_run(run)))
    ask("run of no id", lambda: run_of(c.get_run("0" * 32)))
    ask("run of a bad id", lambda: run_of(c.get_run("../x")))
    ask("run in no experiment", lambda: bool(c.create_run("424242")))
    ask("run with two names", lambda: bool(c.create_run(exp, run_name="a", tags={"mlflow.runName": "b"})))
    for key in ["a", "a/b", "a b", "a.b-c_d:e", "größe", "☃", "k" * 250, "k" * 251, "", "../up", "/abs", "a//b", "a/", ".", "a@b", "a[b]", "a\nb"]:
        label = key if len(key) < 20 else f"{len(key)} characters"
        ask(f"metric called {label!r}", lambda: c.log_metric(run, key, 0.5, timestamp=5, step=1))
        ask(f"param called {label!r}", lambda: bool(c.log_param(run, key, "v")))
        ask(f"tag called {label!r}", lambda: c.set_tag(run, key, "v"))
    for value in [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e-320, 1.7976931348623157e308, 123456789012345680000.0, True]:
        ask(f"metric of {value}", lambda: c.log_metric(run, f"v{str(value).replace('+', '')}", value, timestamp=7, step=0))
    for step in [-1, -(2**40), 0, 2**40]:
        ask(f"metric at step {step}", lambda: c.log_metric(run, "steps", step * 1.0, timestamp=8, step=step))
    for stamp in [0, -1, 2**40]:
        ask(f"metric at time {stamp}", lambda: c.log_metric(run, "stamps", 1.0, timestamp=stamp, step=3))
    for value, step, stamp in [(1, 1, 1), (3, 1, 1), (2, 1, 1), (9, 0, 5), (4, 1, 0), (math.nan, 1, 1), (4, 2, 1), (math.nan, 2, 2), (-1, 2, 2)]:
        c.log_metric(run, "latest", value, timestamp=stamp, step=step)
        ask(f"latest after {value} {step} {stamp}", lambda: c.get_run(run).data.metrics["latest"])
    c.log_metric(run, "twice", 1, timestamp=1, step=1)
    c.log_metric(run, "twice", 1, timestamp=1, step=1)
    for key in ["twice", "latest", "steps", "vnan", "vinf", "nothing"]:
        ask(f"history of {key}", lambda: history_of(c.get_metric_history(run, key)))
    ask("param again", lambda: bool(c.log_param(run, "a", "v")))
    ask("param changed", lambda: bool(c.log_param(run, "a", "w")))
    ask("param of 6000", lambda: bool(c.log_param(run, "long", "x" * 6000)))
    ask("param of 6001", lambda: bool(c.log_param(run, "longer", "x" * 6001)))
    ask("empty param", lambda: bool(c.log_param(run, "none", "")) or c.get_run(run).data.params["none"])
    ask("tag of 8000", lambda: c.set_tag(run, "long", "x" * 8000))
    ask("tag of 8001", lambda: c.set_tag(run, "longer", "x" * 8001))
    ask("tag removed", lambda: (c.delete_tag(run, "t"), sorted(c.get_run(run).data.tags))[1])
    ask("tag removed again", lambda: c.delete_tag(run, "t"))
    batch = [Metric("b", i, i, i) for i in range(1000)]
    ask("batch of 1000", lambda: c.log_batch(run, metrics=batch))
    ask("batch history", lambda: len(c.get_metric_history(run, "b")))
    ask("batch with a changed param", lambda: c.log_batch(run, metrics=[Metric("lost", 1, 1, 1)], params=[Param("a", "other")]))
    ask("a refused batch leaves nothing", lambda: history_of(c.get_metric_history(run, "lost")))
    ask("batch with a param twice", lambda: c.log_batch(run, params=[Param("p2", "1"), Param("p2", "2")]))
    ask("batch with the same param twice", lambda: c.log_batch(run, params=[Param("p3", "1"), Param("p3", "1")]))
    api = "/api/2.0/mlflow/"
    point = {"key": "m", "value": 1, "timestamp": 1, "step": 1}
    for what, body in [
        ("1001 metrics", {"run_id": run, "metrics": [dict(point, step=i) for i in range(1001)]}),
        ("101 params", {"run_id": run, "params": [{"key": f"q{i}", "value": "1"} for i in range(101)]}),
        ("100 params", {"run_id": run, "params": [{"key": f"r{i}", "value": "1"} for i in range(100)]}),
        ("101 tags", {"run_id": run, "tags": [{"key": f"q{i}", "value": "1"} for i in range(101)]}),
        ("1000 and one", {"run_id": run, "metrics": [dict(point, step=i) for i in range(1000)], "tags": [{"key": "x", "value": "1"}]}),
        ("over a megabyte", {"run_id": run, "metrics": [dict(point, step=i, pad="x" * 1000) for i in range(1000)]}),
        ("nothing", {"run_id": run}), ("no run", {"metrics": [point]}), ("metrics as text", {"run_id": run, "metrics": "foo"}), ("value as text", {"run_id": run, "metrics": [dict(point, value="x")]}),
        ("value missing", {"run_id": run, "metrics": [{"key": "m", "timestamp": 1}]}), ("time missing", {"run_id": run, "metrics": [{"key": "m", "value": 1}]}), ("unknown run", {"run_id": "f" * 32, "metrics": [point]}),
    ]:
        ask(f"log-batch: {what}", lambda: s.http("POST", api + "runs/log-batch", json=body))
    for what, method, path, more in [
        ("unknown call", "POST", api + "runs/nothing", {"json": {}}), ("no JSON", "POST", api + "runs/create", {"data": "{", "headers2": 1}), ("metric without value", "POST", api + "runs/log-metric", {"json": {"run_id": run, "key": "x", "timestamp": 1}}),
        ("history without key", "GET", api + "metrics/get-history", {"params": {"run_id": run}}), ("run without id", "GET", api + "runs/get", {}), ("artifacts of a bad path", "GET", api + "artifacts/list", {"params": {"run_id": run, "path": "../.."}}),
        ("download of a bad path", "GET", "/api/2.0/mlflow-artifacts/artifacts/..%2f..%2fetc/passwd", {}), ("experiment without id", "GET", api + "experiments/get", {}), ("model without name", "POST", api + "registered-models/create", {"json": {}}),
    ]:
        if what == "unknown call":
            ask(what, lambda: s.http(method, path, **more)["status"])
        elif what != "no JSON":
            ask(what, lambda: s.http(method, path, **more))
    ask("run renamed", lambda: (c.update_run(run, name="second"), c.get_run(run).info.run_name, c.get_run(run).data.tags["mlflow.runName"])[1:])
    ask("run ended", lambda: (c.set_terminated(run, "FAILED", 2000), c.get_run(run).info.status, c.get_run(run).info.end_time)[1:])
    ask("metric after the end", lambda: c.log_metric(run, "late", 1, timestamp=1))
    ask("run again", lambda: (c.update_run(run, status="RUNNING"), c.get_run(run).info.status)[1])
    ask("run killed", lambda: (c.set_terminated(run, "KILLED", 3000), c.get_run(run).info.status)[1])
    ask("run deleted", lambda: (c.delete_run(run), c.get_run(run).info.lifecycle_stage)[1])
    ask("metric of a deleted run", lambda: c.log_metric(run, "late2", 1, timestamp=1))
    ask("tag of a deleted run", lambda: c.set_tag(run, "late2", "1"))
    ask("param of a deleted run", lambda: bool(c.log_param(run, "late2", "1")))
    ask("batch of a deleted run", lambda: c.log_batch(run, metrics=[Metric("late3", 1, 1, 1)]))
    ask("run restored", lambda: (c.restore_run(run), c.get_run(run).info.lifecycle_stage)[1])
    # Inputs, outputs, logged models
    c.log_inputs(run, datasets=[DatasetInput(Dataset("d", "123", "local", "{}", schema="s", profile='{"num_rows": 3}'), [InputTag("mlflow.data.context", "train")]), DatasetInput(Dataset("e", "9", "local", "{}"), [])])
    c.log_inputs(run, datasets=[DatasetInput(Dataset("d", "123", "local", "{}"), [])])
    ask("inputs", lambda: run_of(c.get_run(run))["inputs"])
    for what, d in [("no name", Dataset("", "1", "t", "s")), ("long digest", Dataset("n", "1" * 37, "t", "s")), ("long name", Dataset("n" * 501, "1", "t", "s"))]:
        ask(f"input with {what}", lambda: c.log_inputs(run, datasets=[DatasetInput(d, [])]))
    model = c.create_logged_model(exp, name="m1", source_run_id=run, tags={"a": "1"}, params={"p": "2"}, model_type="kind")
    s.name(model.model_id, "<model>")
    second = c.create_logged_model(exp, name="m2")
    s.name(second.model_id, "<model 2>")
    ask("logged model", lambda: model_of(c.get_logged_model(model.model_id)))
    c.log_metric(run, "auc", 0.9, timestamp=1, step=1, model_id=model.model_id, dataset_name="d", dataset_digest="123")
    c.log_metric(run, "auc", 0.5, timestamp=1, step=1, model_id=second.model_id, dataset_name="e", dataset_digest="9")
    ask("logged model with metrics", lambda: model_of(c.get_logged_model(model.model_id)))
    ask("logged model ready", lambda: model_of(c.finalize_logged_model(model.model_id, LoggedModelStatus.READY)))
    ask("logged model tags", lambda: (c.set_logged_model_tags(model.model_id, {"b": "2"}), c.get_logged_model(model.model_id).tags)[1])
    ask("logged model tag removed", lambda: (c.delete_logged_model_tag(model.model_id, "b"), c.get_logged_model(model.model_id).tags)[1])
    ask("logged model tag removed again", lambda: c.delete_logged_model_tag(model.model_id, "b"))
    ask("logged model of a bad name", lambda: bool(c.create_logged_model(exp, name="a/b")))
    ask("logged model of no id", lambda: model_of(c.get_logged_model("m-nothing")))
    for f in ["name = 'm1'", "params.p = '2'", "tags.a = '1'", "metrics.auc > 0.7", "metrics.auc > 0.95", "model_type = 'kind'", "name LIKE 'm%'", "nothing = 'x'", "name IN ('m1', 'm2')"]:
        ask(f"logged models where {f}", lambda: sorted(m.name for m in c.search_logged_models([exp], filter_string=f)))
    ask("logged models by metric", lambda: [m.name for m in c.search_logged_models([exp], order_by=[{"field_name": "metrics.auc", "ascending": True}])])
    ask("logged models on a dataset", lambda: [m.name for m in c.search_logged_models([exp], filter_string="metrics.auc > 0.1", datasets=[{"dataset_name": "d"}])])
    ask("outputs", lambda: (c.log_outputs(run, [LoggedModelOutput(model.model_id, 3)]), run_of(c.get_run(run))["outputs"])[1])
    ask("model inputs", lambda: (c.log_inputs(run, models=[LoggedModelInput(second.model_id)]), [m.model_id for m in c.get_run(run).inputs.model_inputs])[1])
    ask("logged model deleted", lambda: (c.delete_logged_model(second.model_id), [m.name for m in c.search_logged_models([exp])])[1])
    ask("deleted logged model", lambda: model_of(c.get_logged_model(second.model_id)))
    # Search
    find = c.create_experiment("find")
    kinds = ["mlp", "xgb", "Logit"]
    for i in range(12):
        r = c.create_run(find, start_time=10_000 + i, run_name=f"r{i:02}", tags={"team": "ab"[i % 2], "odd key": str(i)}).info.run_id
        c.log_batch(r, params=[Param("kind", kinds[i % 3]), Param("lr", str(10.0 ** -(i % 4)))], metrics=[Metric("acc", [0.5, math.nan, math.inf, -math.inf, 0.1][i % 5], 1, 1)] + ([Metric("few", i, 1, 1)] if i % 3 == 0 else []))
        if i % 4 == 0:
            c.set_terminated(r, "FINISHED", 20_000 + i)
        if i == 5:
            c.log_inputs(r, datasets=[DatasetInput(Dataset("d", "123", "local", "{}"), [InputTag("mlflow.data.context", "train")])])
        if i == 11:
            c.delete_run(r)
    for f in ["metrics.few > 3", "metrics.few >= 3", "metrics.few != 3", "metrics.few = 3", "metrics.few <= 0", "metrics.nothing > 0", "metric.few > 3", "metrics.few > '3'", "metrics.few LIKE 'x'", "metrics.`few` < 7",
              "params.kind = 'mlp'", "params.kind != 'mlp'", "params.kind LIKE 'l%'", "params.kind ILIKE 'l%'", "params.kind LIKE '%o%'", "params.kind = mlp", "params.kind = 3", "params.kind > 'a'", "param.lr = '0.01'", "parameters.lr = '1.0'", 'params."kind" = "xgb"',
              "tags.team = 'a'", "tags.`odd key` = '3'", 'tags."odd key" = "4"', "tags.team IS NULL", "tags.nothing IS NULL", "tags.team IS NOT NULL", "params.nothing IS NULL",
              "attributes.status = 'FINISHED'", "status != 'FINISHED'", "attributes.run_name = 'r03'", "run_name LIKE 'r0%'", "`run name` = 'r03'", "attributes.start_time > 10005", "start_time <= 10002", "end_time > 0", "attributes.start_time > '5'", "run_id = 'x'", "run_id IN ('x', 'y')",
              "attributes.nothing = 'x'", "status IN ('FINISHED')", "dataset.name = 'd'", "datasets.digest = '123'", "dataset.context = 'train'", "dataset.name LIKE 'z%'", "dataset.nothing = 'd'",
              "metrics.few > 0 and params.kind = 'mlp'", "metrics.few > 0 AND tags.team = 'a' AND status = 'RUNNING'", "metrics.few > 0 OR params.kind = 'mlp'", "metrics.few >", "few > 3", "", "   ", "metrics.few > 0 AND", "(metrics.few > 0)", "not metrics.few > 0", "params.kind = 'it''s'"]:
        ask(f"runs where {f}", lambda: sorted(r.info.run_name for r in c.search_runs([find], f)))
    for o in [["metrics.acc ASC"], ["metrics.acc DESC"], ["metrics.few DESC"], ["metrics.few"], ["params.kind ASC"], ["params.kind DESC", "start_time ASC"], ["tags.team DESC", "attributes.start_time DESC"], ["attributes.end_time ASC"], ["end_time DESC"], ["run_name DESC"], ["status ASC", "start_time ASC"],
              ["tags.`odd key` ASC"], ["nothing DESC"], ["metrics.acc WRONG"], ["metrics.acc DESC EXTRA"], ["attributes.nothing"], ["Created DESC"], ["artifact_uri ASC", "start_time DESC"]]:
        ask(f"runs by {o}", lambda: [r.info.run_name for r in c.search_runs([find], order_by=o)] if "artifact_uri" not in str(o) else len(c.search_runs([find], order_by=o)))
    for view in [ViewType.ACTIVE_ONLY, ViewType.DELETED_ONLY, ViewType.ALL]:
        ask(f"runs of view {view}", lambda: [r.info.run_name for r in c.search_runs([find], run_view_type=view)])
    for most in [0, 1, 50_000, 50_001]:
        ask(f"runs max {most}", lambda: [r.info.run_name for r in c.search_runs([find], max_results=most)])
    ask("runs of no experiment", lambda: [r.info.run_name for r in c.search_runs([])])
    ask("runs of an unknown experiment", lambda: [r.info.run_name for r in c.search_runs(["999999"])])
    ask("runs of two experiments", lambda: len(c.search_runs([find, exp])))
    ask("runs by a bad token", lambda: [r.info.run_name for r in c.search_runs([find], page_token="!!!")])

    def run_pages():
        names, token = [], None
        while True:
            page = c.search_runs([find], order_by=["metrics.few DESC"], max_results=5, page_token=token)
            names += [r.info.run_name for r in page]
            token = page.token
            if not token:
                return names
    ask("runs page by page", run_pages)
    # Registry
    ask("model", lambda: registered_of(c.create_registered_model("reg", tags={"a": "1"}, description="d")))
    for what, name in [("again", "reg"), ("empty", ""), ("slash", "a/b"), ("colon", "a:b"), ("unicode", "größe"), ("space", "a b")]:
        ask(f"model {what}", lambda: registered_of(c.create_registered_model(name)))
    ask("version", lambda: version_of(c.create_model_version("reg", "s3://bucket/model", run, tags={"x": "y"}, description="v")))
    ask("version 2", lambda: version_of(c.create_model_version("reg", "s3://bucket/model")))
    ask("version of a local path", lambda: version_of(c.create_model_version("reg", "/tmp/model")))
    ask("version of no model", lambda: version_of(c.create_model_version("nothing", "s3://bucket/x")))
    ask("version of a logged model", lambda: c.create_model_version("reg", f"models:/{model.model_id}", model_id=model.model_id).version)
    ask("version get", lambda: version_of(c.get_model_version("reg", "1")))
    ask("version of no number", lambda: version_of(c.get_model_version("reg", "77")))
    ask("version of a bad number", lambda: version_of(c.get_model_version("reg", "x")))
    ask("version uri", lambda: c.get_model_version_download_uri("reg", "1"))
    for alias in ["champion", "größe", "a b", "", "latest", "v1", "x" * 255, "x" * 256]:
        ask(f"alias {alias[:20]!r} of {len(alias)}", lambda: c.set_registered_model_alias("reg", alias, "1"))
    ask("alias get", lambda: version_of(c.get_model_version_by_alias("reg", "champion"))["version"])
    ask("alias moved", lambda: (c.set_registered_model_alias("reg", "champion", "2"), registered_of(c.get_registered_model("reg")))[1])
    ask("alias removed", lambda: (c.delete_registered_model_alias("reg", "champion"), c.get_model_version_by_alias("reg", "champion"))[1])
    ask("model tag", lambda: (c.set_registered_model_tag("reg", "k", "v"), registered_of(c.get_registered_model("reg")))[1])
    ask("model tag removed", lambda: (c.delete_registered_model_tag("reg", "k"), registered_of(c.get_registered_model("reg")))[1])
    ask("version tag", lambda: (c.set_model_version_tag("reg", "1", "k", "v"), version_of(c.get_model_version("reg", "1")))[1])
    ask("version tag removed", lambda: (c.delete_model_version_tag("reg", "1", "k"), version_of(c.get_model_version("reg", "1")))[1])
    ask("model described", lambda: registered_of(c.update_registered_model("reg", description="new")))
    ask("version described", lambda: version_of(c.update_model_version("reg", "1", description="new")))
    ask("stage", lambda: version_of(c.transition_model_version_stage("reg", "1", "Production")))
    ask("stage of no name", lambda: version_of(c.transition_model_version_stage("reg", "1", "Nowhere")))
    ask("stage that archives", lambda: (c.transition_model_version_stage("reg", "2", "Production", archive_existing_versions=True), version_of(c.get_model_version("reg", "1")))[1])
    ask("latest versions", lambda: sorted(v.version for v in c.get_latest_versions("reg")))
    ask("latest of a stage", lambda: [v.version for v in c.get_latest_versions("reg", ["Production"])])
    c.create_registered_model("reg2", tags={"a": "2"})
    for f in ["name = 'reg'", "name LIKE 'reg%'", "name ILIKE 'REG%'", "tags.a = '1'", "tags.a != '1'", "nothing = 'x'", "name > 'a'", "name = 'reg' OR name = 'x'"]:
        ask(f"models where {f}", lambda: [m.name for m in c.search_registered_models(f)])
    for o in [["name DESC"], ["last_updated_timestamp DESC"], ["nothing"]]:
        ask(f"models by {o}", lambda: len(c.search_registered_models(order_by=o)) if "last" in str(o) else [m.name for m in c.search_registered_models(order_by=o)])
    for f in ["name = 'reg'", "name IN ('reg')", f"run_id = '{run}'", "version_number > 1", "tags.x = 'y'", "source_path = 's3://bucket/model'", "nothing = 'x'", "version_number = 'x'"]:
        ask(f"versions where {f.replace(run, '<run>')}", lambda: sorted([v.name, int(v.version)] for v in c.search_model_versions(f)))
    ask("model renamed", lambda: (c.rename_registered_model("reg", "ger"), registered_of(c.get_registered_model("ger")))[1])
    ask("model renamed to a known name", lambda: c.rename_registered_model("ger", "reg2"))
    ask("version deleted", lambda: (c.delete_model_version("ger", "3"), version_of(c.get_model_version("ger", "3")))[1])
    ask("version numbers are not given twice", lambda: c.create_model_version("ger", "s3://bucket/x").version)
    ask("model deleted", lambda: (c.delete_registered_model("ger"), c.get_registered_model("ger"))[1])
    # Ends of experiments
    ask("experiment deleted", lambda: (c.delete_experiment(find), c.get_experiment(find).lifecycle_stage, [e.name for e in c.search_experiments(view_type=ViewType.DELETED_ONLY)])[1:])
    ask("run in a deleted experiment", lambda: bool(c.create_run(find)))
    ask("experiment deleted again", lambda: c.delete_experiment(find))
    ask("name of a deleted experiment", lambda: bool(c.create_experiment("find")))
    ask("experiment restored", lambda: (c.restore_experiment(find), c.get_experiment(find).lifecycle_stage, len(c.search_runs([find])))[1:])
    ask("experiment restored again", lambda: c.restore_experiment(find))


compare(everything)
