"""Writes into a store of MLflow through the real client, and tells all that it says of a store.

Standard input: {"do": "make" | "grow" | "describe", "uri": ..., "token": ...}. Output: JSON. NaN and the infinities are texts.
"""
import json, logging, math, os, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ.update({"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"})
asked = json.load(sys.stdin)
if asked.get("token"):
    os.environ["MLFLOW_TRACKING_TOKEN"] = asked["token"]
import mlflow
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelInput, LoggedModelOutput, LoggedModelParameter, LoggedModelStatus, Metric, Param, RunTag, ViewType

uri = asked["uri"]
mlflow.set_tracking_uri(uri)
mlflow.set_registry_uri(uri)
client = MlflowClient(uri, uri)


def make():
    one = client.create_experiment("exp one", tags={"team": "a/b", "ünï": "ß✓\nline"})
    gone = client.create_experiment("thrown away", tags={"why": "test"})
    run = client.create_run(one, start_time=1700000000000, run_name="first: run", tags={"note": "two\nlines", "mlflow.user": "ann", "mlflow.source.git.commit": "abc123", "mlflow.note.content": "**bold**"}).info.run_id
    for key, value in [("a/b/c", "x y"), ("multi", "l1\nl2\n"), ("number", "1e-3"), ("ünï key", "✓" * 50), ("long", "x" * 5000), ("null", "null"), ("list", "[1, 2]")]:
        client.log_param(run, key, value)
    client.log_batch(run, metrics=[Metric("loss", 1 / (i + 1), 1700000000000 + i * 10, i) for i in range(300)] + [
        Metric("special/nan", float("nan"), 1700000000000, 0), Metric("special/nan", 0.5, 1700000000001, -1), Metric("special/inf", float("inf"), 1700000000001, 2), Metric("special/inf", -float("inf"), 1700000000001, 3),
        Metric("tiny", 5e-324, 1, 0), Metric("huge", 1.5e308, 1, 2**40), Metric("third", 1 / 3, 1700000000000, 7)])
    client.log_batch(run, metrics=[Metric("loss", 1.0, 1700000000000, 0)])
    data = DatasetInput(Dataset("train set", "d1gest", "local", '{"uri": "/data/a.csv"}', schema='{"mlflow_colspec": []}', profile='{"num_rows": 12}'), [InputTag("mlflow.data.context", "training")])
    client.log_inputs(run, datasets=[data])
    with tempfile.TemporaryDirectory() as folder:
        for name, content in [("plain.txt", b"hello"), ("bytes.bin", bytes(range(256)) * 40), ("ü n.txt", b"x")]:
            open(os.path.join(folder, name), "wb").write(content)
        client.log_artifacts(run, folder, "sub/dir")
    child = client.create_run(one, start_time=1700000001000, run_name="child", tags={"mlflow.parentRunId": run}).info.run_id
    client.set_terminated(child, "FAILED", 1700000002000)
    killed = client.create_run("0", start_time=1700000003000).info.run_id
    client.set_terminated(killed, "KILLED", 1700000004000)
    deleted = client.create_run(one, start_time=1700000005000, run_name="deleted").info.run_id
    client.delete_run(deleted)
    client.log_metric(client.create_run(gone, start_time=1700000006000, run_name="in a deleted experiment").info.run_id, "m", 1.0, timestamp=5, step=0)
    client.delete_experiment(gone)
    model = client.create_logged_model(one, name="forest", source_run_id=run, tags={"kind": "tree"}, params={"depth": "3"}, model_type="agent")
    client.log_batch(run, metrics=[Metric("auc", 0.9, 1700000000005, 4, model_id=model.model_id, dataset_name="train", dataset_digest="d1gest", run_id=run), Metric("plain", 0.25, 1700000000005, 4, model_id=model.model_id, run_id=run)])
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "MLmodel"), "w").write("flavors: {}\n")
        client.log_model_artifacts(model.model_id, folder)
    client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    client.log_outputs(run, [LoggedModelOutput(model.model_id, 4)])
    client.log_inputs(child, models=[LoggedModelInput(model.model_id)])
    client.create_registered_model("churn", tags={"owner": "ann"}, description="who leaves")
    for i in range(3):
        client.create_model_version("churn", f"runs:/{run}/sub/dir" if i else f"models:/{model.model_id}", run_id=run, tags={"n": str(i)}, description=f"version {i}", model_id=None if i else model.model_id)
    client.set_registered_model_alias("churn", "best", 2)
    client.transition_model_version_stage("churn", "2", "Production")
    client.delete_model_version("churn", "3")
    client.create_registered_model("empty")
    return {"run": run, "child": child, "killed": killed, "deleted": deleted, "model": model.model_id}


