"""`NeuralNetClassifier`, `NeuralNetBinaryClassifier`, `NeuralNetRegressor`; pipelines, grid search, cross validation, callbacks,
checkpoints, saving, `partial_fit`.
"""

import pickle
import warnings

import numpy as np
import torch
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from skorch import NeuralNet, NeuralNetBinaryClassifier, NeuralNetClassifier, NeuralNetRegressor
from skorch.callbacks import (
    Checkpoint,
    EarlyStopping,
    EpochScoring,
    Freezer,
    GradientNormClipping,
    Initializer,
    LoadInitState,
    LRScheduler,
    ParamMapper,
    TrainEndCheckpoint,
)
from skorch.dataset import Dataset, ValidSplit
from skorch.helper import SliceDataset, predefined_split
from torch import nn

warnings.simplefilter("ignore")
torch.manual_seed(0)
np.random.seed(0)
X, y = make_classification(240, 20, n_informative=10, random_state=0)
X, y = X.astype(np.float32), y.astype(np.int64)


class MyModule(nn.Module):
    def __init__(self, num_units=10, nonlin=nn.ReLU, dropout=0.5):
        super().__init__()
        self.dense0 = nn.Linear(20, num_units)
        self.nonlin = nonlin()
        self.dropout = nn.Dropout(dropout)
        self.dense1 = nn.Linear(num_units, num_units)
        self.output = nn.Linear(num_units, 2)

    def forward(self, X, **kwargs):
        X = self.dropout(self.nonlin(self.dense0(X)))
        return self.output(self.nonlin(self.dense1(X))).softmax(-1)


def history(net):
    for row in net.history:
        print({k: round(float(v), 6) if isinstance(v, float) else v for k, v in row.items() if k not in ("dur", "batches")})


net = NeuralNetClassifier(MyModule, max_epochs=5, lr=0.1, iterator_train__shuffle=True, verbose=0)
net.fit(X, y)
history(net)
print(net.predict_proba(X[:3]).round(5), net.predict(X[:8]), round(net.score(X, y), 4))
net.partial_fit(X, y)
print(len(net.history), str(net)[:60])
net.set_params(lr=0.02, module__num_units=12, max_epochs=2)
net.fit(X, y)
print(net.module_.dense0.weight.shape, net.history[:, "valid_acc"], net.history[-1, "batches", 0, "train_loss"])

pipe = Pipeline([("scale", StandardScaler()), ("net", net)])
pipe.fit(X, y)
print("pipeline", pipe.predict_proba(X[:2]).round(5))
net.set_params(train_split=False, verbose=0)
search = GridSearchCV(net, {"lr": [0.01, 0.1], "max_epochs": [2, 4], "module__num_units": [5]}, refit=True, cv=3, scoring="accuracy")
search.fit(X, y)
print(round(search.best_score_, 5), search.best_params_, search.cv_results_["mean_test_score"].round(5))
print("cross", cross_val_score(net, X, y, cv=3).round(4), cross_val_predict(net, X, y, cv=3)[:10])

best = Checkpoint(monitor="valid_loss_best", dirname="best")
callbacks = [
    ("auc", EpochScoring("roc_auc", lower_is_better=False)),
    ("train_acc", EpochScoring("accuracy", name="train_acc", on_train=True)),
    ("lr", LRScheduler(policy="StepLR", step_size=2, gamma=0.5)),
    best,
    TrainEndCheckpoint(dirname="end"),
    Freezer("dense0.bias"),
    Initializer("dense1.weight", fn=nn.init.zeros_),
    GradientNormClipping(1.0),
    EarlyStopping(patience=3, load_best=True),
]
net = NeuralNetClassifier(
    MyModule,
    module__dropout=0.1,
    criterion=nn.CrossEntropyLoss,
    optimizer=torch.optim.Adam,
    optimizer__weight_decay=1e-3,
    lr=0.01,
    batch_size=32,
    max_epochs=6,
    callbacks=callbacks,
    train_split=ValidSplit(0.25, stratified=True, random_state=0),
    verbose=0,
)
net.fit(X, y)
history(net)
print(net.module_.dense0.bias.requires_grad, net.optimizer_.param_groups[0]["lr"])
net.save_params(f_params="params.pt", f_optimizer="optimizer.pt", f_history="history.json")
again = NeuralNetClassifier(
    MyModule, module__dropout=0.1, criterion=nn.CrossEntropyLoss, optimizer=torch.optim.Adam, max_epochs=2, verbose=0
)
again.initialize()
again.load_params(f_params="params.pt", f_optimizer="optimizer.pt", f_history="history.json")
print(np.allclose(again.predict_proba(X), net.predict_proba(X)), len(again.history))
copy = pickle.loads(pickle.dumps(net))
print((copy.predict(X) == net.predict(X)).all())
resumed = NeuralNetClassifier(
    MyModule,
    callbacks=[end := TrainEndCheckpoint(dirname="end"), LoadInitState(end)],
    optimizer=torch.optim.Adam,
    criterion=nn.CrossEntropyLoss,
    max_epochs=1,
    verbose=0,
)
resumed.fit(X, y)
print(len(resumed.history))

Xr, yr = make_regression(120, 20, n_informative=8, random_state=0)
Xr, yr = Xr.astype(np.float32), (yr / 100).astype(np.float32).reshape(-1, 1)
net = NeuralNetRegressor(
    lambda hidden: nn.Sequential(nn.Linear(20, hidden), nn.Tanh(), nn.Linear(hidden, 1)),
    module__hidden=16,
    lr=0.1,
    max_epochs=8,
    verbose=0,
    callbacks=[ParamMapper("0.*", schedule=lambda net: lambda p: p)],
)
net.fit(Xr, yr)
history(net)
print(net.predict(Xr[:3]).ravel().round(5), round(net.score(Xr, yr), 5))

net = NeuralNetBinaryClassifier(
    nn.Sequential(nn.Linear(20, 1), nn.Flatten(0)),
    max_epochs=3,
    lr=0.1,
    verbose=0,
    train_split=predefined_split(Dataset(X[:50], y[:50].astype(np.float32))),
)
net.fit(X, y.astype(np.float32))
history(net)
print(net.predict(X[:10]), net.predict_proba(X[:2]).round(5))


class Autoencoder(NeuralNet):
    def get_loss(self, y_pred, y_true, *args, X=None, **kwargs):
        decoded, encoded = y_pred
        return super().get_loss(decoded, y_true, *args, **kwargs) + 1e-3 * encoded.abs().sum()


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.Linear(20, 4), nn.Linear(4, 20)

    def forward(self, X):
        code = self.encode(X)
        return self.decode(code), code


net = Autoencoder(Encoder, criterion=nn.MSELoss, max_epochs=3, verbose=0, lr=0.1)
net.fit(Dataset(X, X))
history(net)
print(net.forward(X[:5])[0].shape, np.asarray(SliceDataset(Dataset(X, y), idx=1))[:5], [tuple(b[0].shape) for b in net.forward_iter(X)])
