"""The FastAPI application of bench/serving.ts, as people write one: MODEL is a folder of MLflow, KIND its kind."""
import os

import mlflow
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel, create_model

app = FastAPI()
path = os.environ["MODEL"]

if os.environ["KIND"] == "pipeline":
    model = mlflow.sklearn.load_model(path)

    class Row(BaseModel):
        amount: float | None
        distance: float | None
        hour: int
        age: float | None
        country: str
        category: str

    def score(frame):
        return model.predict_proba(frame)[0, 1]

else:
    model = mlflow.lightgbm.load_model(path)
    Row = create_model("Row", **{"f%d" % i: (float, ...) for i in range(20)})

    def score(frame):
        return model.predict(frame)[0]


@app.post("/predict")
def predict(row: Row):
    probability = float(score(pd.DataFrame([row.model_dump()])))
    return {"score": probability, "prediction": probability >= 0.5}
