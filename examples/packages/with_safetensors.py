"""`safetensors.torch` and `safe_open`: files and bytes, slices read from a file, models with shared weights."""

import tempfile
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load, load_file, load_model, save, save_file, save_model
from torch import nn

tensors = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor([1, 2]), "c": torch.ones(2, dtype=torch.bfloat16),
           "d": torch.tensor([True, False])}


def tied():
    layers = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    layers[1].weight = layers[0].weight
    return layers


with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "tensors.safetensors"
    save_file(tensors, path, metadata={"format": "pt"})
    print({name: (x.dtype, x.tolist()) for name, x in sorted(load_file(path).items())})
    with safe_open(path, framework="pt", device="cpu") as file:
        print(sorted(file.keys()), file.metadata(), file.get_tensor("a"), file.get_slice("a")[:, 1:], file.get_slice("a").get_shape())
    print({name: x.tolist() for name, x in sorted(load(save(tensors)).items())})
    model, again = tied(), tied()
    save_model(model, str(Path(folder) / "model.safetensors"))
    print(load_model(again, str(Path(folder) / "model.safetensors")), torch.equal(model[0].weight, again[0].weight))
