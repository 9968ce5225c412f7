"""`SummaryWriter`: scalars, several at once, histograms, pictures, texts, embeddings, curves, hyperparameters, meshes; what was written is
read again and compared.
"""

import glob
import os

import numpy as np
import torch
from tensorboardX import SummaryWriter
from tensorboardX.proto.event_pb2 import Event
from tensorboardX.record_writer import RecordWriter
from tensorboardX.summary import scalar
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
optimizer = torch.optim.SGD(net.parameters(), 0.1)
with SummaryWriter("runs") as writer:
    for step in range(4):
        loss = net(torch.ones(2, 4)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        writer.add_scalar("loss", loss, step)
        writer.add_scalars("both", {"loss": loss.item(), "half": loss / 2}, step)
        for name, p in net.named_parameters():
            writer.add_histogram(name, p, step)
    writer.add_image("image", torch.rand(3, 8, 8), 0)
    writer.add_images("images", torch.rand(4, 1, 8, 8), 0)
    writer.add_image("grey", torch.rand(8, 8), dataformats="HW")
    writer.add_text("text", "a line", 0)
    writer.add_pr_curve("curve", torch.randint(2, (20,)), torch.rand(20), 0)
    writer.add_embedding(torch.randn(6, 3), metadata=list("abcdef"), global_step=1)
    writer.add_hparams({"lr": 0.1, "kind": "sgd"}, {"hparam/loss": loss.item()}, name="trial")
    writer.add_mesh("mesh", torch.rand(1, 5, 3), colors=torch.randint(0, 255, (1, 5, 3)))
    writer.add_video("video", torch.rand(1, 2, 3, 8, 8)) if False else None
    writer.add_custom_scalars({"group": {"both": ["Multiline", ["loss", "both/.*"]]}})
    writer.export_scalars_to_json("scalars.json")


def events(path):
    with open(path, "rb") as file:
        while head := file.read(12):
            event = Event()
            event.ParseFromString(file.read(int.from_bytes(head[:8], "little")))
            file.read(4)
            yield event


for path in sorted(glob.glob("runs/**/events*", recursive=True)):
    for event in events(path):
        for value in event.summary.value:
            kind = value.WhichOneof("value")
            shown = (
                f"{value.simple_value:.6f}"
                if kind == "simple_value"
                else [round(v, 5) for v in (value.histo.sum, value.histo.min, *value.histo.bucket[:3])]
                if kind == "histo"
                else (value.image.height, value.image.width, value.image.colorspace)
                if kind == "image"
                else [round(v, 4) for v in value.tensor.float_val][:6]
                or list(value.tensor.string_val)[:1]
                or len(value.tensor.tensor_content)
            )
            print(os.path.basename(os.path.dirname(path)), event.step, value.tag, kind, shown)
print(np.loadtxt("runs/00001/default/tensors.tsv").round(4), sorted(os.listdir("runs/00001/default")))
print(scalar("x", torch.tensor(2.5)).value[0].simple_value, RecordWriter.__name__)
