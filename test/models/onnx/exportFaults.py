"""Makes ONNX models that cannot be scored, or only with care. Reads {"folder": ...}."""

import json
import os
import sys

import numpy as np
import pandas
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

folder = json.load(sys.stdin)["folder"]
FLOAT, STRING, HALF, INT64 = TensorProto.FLOAT, TensorProto.STRING, TensorProto.FLOAT16, TensorProto.INT64


def tensor(name, shape, element=FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def save(name, nodes, inputs, outputs, initializers=(), opset=20, ml=3, ir=10, metadata=None, functions=()):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", ml), helper.make_opsetid("my.ops", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=ir, functions=list(functions))
    if metadata:
        helper.set_model_props(model, metadata)
    path = f"{folder}/{name}"
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(f"{path}.onnx", "wb") as file:
        file.write(model.SerializeToString())


def identity(name="Identity", domain=""):
    return helper.make_node(name, ["x"], ["y"], domain=domain)


x, y = tensor("x", [None, 2]), tensor("y", [None, 2])
one = tensor("y", [None, 1])
total = [helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=1)]
axes = helper.make_tensor("axes", INT64, [1], [1])

save("whole", total, [x], [one], [axes])
save("named", total, [x], [one], [axes], metadata={"feature_names": '["height", "weight"]'})
save("customOperator", [identity("Magic", "my.ops")], [x], [y])
save("unknownOperator", [identity("Magic")], [x], [y])
own = helper.make_function("my.ops", "Magic", ["x"], ["y"], [identity()], [helper.make_opsetid("", 20)])
save("ownFunction", [identity("Magic", "my.ops")], [x], [y], functions=[own])
save("newOpset", total, [x], [one], [axes], opset=99)
save("newMlOpset", total, [x], [one], [axes], ml=9)
save("newIr", total, [x], [one], [axes], ir=99)
save("image", [identity()], [tensor("x", [None, 3, 8, 8])], [tensor("y", [None, 3, 8, 8])])
save("vector", [identity()], [tensor("x", [4])], [tensor("y", [4])])
save("half", [identity()], [tensor("x", [None, 2], HALF)], [tensor("y", [None, 2], HALF)])
sequence = helper.make_tensor_sequence_value_info("x", FLOAT, [None, 2])
save("sequence", [helper.make_node("SequenceAt", ["x", "at"], ["y"])], [sequence], [y], [helper.make_tensor("at", INT64, [], [0])])
save("twoOutputs", [identity(), helper.make_node("Neg", ["x"], ["z"])], [x], [y, tensor("z", [None, 2])])
save("folded", [helper.make_node("ReduceSum", ["x"], ["y"], keepdims=0)], [x], [tensor("y", None)])
save("doubles", [helper.make_node("ReduceSum", ["x", "axes"], ["y"])], [tensor("x", [None, 2], TensorProto.DOUBLE)], [tensor("y", [None, 1], TensorProto.DOUBLE)], [axes])


def weights(location, length):
    found = TensorProto(name="w", data_type=FLOAT, dims=[length // 4000, 1000], data_location=TensorProto.EXTERNAL)
    for key, value in (("location", location), ("offset", "0"), ("length", str(length))):
        entry = found.external_data.add()
        entry.key, entry.value = key, value
    return found


def save_external(name, location, length):
    first = helper.make_tensor("first", INT64, [1], [0])
    nodes = [
        helper.make_node("Gather", ["w", "first"], ["row"]),
        helper.make_node("ReduceSum", ["row"], ["sum"]),
        helper.make_node("ReduceSum", ["x", "axes"], ["total"]),
        helper.make_node("Add", ["total", "sum"], ["y"]),
    ]
    save(name, nodes, [x], [one], [weights(location, length), first, axes])


save_external("missing/model", "weights.bin", 4000)
save_external("outside/model", "../whole.onnx", 4000)
# Sparse files: they take no space.
for name, length in (("large", 500_000_000), ("tooLarge", 2_400_000_000)):
    save_external(f"{name}/model", "weights.bin", length)
    with open(f"{folder}/{name}/weights.bin", "wb") as file:
        file.truncate(length)

frame = pandas.DataFrame({"city": ["a", "b", "c", "a"], "amount": [1.0, 2.0, 0.5, 3.0]})
pipeline = make_pipeline(
    make_column_transformer((OneHotEncoder(), ["city"]), ("passthrough", ["amount"])), LogisticRegression()
).fit(frame, [0, 1, 0, 1])
types = [("city", StringTensorType([None, 1])), ("amount", FloatTensorType([None, 1]))]
with open(f"{folder}/strict.onnx", "wb") as file:
    file.write(to_onnx(pipeline, initial_types=types).SerializeToString())
regression = LinearRegression().fit(np.eye(2), np.eye(2))
with open(f"{folder}/twoTargets.onnx", "wb") as file:
    file.write(to_onnx(regression, np.eye(2, dtype=np.float32)).SerializeToString())
