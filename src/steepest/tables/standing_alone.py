"""The files that work without steepest: `predict.py`, `train.py`, and the form in the report, as texts."""

from __future__ import annotations

import ast
import base64
import json
import zlib
from collections.abc import Sequence
from importlib import resources

import numpy

from steepest.errors import text
from steepest.tables import model_file
from steepest.tables.settings import OPTIMIZERS
from steepest.tables.splitting import Plan
from steepest.tables.table_model import TableModel

__all__ = ["form", "predict_program", "train_program"]

PARTS = ("cell_texts.py", "applying.py", "programs/predict_main.py")


def predict_program() -> str:
    """One file that reads model.safetensors and predicts: the package's own reading of cells and rows, and a main program."""
    texts = [_source(part) for part in PARTS]
    main = ast.get_docstring(ast.parse(texts[-1]), clean=False) or ""
    imports: list[str] = []
    bodies = []
    for content in texts:
        lines = content.splitlines()
        tree = ast.parse(content)
        cut: set[int] = set()
        for node in tree.body:
            ours = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("steepest", "__future__"))
            if isinstance(node, (ast.Import, ast.ImportFrom)) or node is tree.body[0]:
                cut |= set(range(node.lineno - 1, node.end_lineno or node.lineno))
                if isinstance(node, (ast.Import, ast.ImportFrom)) and not ours:
                    imports.append(ast.unparse(node))
        bodies.append("\n".join(line for number, line in enumerate(lines) if number not in cut).strip())
    head = "\n".join(sorted(set(imports)))
    return f'"""{main}"""\n\nfrom __future__ import annotations\n\n{head}\n\n\n' + "\n\n\n".join(bodies) + "\n"


def train_program(model: TableModel, plan: Plan) -> str:
    """A PyTorch program that trains and tests as the model was."""
    fold = numpy.zeros(plan.rows, dtype="<u2")
    for number, test in enumerate(plan.tests, 1):
        fold[test] = number
    about = model.about
    optimizer = OPTIMIZERS[about["optimizer"]]
    settings = {key: about[key] for key in ("rates", "epochs", "batch", "cosine", "seed", "weights")}
    settings["members"] = about["fold_members"] if plan.kind in ("folds", "each") else len(model.members)
    settings |= {"optimizer": optimizer.name, "options": dict(optimizer.options)}
    content = _source("programs/train_main.py")
    begin = content.index("SETTINGS = ")
    line = content[begin : content.index("  # as the model was trained", begin)]
    packed = base64.b64encode(zlib.compress(fold.tobytes(), 9)).decode("ascii")
    return content.replace(line, f"SETTINGS = {settings!r}").replace("@FOLDS@", packed)


def form(model: TableModel, order: Sequence[str] = ()) -> str:
    """HTML of the form that predicts: the model as JSON and the program that computes in the page; `order` names the columns that
    come first."""
    weights = list(model.weights().values())
    layers = len(model.hidden) + 1
    shapes = [list(value.shape) for value in weights[::2]]
    packed = b"".join(value.astype("<f4").tobytes() for value in weights)
    fields = model_file.fields(model)
    stored = {
        "model": {key: fields[key] for key in KEYS},
        "shapes": [shapes[begin : begin + layers] for begin in range(0, len(shapes), layers)],
        "weights": base64.b64encode(packed).decode("ascii"),
        "words": {key: text(f"form-{key}") for key in ("prediction", "missing", "other", "value", "further")},
        "order": list(order),
    }
    content = json.dumps(stored, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<script type="application/json" id="steepest-model">{content}</script>\n<form id="steepest-form" onsubmit="return false">'
        f"</form>\n<script>\n{_source('programs/form.js')}</script>"
    )


KEYS = ("schema", "preparation", "bins", "log", "center", "scale", "bounds", "temperature", "threshold")


def _source(name: str) -> str:
    return resources.files("steepest.tables").joinpath(name).read_text(encoding="utf-8")
