"""Fills a tracking server with models through the real client, and tells what clients read of several places.

Standard input: {"do": "make", "uri": ..., "token": ...} or {"do": "describe", "places": [[uri, token], ...]}. Output: JSON. NaN and the infinities are texts.
"""
import json, logging, math, os, pathlib, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ.update({"MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"})
asked = json.load(sys.stdin)
import mlflow
from mlflow import MlflowClient
from mlflow.entities import LoggedModelInput, LoggedModelStatus, Metric


def use(uri, token):
    os.environ["MLFLOW_TRACKING_TOKEN"] = token or "none"
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    return MlflowClient(uri, uri)


class Double(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[float], params=None) -> list[float]:
        return [2 * x for x in model_input]


def make():
    client = use(asked["uri"], asked["token"])
    mlflow.set_experiment("models")
    with mlflow.start_run(run_name="trains") as run:
        logged = mlflow.pyfunc.log_model(name="double", python_model=Double(), params={"depth": "3"}, tags={"ünï": "ß✓\nline", "kind": "tree"}, pip_requirements=[])
        mlflow.log_metric("auc", 0.9, step=4, timestamp=1700000000005, model_id=logged.model_id)
    trains, model = run.info.run_id, logged.model_id
    client.log_batch(trains, metrics=[
        Metric("auc", 0.8, 1700000000006, 5, model_id=model, dataset_name="train", dataset_digest="d1gest", run_id=trains),
        Metric("bad", float("nan"), 1700000000007, 0, model_id=model, run_id=trains), Metric("far", float("inf"), 1700000000007, 1, model_id=model, run_id=trains)])
    evaluates = client.create_run(run.info.experiment_id, run_name="evaluates").info.run_id
    client.log_inputs(evaluates, models=[LoggedModelInput(model)])
    client.set_terminated(evaluates)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "a b.txt").write_text("plain")
        client.log_artifacts(trains, folder, "old model")
    gone = client.create_logged_model(run.info.experiment_id, name="gone", source_run_id=trains)
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "MLmodel").write_text("flavors: {}\n")
        client.log_model_artifacts(gone.model_id, folder)
    client.finalize_logged_model(gone.model_id, LoggedModelStatus.READY)
    deleted = client.create_logged_model(run.info.experiment_id, name="deleted", source_run_id=trains)
    client.delete_logged_model(deleted.model_id)
    first = mlflow.register_model(f"models:/{model}", "churn", tags={"n": "1", "ünï": "✓"})
    client.update_registered_model("churn", "who leaves\nand why")
    client.set_registered_model_tag("churn", "owner", "änn")
    client.update_model_version("churn", first.version, "the first")
    client.create_model_version("churn", f"runs:/{trains}/old model", run_id=trains)
    client.create_model_version("churn", f"{client.get_run(trains).info.artifact_uri}/old model", run_id=trains, description="by address")
    client.create_model_version("churn", "s3://bucket/elsewhere", description="without a run")
    client.delete_model_version("churn", "2")
    client.transition_model_version_stage("churn", "3", "Production")
    client.set_registered_model_alias("churn", "best", 1)
    client.set_registered_model_alias("churn", "next", 3)
    client.create_registered_model("it's empty")
    return {"model": model, "gone": gone.model_id, "trains": trains, "evaluates": evaluates}


def files(uri):
    try:
        folder = pathlib.Path(mlflow.artifacts.download_artifacts(uri))
    except Exception as error:
        return type(error).__name__
    return {str(p.relative_to(folder)): p.stat().st_size for p in sorted(folder.rglob("*")) if p.is_file()}


def plain(value):
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def describe(uri, token):
    client = use(uri, token)
    out = {"models": [], "runs": {}, "registered": []}
    names = {}
    for experiment in client.search_experiments():
        models = client.search_logged_models([experiment.experiment_id])
        names.update({m.model_id: m.name for m in models})
        for m in models:
            m = client.get_logged_model(m.model_id)
            run = client.get_run(m.source_run_id).info.run_name if m.source_run_id else None
            out["models"].append({
                "id": m.model_id, "experiment": experiment.name, "name": m.name, "status": str(m.status), "type": m.model_type or "", "run": run, "params": dict(m.params), "tags": dict(m.tags), "files": files(f"models:/{m.model_id}") if m.name != "gone" else None,
                "metrics": sorted([x.key, x.step, x.timestamp, str(x.value), client.get_run(x.run_id).info.run_name, x.dataset_name or "", x.dataset_digest or ""] for x in m.metrics or []),
            })
        for found in client.search_runs([experiment.experiment_id]):
            run = client.get_run(found.info.run_id)
            out["runs"][run.info.run_name] = {
                "id": run.info.run_id, "inputs": [names.get(m.model_id) for m in run.inputs.model_inputs], "outputs": [[names.get(m.model_id), m.step] for m in (run.outputs.model_outputs if run.outputs else [])],
                "metrics": {k: plain(v) for k, v in sorted(run.data.metrics.items())},
            }
    for found in client.search_registered_models():
        model = client.get_registered_model(found.name)
        versions = []
        for v in client.search_model_versions("name = " + (json.dumps(model.name) if "'" in model.name else f"'{model.name}'")):
            v = client.get_model_version(model.name, v.version)
            run = client.get_run(v.run_id).info.run_name if v.run_id else None
            versions.append({"version": int(v.version), "description": v.description or "", "stage": v.current_stage, "source": v.source, "run": run, "tags": dict(v.tags), "files": files(f"models:/{model.name}/{v.version}") if not v.source.startswith("s3:") else None})
        aliases = {alias: int(client.get_model_version_by_alias(model.name, alias).version) for alias in model.aliases}
        out["registered"].append({"name": model.name, "description": model.description or "", "tags": dict(model.tags), "aliases": aliases, "versions": sorted(versions, key=lambda x: x["version"])})
        if "best" in model.aliases:
            out["predicts"] = mlflow.pyfunc.load_model(f"models:/{model.name}@best").predict([1.0, 2.5])
    out["models"].sort(key=lambda x: x["name"])
    out["registered"].sort(key=lambda x: x["name"])
    return out


print(json.dumps(make() if asked["do"] == "make" else [describe(uri, token) for uri, token in asked["places"]]))
