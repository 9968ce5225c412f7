"""Poisson's equation with Dirichlet and Neumann conditions, Burgers' equation, an inverse problem with an unknown coefficient, function
approximation, DeepONet; Adam and LBFGS.
"""

import os

os.environ["DDE_BACKEND"] = "pytorch"

import contextlib
import io

import numpy as np
import torch

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import deepxde as dde

dde.config.set_random_seed(0)


def train(title, data, net, optimizer="adam", iterations=30, **options):
    model = dde.Model(data, net)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        model.compile(optimizer, **({"lr": 1e-3} if optimizer == "adam" else {}), **options)
        history, _ = model.train(iterations=iterations, display_every=10)
    print(title, [[f"{v:.5f}" for v in np.atleast_1d(row)] for row in history.loss_train])
    return model


def poisson(x, y):
    return -dde.grad.hessian(y, x) - np.pi**2 * torch.sin(np.pi * x)


line = dde.geometry.Interval(-1, 1)
bc = dde.icbc.DirichletBC(line, lambda x: 0, lambda x, on: on)
data = dde.data.PDE(line, poisson, bc, 16, 2, solution=lambda x: np.sin(np.pi * x), num_test=20)
model = train("poisson", data, dde.nn.FNN([1] + [10] * 2 + [1], "tanh", "Glorot uniform"), metrics=["l2 relative error"])
print(model.predict(np.array([[0.1], [0.5]])).ravel(), model.predict(np.array([[0.5]]), operator=poisson).ravel())

neumann = dde.icbc.NeumannBC(line, lambda x: 2 * (x + 1), lambda x, on: on and dde.utils.isclose(x[0], 1))
left = dde.icbc.DirichletBC(line, lambda x: 0, lambda x, on: on and dde.utils.isclose(x[0], -1))
data = dde.data.PDE(line, lambda x, y: dde.grad.hessian(y, x) - 2, [left, neumann], 16, 2)
train("neumann", data, dde.nn.FNN([1, 8, 8, 1], "tanh", "Glorot normal"))


def burgers(x, y):
    return dde.grad.jacobian(y, x, i=0, j=1) + y * dde.grad.jacobian(y, x, i=0, j=0) - 0.01 / np.pi * dde.grad.hessian(y, x, i=0, j=0)


domain = dde.geometry.GeometryXTime(line, dde.geometry.TimeDomain(0, 0.99))
conditions = [
    dde.icbc.DirichletBC(domain, lambda x: 0, lambda _, on: on),
    dde.icbc.IC(domain, lambda x: -np.sin(np.pi * x[:, 0:1]), lambda _, on: on),
]
data = dde.data.TimePDE(domain, burgers, conditions, num_domain=60, num_boundary=10, num_initial=20)
train("burgers", data, dde.nn.FNN([2, 10, 10, 1], "tanh", "Glorot normal"))

C = dde.Variable(0.5)
observed = np.linspace(-1, 1, 12).reshape(-1, 1)
data = dde.data.PDE(
    line,
    lambda x, y: -dde.grad.hessian(y, x) - C * torch.sin(np.pi * x),
    [bc, dde.icbc.PointSetBC(observed, np.sin(np.pi * observed))],
    16,
    2,
    anchors=observed,
)
train("inverse", data, dde.nn.FNN([1, 8, 8, 1], "tanh", "Glorot uniform"), external_trainable_variables=C)
print("coefficient", f"{C.item():.5f}")

data = dde.data.Function(line, lambda x: x * np.sin(5 * x), 16, 20)
train("function", data, dde.nn.FNN([1, 10, 10, 1], "tanh", "Glorot uniform"), iterations=20)
dde.optimizers.set_LBFGS_options(maxiter=200)
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    model = dde.Model(data, dde.nn.FNN([1, 6, 6, 1], "sin", "Glorot uniform"))
    model.compile("L-BFGS")
    history, _ = model.train()
print("lbfgs", f"{history.loss_train[0].sum():.5f}", history.loss_train[-1].sum() < 1e-3)

space = dde.data.GRF(1.0, length_scale=0.2, N=60)
rng = np.random.default_rng(0)
X = (rng.normal(size=(10, 20)).astype(np.float32), np.linspace(0, 1, 15, dtype=np.float32).reshape(-1, 1))
Y = np.cumsum(X[0], 1)[:, :15].astype(np.float32)
data = dde.data.TripleCartesianProd(X_train=X, y_train=Y, X_test=X, y_test=Y)
train("deeponet", data, dde.nn.DeepONetCartesianProd([20, 12, 8], [1, 12, 8], "relu", "Glorot normal"), iterations=20)
