"""The training program of somebody who uses MLflow and has never heard of Loopwright."""
import sys
import mlflow

with mlflow.start_run():
    mlflow.log_params({"epochs": 3, "learning_rate": 0.5, "optimizer": "sgd"})
    for epoch in range(3):
        mlflow.log_metric("loss", 1.0 / (epoch + 1), step=epoch)
    mlflow.log_text("weights", "model.txt")
    with mlflow.start_run(nested=True, run_name="inner"):
        mlflow.log_metric("inner", 1)
with mlflow.start_run(run_name="second"):
    mlflow.log_metric("later", 2)
if "fail" in sys.argv:
    sys.exit(3)
