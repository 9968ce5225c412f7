"""Every operation with PyTorch's own sample inputs under `vmap`, the batch in front or behind: the results are those of torch's vmap."""

import importlib
import sys
import warnings
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import torch

import steepest

FOLDER = Path(__file__).parents[2] / "scripts" / "parity"
sys.path.insert(0, str(FOLDER))
try:
    operations, crossing, scope = (importlib.import_module(name) for name in ("operations", "crossing", "scope"))
finally:
    sys.path.remove(str(FOLDER))

APART = {
    "normal_in_place": "PyTorch draws in another order where a batch lies behind",
    "resize_": "makes room anew, which a part of a batch cannot",
    "argwhere": "as many rows as there are non-zero elements: examples differ",
    **dict.fromkeys(("svd_lowrank", "pca_lowrank", "linalg.eig", "linalg.eigh"), "unique up to signs"),
    "linalg.cholesky_ex": "no number of a matrix that is not positive definite is promised",
    **dict.fromkeys(("special.bessel_j0", "special.bessel_j1", "special.bessel_y0", "special.bessel_y1"), "PyTorch is less exact"),
}
AREAS = sorted({operations.area(op) for op in operations.in_scope()})


def differs(op: Any, sample: Any, in_dim: int) -> str | None:
    """How the results of both libraries differ; None where they do not, or torch cannot."""
    x = sample.input.detach()
    batch = torch.stack([x, x.flip(0) if x.dim() else x], in_dim)
    torch.manual_seed(5)
    try:
        expected = torch.func.vmap(lambda a: op.op(a, *sample.args, **sample.kwargs), in_dims=in_dim, randomness="same")(batch)
    except Exception:
        return None
    steepest.manual_seed(5)
    mine = operations.ours(op)
    given, args, options = crossing.cross((batch, sample.args, sample.kwargs))
    try:
        got = steepest.func.vmap(lambda a: mine(a, *args, **options), in_dims=in_dim, randomness="same")(given)
    except Exception as problem:
        return f"{op.formatted_name}: {type(problem).__name__}: {problem}"[:300]
    told = crossing.difference(crossing.plain(expected), crossing.plain(got))
    return f"{op.formatted_name}: {told}"[:300] if told else None


@pytest.mark.parametrize("area", AREAS)
def test_vmap_of_every_operation(area: str) -> None:
    torch.manual_seed(0)
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, op in enumerate(operations.in_scope()):
            if operations.area(op) != area or {op.name, op.formatted_name} & APART.keys() or op.name in operations.UNWRITTEN:
                continue
            of = torch.float64 if torch.float64 in op.dtypes else operations.first_dtype(op)
            for sample in islice(op.sample_inputs("cpu", of), 1):
                if isinstance(sample.input, torch.Tensor) and not sample.input.is_sparse:
                    found.append(differs(op, sample, -(number % 2)))
    assert not [told for told in found if told]
