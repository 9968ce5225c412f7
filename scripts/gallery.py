"""Draws the gallery: every picture of steepest.viz, light and dark, and the page docs/pictures.md that shows them.

    python scripts/gallery.py                 writes docs/pictures.md and docs/pictures/
    python scripts/gallery.py FOLDER          writes gallery.html with all pictures, players included, into FOLDER

Everything is drawn from small data made here, the same each time.
"""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np

import steepest as torch
from steepest import nn, viz
from steepest.datasets import path
from steepest.viz.pages import page_of
from steepest.viz.style import for_page, svg_of
from steepest.viz.watching import watching

DOCS = Path(__file__).parent.parent / "docs"


def himmelblau(x, y):
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def path_of(make, start, steps):
    """The points that an optimizer visits on Himmelblau's function, and its losses."""
    p = torch.tensor(start, requires_grad=True)
    optimizer, points, losses = make([p]), [], []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = himmelblau(p[0], p[1])
        loss.backward()
        points.append(p.tolist())
        losses.append(loss.item())
        optimizer.step()
    return np.array(points), losses


def diabetes_run(epochs=600):
    """The course's 8-6-4-1 net, with tanh so that a short run shows something."""
    torch.manual_seed(0)
    table = torch.from_numpy(np.loadtxt(path("diabetes"), delimiter=",", dtype=np.float32))
    x, y = table[:, :-1], table[:, -1:]
    model = nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 1), nn.Sigmoid())
    optimizer, layers = torch.optim.SGD(model.parameters(), lr=0.5), []
    with watching() as seen:
        for epoch in range(epochs):
            loss = nn.functional.binary_cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            if epoch % 20 == 0:
                layers.append({n: p.detach().numpy().copy() for n, p in model.named_parameters() if n.endswith("weight")})
    return model, x, y, seen, layers


def moons(rows=160):
    """Two half circles, one in the other."""
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, np.pi, rows)
    label = np.arange(rows) % 2
    x = np.stack([np.cos(angle) * (1 - 2 * label) + label, np.sin(angle) * (1 - 2 * label) + 0.4 * label], 1)
    return (x + 0.12 * rng.standard_normal(x.shape)).astype(np.float32), label


def moons_model(x, label):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    inputs, labels = torch.tensor(x), torch.tensor(label)
    for _ in range(150):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    return model


def pictures():
    """Name, heading, code, and what draws it, for every picture."""
    model, x, y, seen, layers = diabetes_run()
    adam, adam_losses = path_of(lambda p: torch.optim.Adam(p, lr=0.2), [-0.1, -1.0], 80)
    _, sgd_losses = path_of(lambda p: torch.optim.SGD(p, lr=0.01), [-0.1, -1.0], 80)
    rng = np.random.default_rng(0)
    noisy = np.exp(-np.arange(400) / 90) + 0.15 + 0.08 * rng.standard_normal(400)
    run = {"loss": noisy, "val_loss": np.exp(-np.arange(400) / 90) + 0.28, "lr": 0.1 * 0.99 ** np.arange(400)}
    points, labels = moons()
    classifier = moons_model(points, labels)
    hours, passed = torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([[0.0], [0.0], [1.0]])
    a, b = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    with torch.no_grad():
        probability = model(x)
        scores = classifier(torch.tensor(points))
    house = np.linspace(80, 135, 40)
    price = 1.09 * house + 122 + 6 * rng.standard_normal(40)
    ravine = viz.race("ravine", steps=150)
    digits = rng.random((10, 12, 12)) * np.linspace(0.2, 1, 12)
    return [
        ("loss", "Loss curve", "viz.loss_curve(run.history)", lambda: viz.loss_curve(run)),
        ("runs", "Several runs", 'viz.loss_curve({"SGD": sgd, "Adam": adam})',
         lambda: viz.loss_curve({"SGD": sgd_losses, "Adam": adam_losses})),
        ("surface", "Loss surface", "viz.surface(himmelblau, (0, 0), path=path)",
         lambda: viz.surface(himmelblau, (0.0, 0.0), path=adam, span=((-5, 5), (-5, 5)))),
        ("plane", "A plane through 87 parameters", "viz.surface(loss, model, (x, y), path=path)",
         lambda: viz.surface(seen.walk.objective(), path=seen.walk.path, resolution=80)),
        ("race-sweep", "The sweep behind a race", 'viz.race("ravine").sweep()', ravine.sweep),
        ("graph", "Computation graph", "viz.graph(z)", lambda: graph_of(a, b)),
        ("network", "Network", "viz.network(model, x)",
         lambda: viz.network(model, x, names=["pregnancies", "glucose", "pressure", "skin", "insulin", "BMI", "pedigree", "age"],
                             outputs=["diabetes"])),
        ("probability", "Probability curve", "viz.fit(model, hours, passed)",
         lambda: viz.fit(lambda h: torch.sigmoid(4 * h - 10), hours, passed, names=("hours",))),
        ("regions", "Decision regions", "viz.fit(model, points, labels)", lambda: viz.fit(classifier, points, labels)),
        ("distribution", "Weights, activations, gradients", "viz.distribution(model, x)", lambda: viz.distribution(model, x)),
        ("over-time", "Weights over time", "viz.distribution({layer: [array, ...]})",
         lambda: viz.distribution({n: [step[n] for step in layers] for n in layers[0]})),
        ("confusion", "Confusion matrix", "viz.confusion(labels, scores)", lambda: viz.confusion(labels, scores, names=["inner", "outer"])),
        ("calibration", "Calibration", "viz.calibration(y, probability)", lambda: viz.calibration(y, probability)),
        ("residuals", "Residuals", "viz.residuals(true, predicted)", lambda: viz.residuals(price, 1.09 * house + 122)),
        ("images", "Images", "viz.images(batch, labels, predictions)", lambda: viz.images(digits, np.arange(10) % 4, np.arange(10) % 5)),
    ]  # fmt: skip


