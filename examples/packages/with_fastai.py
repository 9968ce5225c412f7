"""`Learner` with one-cycle training, metrics, callbacks (mixed up, early stopping), predictions; a tabular model."""

import random
import tempfile
import warnings

import numpy as np
import pandas as pd
import torch
from fastai.callback.core import Callback
from fastai.callback.mixup import MixUp
from fastai.callback.schedule import *  # noqa: F403
from fastai.callback.tracker import EarlyStoppingCallback
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.losses import CrossEntropyLossFlat
from fastai.metrics import accuracy
from fastai.tabular.all import Categorify, FillMissing, Normalize, TabularDataLoaders, tabular_learner
from torch import nn

warnings.simplefilter("ignore")


def seed(value):
    random.seed(value)
    np.random.seed(value)
    torch.manual_seed(value)


def show(learner):
    for line in learner.recorder.values:
        print([round(float(v), 4) for v in line])


class Counter(Callback):
    def before_fit(self):
        self.batches = 0

    def after_batch(self):
        self.batches += self.training


seed(42)
x = torch.randn(200, 4)
y = (x.sum(1) > 0).long()
train, valid = (torch.utils.data.TensorDataset(x[part], y[part]) for part in (slice(160), slice(160, None)))
loaders = DataLoaders.from_dsets(train, valid, bs=32, device="cpu", num_workers=0)
counter = Counter()
with tempfile.TemporaryDirectory() as folder:
    learner = Learner(loaders, nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2)), loss_func=CrossEntropyLossFlat(),
                      metrics=accuracy, cbs=counter, path=folder)
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(3, 1e-2)
        show(learner)
        print(counter.batches)
        predictions, targets = learner.get_preds()
        print(tuple(predictions.shape), round(predictions.mean().item(), 4), targets.sum().item())
        learner.save("model")
        learner.fit(2, 1e-3, cbs=[MixUp(), EarlyStoppingCallback(patience=1)])
        show(learner)
        learner.load("model")
        print(round(learner.validate()[0], 4))

seed(7)
table = pd.DataFrame({"a": np.random.rand(80), "b": np.random.rand(80), "kind": np.random.choice(["x", "y", "z"], 80)})
table["target"] = (table.a + (table.kind == "x") > 0.8).astype(int)
loaders = TabularDataLoaders.from_df(table, procs=[Categorify, FillMissing, Normalize], cat_names=["kind"], cont_names=["a", "b"],
                                     y_names="target", y_block=None, valid_idx=list(range(60, 80)), bs=16, device="cpu", num_workers=0)
tabular = tabular_learner(loaders, layers=[16, 8], metrics=[], loss_func=nn.functional.mse_loss, n_out=1)
with tabular.no_bar(), tabular.no_logging():
    tabular.fit(2, 1e-2)
show(tabular)
