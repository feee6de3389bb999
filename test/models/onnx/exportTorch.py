"""Exports networks of PyTorch to ONNX, by both of its exporters.

Reads {"folder": ...} and prints a list of cases: the file, the rows and what PyTorch answers.
"""

import contextlib
import json
import os
import sys
import warnings

import torch

warnings.filterwarnings("ignore")
folder = json.load(sys.stdin)["folder"]
torch.manual_seed(7)
rows = torch.randn(50, 4)
cases = []


def network(outputs, last, hidden=8):
    layers = torch.nn.Linear(4, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, outputs)
    return torch.nn.Sequential(*layers, last).eval()


def add(name, model, batch):
    path = f"{folder}/{name}.onnx"
    dynamic = {"input": {0: "batch"}, "output": {0: "batch"}} if batch is None else None
    torch.onnx.export(
        model,
        torch.zeros(batch or 2, 4),
        path,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes=dynamic,
        dynamo=False,
    )
    with torch.no_grad():
        answers = model(rows)
    cases.append({"name": name, "path": path, "rows": rows.T.tolist(), "answers": answers.T.tolist()})


add("softmax", network(3, torch.nn.Softmax(dim=1)), None)
add("sigmoid", network(1, torch.nn.Sigmoid()), None)
add("logits", network(3, torch.nn.Identity()), None)
add("value", network(1, torch.nn.Identity()), None)
add("oneRow", network(3, torch.nn.Softmax(dim=1)), 1)
add("eightRows", network(3, torch.nn.Softmax(dim=1)), 8)

# The newer exporter keeps large weights in a file beside the graph.
model = network(3, torch.nn.Softmax(dim=1), hidden=512)
os.makedirs(f"{folder}/external", exist_ok=True)
with contextlib.redirect_stdout(sys.stderr):
    torch.onnx.export(
        model,
        (torch.zeros(2, 4),),
        f"{folder}/external/network.onnx",
        dynamic_shapes={"input": {0: torch.export.Dim("batch")}},
        dynamo=True,
        external_data=True,
        verbose=False,
    )
with torch.no_grad():
    answers = model(rows)
cases.append({"name": "external", "path": f"{folder}/external", "rows": rows.T.tolist(), "answers": answers.T.tolist()})
print(json.dumps(cases))
