"""Draws docs/optimizers.png: seven optimizers on Himmelblau's function, each from the same start.

    python scripts/picture.py
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import steepest as torch

START, STEPS = (-0.1, -1.0), 300
OPTIMIZERS = {
    "SGD": (torch.optim.SGD, {"lr": 0.005}, "-"),
    "SGD, momentum 0.9": (torch.optim.SGD, {"lr": 0.003, "momentum": 0.9}, "--"),
    "Adagrad": (torch.optim.Adagrad, {"lr": 0.8}, "-."),
    "RMSprop": (torch.optim.RMSprop, {"lr": 0.05}, ":"),
    "Adam": (torch.optim.Adam, {"lr": 0.2}, "-"),
    "Adamax": (torch.optim.Adamax, {"lr": 0.3}, "--"),
    "Rprop": (torch.optim.Rprop, {"lr": 0.1}, "-."),
}
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9"]     # Okabe and Ito (2008)


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def path(kind, options):
    """The points that an optimizer visits."""
    x = torch.tensor(START, requires_grad=True)
    optimizer = kind([x], **options)
    points = [x.tolist()]
    for _ in range(STEPS):
        optimizer.zero_grad()
        himmelblau(x).backward()
        optimizer.step()
        points.append(x.tolist())
    return np.array(points)


def main():
    grid = np.linspace(-5.5, 5.5, 300)
    a, b = np.meshgrid(grid, grid)
    figure, axes = plt.subplots(figsize=(8.4, 5.4), layout="constrained")
    axes.contourf(a, b, himmelblau((a, b)), levels=np.geomspace(0.5, 900, 24), cmap="Blues_r", alpha=0.55, extend="both")
    for (name, (kind, options, line)), colour in zip(OPTIMIZERS.items(), COLOURS, strict=True):
        points = path(kind, options)
        axes.plot(points[:, 0], points[:, 1], line, color=colour, linewidth=1.8, label=name)
        axes.plot(*points[-1], "o", color=colour, markersize=5)
    axes.plot(*START, "k*", markersize=13, label="start")
    axes.set(xlabel="x", ylabel="y", title=f"{STEPS} steps on Himmelblau's function", xlim=(-5.5, 5.5), ylim=(-5.5, 5.5))
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
    figure.savefig(Path(__file__).parent.parent / "docs" / "optimizers.png", dpi=110)


if __name__ == "__main__":
    main()
