"""Writes TensorBoard logs through tensorboardX and tells what was written. Standard input: {"folder": ...}."""
import json, math, os, sys
import numpy as np
from tensorboardX import SummaryWriter
from tensorboardX.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboardX.event_file_writer import EventFileWriter

folder = json.load(sys.stdin)["folder"]
said = {}

def note(run, tag, step, at, value):
    said.setdefault(run, {}).setdefault(tag, []).append([step, round(at * 1000), str(float(value))])

with SummaryWriter(os.path.join(folder, "train")) as w:
    for i in range(500):
        w.add_scalar("loss/total", 1 / (i + 1), i, walltime=1700000000 + i / 8)
        note("train", "loss/total", i, 1700000000 + i / 8, np.float32(1 / (i + 1)))
    for i, v in enumerate([math.nan, math.inf, -math.inf, -0.0]):
        w.add_scalar("special", v, i - 1, walltime=1700000100)
        note("train", "special", i - 1, 1700000100, v)
    w.add_histogram("weights", np.arange(10), 0)
    w.add_text("notes", "hello", 0)
with SummaryWriter(os.path.join(folder, "train"), filename_suffix=".second") as w:
    w.add_scalar("loss/total", 0.125, 2**40, walltime=1700000200)
    note("train", "loss/total", 2**40, 1700000200, 0.125)
with SummaryWriter(os.path.join(folder, "deep", "val ü")) as w:
    w.add_scalar("acc", 0.5, 1, walltime=1700000000.25)
    note("deep/val ü", "acc", 1, 1700000000.25, 0.5)
    w.add_hparams({"lr": 0.01, "net": "mlp", "bn": True, "units": 32}, {"hp": 0.75}, name="trial", global_step=0)

# What TensorFlow 2 writes: tensors of the plugin `scalars`, its metadata with the first value alone.
half, bf = 19, 14
tensors = [
    ("float_val", 1, {"float_val": [0.1]}, np.float32(0.1)), ("double_val", 2, {"double_val": [0.1]}, 0.1), ("content_f", 1, {"tensor_content": np.float32(2.5).tobytes()}, 2.5),
    ("content_d", 2, {"tensor_content": np.float64(1e-300).tobytes()}, 1e-300), ("half", half, {"half_val": [int(np.float16(0.3).view(np.uint16))]}, np.float16(0.3)), ("half_small", half, {"tensor_content": np.float16(6e-8).tobytes()}, np.float16(6e-8)),
    ("bfloat", bf, {"half_val": [0x3FC0]}, 1.5), ("int", 9, {"int64_val": [-7]}, -7), ("int32", 3, {"tensor_content": np.int32(-9).tobytes()}, -9),
]
writer = EventFileWriter(os.path.join(folder, "tf2"))
for step in range(2):
    for tag, dtype, fields, value in tensors:
        tensor = tensor_pb2.TensorProto(dtype=dtype, tensor_shape=tensor_shape_pb2.TensorShapeProto(), **fields)
        item = summary_pb2.Summary.Value(tag=tag, tensor=tensor)
        if step == 0:
            item.metadata.CopyFrom(summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="scalars")))
        writer.add_event(event_pb2.Event(wall_time=1700000000 + step, step=step, summary=summary_pb2.Summary(value=[item])))
        note("tf2", tag, step, 1700000000 + step, value)
vector = tensor_pb2.TensorProto(dtype=1, tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=2)]), float_val=[1, 2])
writer.add_event(event_pb2.Event(wall_time=1700000000, summary=summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="pr", tensor=vector, metadata=summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="pr_curves")))])))
writer.close()
print(json.dumps(said))
