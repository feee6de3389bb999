"""The other tools' side of the exchange: writes schemas as pandera, mlflow and Croissant do, and judges exports with Great Expectations, jsonschema and frictionless."""
import json
import logging
import os
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
os.environ["TQDM_DISABLE"] = "1"
request = json.load(sys.stdin)
answer = {}

import numpy as np
import pandas as pd


def written():
    import mlcroissant as mlc
    import mlflow
    import pandera.pandas as pa
    from mlflow.models import infer_signature

    schema = pa.DataFrameSchema({
        "id": pa.Column("int64", unique=True),
        "amount": pa.Column("float64", [pa.Check.ge(0), pa.Check.lt(50000)], nullable=True, title="Amount", description="Amount charged"),
        "kind": pa.Column(str, pa.Check.isin(["a", "b"])),
        "code": pa.Column("string", [pa.Check.str_matches(r"^[A-Z]{2}"), pa.Check.str_length(2, 5)]),
        "at": pa.Column("datetime64[ns]"),
        "share": pa.Column("float32", pa.Check.in_range(0, 1, include_max=False)),
    }, strict=True, unique=["id", "kind"])
    frame = pd.DataFrame({"a": [1, 2], "b": [1.5, np.nan], "c": ["x", "y"], "d": [True, False], "e": pd.to_datetime(["2026-01-01", "2026-01-02"])})
    folder = tempfile.mkdtemp()
    mlflow.models.Model(signature=infer_signature(frame, pd.DataFrame({"score": [0.1, 0.2]}))).save(os.path.join(folder, "MLmodel"))
    field = lambda name, kind, **more: mlc.Field(id="tx/" + name, name=name, data_types=[kind], source=mlc.Source(file_object="tx.csv", extract=mlc.Extract(column=name)), **more)
    sets = [
        mlc.RecordSet(id="tx", name="tx", key="tx/id", fields=[field("id", mlc.DataType.INTEGER, description="The id"), field("amount", mlc.DataType.FLOAT), field("country", mlc.DataType.TEXT, references=mlc.Source(field="countries/code")), field("at", mlc.DataType.DATE), field("ok", mlc.DataType.BOOL), field("url", mlc.DataType.URL)]),
        mlc.RecordSet(id="countries", name="countries", key="countries/code", fields=[mlc.Field(id="countries/code", name="code", data_types=[mlc.DataType.TEXT], source=mlc.Source(file_object="tx.csv", extract=mlc.Extract(column="country")))]),
    ]
    files = [mlc.FileObject(id="tx.csv", name="tx.csv", content_url="data/tx.csv", encoding_formats=["text/csv"], sha256="48a7c257f3c90b2a3e529ddd2cca8f4f1bd8e49ed244ef53927649504ac55354")]
    croissant = mlc.Metadata(name="fraud", description="Card payments", url="https://example.org", distribution=files, record_sets=sets, license=["MIT"]).to_json()
    return {"pandera": schema.to_yaml(), "mlflow": open(os.path.join(folder, "MLmodel")).read(), "croissant": json.dumps(croissant, default=str)}


def great_expectations(suite, csv):
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    made = gx.ExpectationSuite(name=suite["name"], expectations=suite["expectations"], meta=suite["meta"])
    context.suites.add(made)
    frame = pd.read_csv(csv, dtype={"code": str})
    batch = context.data_sources.add_pandas("p").add_dataframe_asset("a").add_batch_definition_whole_dataframe("b").get_batch(batch_parameters={"dataframe": frame})
    results = batch.validate(made, result_format="COMPLETE").to_json_dict()["results"]
    # `mostly` counts as a success what we count row by row; the number of unexpected rows is what both can tell.
    return [[r["expectation_config"]["type"], r["expectation_config"]["kwargs"].get("column"), r["success"], r["result"].get("unexpected_count")] for r in results]


def jsonschema(schema, rows):
    from jsonschema import Draft202012Validator, FormatChecker

    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    return [validator.is_valid(row) for row in rows]


def frictionless(schema, csv):
    from frictionless import Resource, Schema

    os.chdir(os.path.dirname(csv))
    report = Resource(path=os.path.basename(csv), schema=Schema.from_descriptor(schema)).validate(limit_errors=100000)
    return sorted({error.row_number - 1 for error in report.task.errors if hasattr(error, "row_number")})


answer["written"] = written()
answer["greatExpectations"] = great_expectations(request["suite"], request["csv"])
answer["jsonschema"] = jsonschema(request["jsonSchema"], request["rows"])
answer["frictionless"] = frictionless(request["tableSchema"], request["csv"])
print("\n" + json.dumps(answer))
