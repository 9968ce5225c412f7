"""Which functions of this layer are `torch.X`."""

from typing import Any

from steepest.functional import (
    creating,
    devices,
    indexing,
    joining,
    kinds,
    legacy,
    limits,
    linalg,
    pointwise,
    products,
    random,
    reducing,
    shaping,
    threads,
)
from steepest.functional.neural.softmax import log_softmax, softmax

MODULES = (pointwise, reducing, shaping, products, creating, indexing, joining, random, threads, limits, kinds, devices)
LINALG = ("inverse", "det", "logdet", "slogdet", "cholesky", "qr", "matrix_power", "matrix_exp")
RENAMED = {"range_": "range", "complex_": "complex", "clone_": "clone"}
INTERNAL = frozenset((
    "unary binary both named restore_shape unravel from_values alias_as view_dtype to_dtype view clone_ordered check_device finished"
    " to_array linear_dtype identity_like getitem setitem NamedResult result_type_of repeat amax_all amin_all expand expand_as reshape_as"
    " contiguous not_empty extreme least").split())


def functions() -> dict[str, Any]:
    """The public functions by their PyTorch names."""
    found: dict[str, Any] = {}
    for module in MODULES:
        for name, value in vars(module).items():
            if name.startswith("_") or name in INTERNAL or not callable(value) or getattr(value, "__module__", "") != module.__name__:
                continue
            found[RENAMED.get(name, name)] = value
    found.update({name: getattr(linalg, name) for name in LINALG})
    found.update(legacy.TYPES)
    found.update({name: getattr(limits, name) for name in ("pi", "e", "inf", "nan")})
    found.update(softmax=softmax, log_softmax=log_softmax)
    return found
