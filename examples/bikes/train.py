"""Predicts how many bikes are rented in an hour, from its weather and the calendar."""

import os

import mlflow
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

mlflow.sklearn.autolog()  # params, metrics, the model with its signature

FEATURES = ["at", "working_day", "holiday", "weather", "temperature", "humidity", "wind_speed"]


def calendar(rows):
    return pd.DataFrame({"hour": rows["at"].dt.hour, "weekday": rows["at"].dt.day_of_week})


rows = pd.read_parquet("data/features.parquet")
train = rows[rows["_split"] == "train"]

model = make_pipeline(
    make_column_transformer(
        (FunctionTransformer(calendar), ["at"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["weather"]),  # a missing one is its own column
        ("passthrough", ["working_day", "holiday", "temperature", "humidity", "wind_speed"]),
    ),
    HistGradientBoostingRegressor(
        loss="poisson",
        learning_rate=float(os.environ.get("LEARNING_RATE", 0.1)),
        max_iter=150,
        random_state=int(os.environ.get("LOOPWRIGHT_SEED", 0)),
    ),
)
model.fit(train[FEATURES], train["rentals"])
