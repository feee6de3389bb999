"""Graphs of PyTorch that cannot be scored here. Reads a folder from standard input."""

import os
import sys
import zipfile

import torch

folder = sys.stdin.read()


class OnGpu(torch.nn.Module):
    def forward(self, x):
        return x.to(torch.device("cuda:0")).sum(1)


class OfTwo(torch.nn.Module):
    def forward(self, x, y):
        return x + y


torch.jit.script(OnGpu()).save(os.path.join(folder, "gpu.pt"))
torch.jit.script(OfTwo()).save(os.path.join(folder, "two.pt"))
torch.export.save(torch.export.export(torch.nn.Linear(6, 1), (torch.zeros(4, 6),)), os.path.join(folder, "fixed.pt2"))
torch.save(torch.nn.Linear(6, 1).state_dict(), os.path.join(folder, "weights.pt"))
with zipfile.ZipFile(os.path.join(folder, "archive.pt"), "w") as file:
    file.writestr("notes.txt", "none")
open(os.path.join(folder, "empty.pt"), "w").close()
