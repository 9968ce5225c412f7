"""The random form: a draw from a generator. The generator's state is part of the operation's input, as recorders see it."""

from typing import Any

import numpy as np

from steepest.core.dtype import numpy_dtype
from steepest.core.primitive import Primitive
from steepest.core.tensor import fresh


class Draw(Primitive):
    """A tensor of a shape and dtype drawn by `generator.<sampler>(shape, **params)`."""

    form = "random"

    def __init__(self) -> None:
        super().__init__("draw", (), {})

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        rest = dict(params)
        shape, of, generator, sampler = (rest.pop(k) for k in ("shape", "dtype", "generator", "sampler"))
        array = getattr(generator, sampler)(shape=shape, dtype=numpy_dtype(of), **rest)
        return fresh(np.asarray(array, numpy_dtype(of)), of)


draw = Draw()
