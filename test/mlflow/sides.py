"""Two tracking servers that are asked the same, through the real client and by plain HTTP.

Ids, times and the names that a server makes up are left out of the comparison; of an error its code is compared.
"""
import json, logging, math, os, sys, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ.update({"MLFLOW_TRUNCATE_LONG_VALUES": "false", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true"})
import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException


class Side:
    def __init__(self, uri, token):
        self.uri, self.token, self.answers = uri, token, []
        os.environ["MLFLOW_TRACKING_TOKEN"] = token
        self.client = MlflowClient(uri, uri)
        self.names = {}

    def ask(self, what, work):
        os.environ["MLFLOW_TRACKING_TOKEN"] = self.token
        try:
            answer = work()
        except MlflowException as error:
            answer = {"error": error.error_code}
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            answer = {"refused": type(error).__name__}
        except requests.HTTPError as error:
            answer = {"http": error.response.status_code}
        self.answers.append([what, self.plain(answer)])
        return answer if not isinstance(answer, dict) or "error" not in answer else None

    def name(self, id, label):
        self.names[id] = label
        return id

    def plain(self, value):
        if isinstance(value, float):
            if math.isnan(value):
                return "NaN"
            return "large" if abs(value) > 1e308 else value
        if isinstance(value, str):
            for id, label in self.names.items():
                value = value.replace(id, label)
            return value
        if isinstance(value, dict):
            return {self.plain(k): self.plain(v) for k, v in sorted(value.items())}
        if isinstance(value, (list, tuple)):
            return [self.plain(v) for v in value]
        return value

    def http(self, method, path, **more):
        response = requests.request(method, self.uri + path, headers={"Authorization": "Bearer " + self.token}, timeout=30, **more)
        body = response.json() if "json" in response.headers.get("content-type", "") else {}
        return {"status": response.status_code, "code": body.get("error_code")}


def run_of(run):
    return {"status": run.info.status, "name": run.info.run_name, "stage": run.info.lifecycle_stage, "user": run.info.user_id, "start": run.info.start_time, "end": run.info.end_time, "metrics": dict(run.data.metrics), "params": dict(run.data.params),
            "tags": {k: v for k, v in run.data.tags.items()}, "inputs": [[i.dataset.name, i.dataset.digest, i.dataset.schema, i.dataset.profile, [[t.key, t.value] for t in i.tags]] for i in run.inputs.dataset_inputs],
            "outputs": [[o.model_id, o.step] for o in (run.outputs.model_outputs if run.outputs else [])]}


def history_of(metrics):
    return [[m.key, m.value, m.timestamp, m.step] for m in metrics]


def model_of(model):
    return {"name": model.name, "status": str(model.status), "type": model.model_type, "params": model.params, "tags": model.tags, "metrics": sorted([m.key, m.value, m.step, m.dataset_name, m.dataset_digest] for m in model.metrics or [])}


def version_of(v):
    return {"name": v.name, "version": v.version, "stage": v.current_stage, "description": v.description, "source": v.source, "tags": v.tags, "aliases": sorted(v.aliases), "status": v.status, "run": v.run_id}


def registered_of(m):
    return {"name": m.name, "description": m.description or "", "tags": m.tags, "aliases": m.aliases, "latest": [[v.version, v.current_stage] for v in m.latest_versions or []]}


def compare(play):
    """Standard input: {"uris": [[uri, token], [uri, token]], …}. Prints {"asked": n, "same_length": bool, "different": [[what, first, second], …]}."""
    asked = json.load(sys.stdin)
    sides = [Side(*pair) for pair in asked["uris"]]
    for side in sides:
        os.environ["MLFLOW_TRACKING_TOKEN"] = side.token
        play(side, asked)
    first, second = (side.answers for side in sides)
    different = [[what, a, b] for (what, a), (_, b) in zip(first, second) if a != b]
    print(json.dumps({"asked": len(first), "same_length": len(first) == len(second), "different": different}, default=str))