def layers_of_the_net():
    """The layers of the course's net for one row."""
    model = nn.Sequential(nn.Linear(8, 6), nn.Sigmoid(), nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    return viz.summary(model, torch.ones(1, 8))


def graph_of(x, y):
    a = x + y
    b = torch.sigmoid(y)
    z = a * b
    return viz.graph(z)


def write_docs() -> None:
    """The pictures as files, light and dark, and the page."""
    folder = DOCS / "pictures"
    folder.mkdir(exist_ok=True)
    parts = [HEAD]
    for name, heading, code, draw in pictures():
        words = ""
        for look in ("light", "dark"):
            with viz.theme(look):
                made = draw()
            words = made.alt
            if hasattr(made, "svg"):
                made.save(folder / f"{name}.svg")
            else:
                made.save(folder / f"{name}{'' if look == 'light' else '-dark'}.png", dpi=80)
        short = words.partition(". ")[0].replace('"', "'").rstrip(".")
        image = f"pictures/{name}.svg" if (folder / f"{name}.svg").exists() else f"pictures/{name}.png"
        dark = f'<source media="(prefers-color-scheme: dark)" srcset="pictures/{name}-dark.png">' if image.endswith("png") else ""
        parts.append(f"## {heading}\n`{code}`\n\n<picture>{dark}<img src=\"{image}\" alt=\"{short}\"></picture>\n")
    parts.append(TAIL.format(derived=viz.derive(lambda w1, w2, b, x, y: (w1 * x**2 + w2 * x + b - y) ** 2),
                             matrices=viz.derive(lambda X, w, y: ((X @ w - y) ** 2).mean() / 2, X=("m", "n"), w=("n", 1), y=("m", 1)),
                             race=viz.race("himmelblau", steps=200), layers=layers_of_the_net()))
    (DOCS / "pictures.md").write_text("\n".join(parts), encoding="utf-8")


HEAD = """# Pictures

Each is one line of Python, `from steepest import viz`, and most are one command: `steepest show WHAT PROGRAM.py` runs a program,
watches it and draws WHAT: `loss`, `surface`, `race`, `graph`, `steps`, `derive`, `network`, `summary`, `explore`, `fit`, `distribution` or
`report`. A number in the place of the program means that program of the course: `steepest show surface 16`. A program that descends
by hand, without `backward()`, names its loss: `--loss "cost(xs, ys)" --by w=1`.

- Every function returns a matplotlib figure, or a page or SVG, with `save(path)`, a notebook representation, `alt` (what it shows, in
  words, which is also written into the file) and `data` (the numbers drawn). `ax=` draws into your own axes where that makes sense.
- `viz.theme("dark")` draws in the dark from there on, or inside `with`. Pages follow the reader's own setting.
- Chinese characters: an installed font that has them is found and appended, in your own figures too (`steepest run`, `steepest.as_torch`).

This page is written by `python scripts/gallery.py`.
"""
TAIL = """## Race
`viz.race("himmelblau")`, a function of your own with its start, or a model with its data: ten optimizers, each at the best of 16 learning
rates. `.page()` is one file that plays it: buttons, arrow keys, Home, End, the space bar; it stands still where the reader wants no motion.

```
{race}
```

## Two hundred learning rates
`viz.explore(loss, start)`: a page with a slider over 200 learning rates: the path, the loss curve, and the line 2/λ, where divergence
begins.

## Forward and backward, one node at a time
`viz.graph(loss).steps()`: a page that plays the computation and the backward pass with the numbers written out; `.paths(w)` lists every
path from `w` to the loss with the product of its local derivatives, whose sum is `w.grad`; `.dot()` is the graph for Graphviz.

## Formulas
`viz.derive(function)`; every formula is compared with autograd before it is shown, and `.latex` is the same for a paper.

```
{derived}
```

With shapes, matrix code is derived as matrices:

```
{matrices}
```

## Layers
`viz.summary(model, x)`

```
{layers}
```

## Report
`viz.report(run)` or `steepest show report PROGRAM.py`: one HTML file with all of this that applies, the doctor's findings on top, the code
and the seed.
"""


def write_page(folder: Path) -> None:
    """One page with all pictures, and the players beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = []
    for _, heading, code, draw in pictures():
        with for_page():
            made = draw()
            svg = made.svg() if hasattr(made, "svg") else svg_of(made)
        parts.append(f"<h2>{heading}</h2><p><code>{code}</code></p><figure>{svg}</figure>")
    x, y = torch.tensor(2.0, requires_grad=True), torch.tensor(1.0, requires_grad=True)
    _, rows, labels, seen, _ = diabetes_run()
    pages = {
        "race": viz.race("himmelblau").page(),
        "race-model": viz.race(nn.MSELoss(), None, nn.Linear(2, 1), (rows[:, :2], labels), steps=60).page(),
        "explore": viz.explore(lambda a, b: 0.5 * a**2 + 5 * b**2, (-8.0, 1.0)).page(), "steps": graph_of(x, y).steps(),
        "report": viz.report(seen, seed=0, code=Path(__file__).read_text(encoding="utf-8")),
    }  # fmt: skip
    for name, page in pages.items():
        page.save(folder / f"{name}.html")
    links = "".join(f'<li><a href="{name}.html">{name}</a></li>' for name in pages)
    page_of("Gallery", f"<ul>{links}</ul>{''.join(parts)}").save(folder / "gallery.html")


if __name__ == "__main__":
    write_page(Path(sys.argv[1])) if len(sys.argv) > 1 else write_docs()
