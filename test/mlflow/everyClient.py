"""Logs to the tracking server of the environment in the ways people do, and prints what came back, as JSON."""
import json, logging, os, sys, tempfile, warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
os.environ.update({"MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0", "MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD": "true", "MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE": str(6 << 20), "MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE": str(5 << 20)})
import mlflow
import numpy
from mlflow import MlflowClient
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

client = MlflowClient()
out = {}
features, target = make_classification(300, 6, random_state=0)

# scikit-learn, logged by itself
mlflow.set_experiment("sklearn")
mlflow.sklearn.autolog()
with mlflow.start_run(run_name="auto") as run:
    fitted = LogisticRegression(C=0.5).fit(features, target)
mlflow.sklearn.autolog(disable=True)
found = client.get_run(run.info.run_id)
out["sklearn"] = {"run": run.info.run_id, "status": found.info.status, "c": found.data.params["C"], "accuracy": found.data.metrics["training_accuracy_score"], "inputs": len(found.inputs.dataset_inputs),
                  "models": len(found.outputs.model_outputs), "artifacts": sorted(f.path for f in client.list_artifacts(run.info.run_id))}

# Registered, loaded by version, by alias, by run and by the logged model
model_id = found.outputs.model_outputs[0].model_id
version = mlflow.register_model(f"models:/{model_id}", "clf")
client.set_registered_model_alias("clf", "best", version.version)
expected = fitted.predict(features).tolist()
out["loaded"] = [mlflow.pyfunc.load_model(uri).predict(features).tolist() == expected for uri in [f"models:/clf/{version.version}", "models:/clf@best", f"runs:/{run.info.run_id}/model", f"models:/{model_id}"]]

# A loop of PyTorch
import torch
mlflow.set_experiment("torch")
torch.manual_seed(0)
net = torch.nn.Linear(6, 1)
step_of = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.tensor(features, dtype=torch.float32), torch.tensor(target, dtype=torch.float32)
with mlflow.start_run(log_system_metrics=False) as run:
    mlflow.log_params({"lr": 0.1, "layers": [6, 1]})
    losses = []
    for epoch in range(20):
        loss = torch.nn.functional.binary_cross_entropy_with_logits(net(x)[:, 0], y)
        step_of.zero_grad()
        loss.backward()
        step_of.step()
        losses.append(loss.item())
        mlflow.log_metrics({"loss": loss.item(), "epoch": epoch}, step=epoch)
    mlflow.pytorch.log_model(net, name="net", input_example=features[:2].astype("float32"), serialization_format="pickle", pip_requirements=["mlflow", "torch"])
history = client.get_metric_history(run.info.run_id, "loss")
out["torch"] = {"run": run.info.run_id, "same": [m.value for m in history] == losses, "steps": [m.step for m in history]}
out["torch"]["loaded"] = bool(numpy.allclose(mlflow.pytorch.load_model(f"runs:/{run.info.run_id}/net")(x).detach().numpy(), net(x).detach().numpy()))

# XGBoost, logged by itself
import xgboost
mlflow.set_experiment("xgboost")
mlflow.xgboost.autolog()
with mlflow.start_run() as run:
    booster = xgboost.train({"max_depth": 2, "objective": "binary:logistic", "eval_metric": "logloss"}, xgboost.DMatrix(features, target), num_boost_round=7, evals=[(xgboost.DMatrix(features, target), "train")], verbose_eval=False)
mlflow.xgboost.autolog(disable=True)
found = client.get_run(run.info.run_id)
out["xgboost"] = {"run": run.info.run_id, "depth": found.data.params["max_depth"], "points": len(client.get_metric_history(run.info.run_id, "train-logloss")), "models": len(found.outputs.model_outputs), "artifacts": sorted(f.path for f in client.list_artifacts(run.info.run_id))}

# Artifacts of all kinds, nested runs, a file in parts
mlflow.set_experiment("artifacts")
with mlflow.start_run() as parent, tempfile.TemporaryDirectory() as folder:
    mlflow.log_text("größe", "texts/ü ☃.txt")
    mlflow.log_dict({"a": 1}, "d.json")
    mlflow.log_image(numpy.zeros((4, 4, 3), dtype="uint8"), "black.png")
    big = os.path.join(folder, "big.bin")
    with open(big, "wb") as file:
        file.write(os.urandom(17 << 20))
    mlflow.log_artifact(big, "deep/er")
    with mlflow.start_run(nested=True) as child:
        mlflow.log_metric("inner", 1)
    back = mlflow.artifacts.download_artifacts(run_id=parent.info.run_id, artifact_path="deep/er/big.bin")
    out["artifacts"] = {"run": parent.info.run_id, "child": child.info.run_id, "big": open(big, "rb").read() == open(back, "rb").read(), "text": mlflow.artifacts.load_text(f"runs:/{parent.info.run_id}/texts/ü ☃.txt"),
                        "listed": sorted([f.path, f.is_dir, f.file_size] for f in client.list_artifacts(parent.info.run_id, "texts")), "nothing": client.list_artifacts(parent.info.run_id, "nowhere")}
print(json.dumps(out))