def grow():
    one = client.get_experiment_by_name("exp one").experiment_id
    run = client.search_runs([one], "attributes.run_name = 'first: run'")[0].info.run_id
    client.log_batch(run, metrics=[Metric("loss", 0.001, 1700000009000 + i, 300 + i) for i in range(5)], params=[Param("late", "1")], tags=[RunTag("note", "changed"), RunTag("new", "1")])
    client.delete_tag(run, "mlflow.note.content")
    client.set_terminated(run, "FINISHED", 1700000010000)
    client.create_run(one, start_time=1700000020000, run_name="later")
    client.set_registered_model_alias("churn", "best", 1)
    return {"run": run}


def plain(value):
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def pairs(entities):
    return {e.key: e.value for e in entities}


def describe():
    out = {"experiments": [], "runs": [], "models": [], "registered": []}
    for experiment in client.search_experiments(view_type=ViewType.ALL):
        out["experiments"].append({"name": experiment.name, "stage": experiment.lifecycle_stage, "tags": dict(experiment.tags), "created": experiment.creation_time if experiment.experiment_id != "0" else None})
        token = None
        while True:
            page = client.search_runs([experiment.experiment_id], run_view_type=ViewType.ALL, max_results=500, page_token=token)
            for found in page:
                run = client.get_run(found.info.run_id)
                info = run.info
                files, stack = {}, [""] if info.lifecycle_stage == "active" else []
                while stack:
                    for entry in client.list_artifacts(info.run_id, stack.pop() or None):
                        stack.append(entry.path) if entry.is_dir else files.update({entry.path: entry.file_size})
                out["runs"].append({
                    "id": info.run_id, "experiment": experiment.name, "name": info.run_name, "status": info.status, "start": info.start_time, "end": info.end_time, "stage": info.lifecycle_stage, "user": info.user_id,
                    "params": run.data.params, "tags": run.data.tags, "latest": {k: plain(v) for k, v in run.data.metrics.items()},
                    "metrics": {k: sorted({(m.step, m.timestamp, str(m.value)) for m in client.get_metric_history(info.run_id, k)}) for k in run.data.metrics},
                    "datasets": sorted([d.dataset.name, d.dataset.digest, d.dataset.source_type, d.dataset.source, d.dataset.schema, d.dataset.profile, sorted([t.key, t.value] for t in d.tags)] for d in run.inputs.dataset_inputs),
                    "inputs": sorted(m.model_id for m in run.inputs.model_inputs), "outputs": sorted([m.model_id, m.step] for m in (run.outputs.model_outputs if run.outputs else [])), "artifacts": files,
                })
            token = page.token
            if not token:
                break
        if experiment.lifecycle_stage == "active":
            for m in client.search_logged_models([experiment.experiment_id]):
                m = client.get_logged_model(m.model_id)
                out["models"].append({
                    "id": m.model_id, "experiment": experiment.name, "name": m.name, "created": m.creation_timestamp, "updated": m.last_updated_timestamp, "status": str(m.status), "type": m.model_type, "run": m.source_run_id,
                    "tags": dict(m.tags), "params": dict(m.params), "metrics": sorted([x.key, x.step, x.timestamp, str(x.value), x.run_id, x.dataset_name, x.dataset_digest] for x in m.metrics or []),
                })
    for model in client.search_registered_models():
        model = client.get_registered_model(model.name)
        versions = [client.get_model_version(model.name, v.version) for v in client.search_model_versions(f"name = '{model.name}'")]
        out["registered"].append({
            "name": model.name, "description": model.description or "", "created": model.creation_timestamp, "tags": dict(model.tags), "aliases": {k: str(v) for k, v in model.aliases.items()},
            "versions": sorted([str(v.version), v.creation_timestamp, v.description or "", v.current_stage, v.source, v.run_id or "", v.status, sorted(v.aliases), dict(v.tags)] for v in versions),
        })
    for group in ("experiments", "models", "registered"):
        out[group].sort(key=lambda x: x["name"])
    out["runs"].sort(key=lambda x: (x["start"], x["name"]))
    return out


print(json.dumps({"make": make, "grow": grow, "describe": describe}[asked["do"]]()))
