"""The random form: a draw from a generator. The generator's state is part of the operation's input, as recorders see it."""

from typing import Any

import numpy as np

from steepest.core.dtype import numpy_dtype
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.ops.arithmetic import no_gradient


class Draw(Primitive):
    """A tensor drawn by `generator.<sampler>(**params)`, converted to `dtype`; operands are the parameters that `names` lists.

    Samplers that are given a `shape` are given the dtype as well.
    """

    form = "random"

    def __init__(self) -> None:
        super().__init__("draw", ("parameters",), {"parameters": lambda g, like, position: no_gradient(g, like)}, variadic=True)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        rest = dict(params)
        of, generator, sampler = rest.pop("dtype"), rest.pop("generator"), rest.pop("sampler")
        if operands:
            rest.update(zip(rest.pop("names"), [x.array for x in operands], strict=True))
        if "shape" in rest:
            rest["dtype"] = numpy_dtype(of)
        array = getattr(generator, sampler)(**rest)
        drawn = fresh(np.asarray(array, numpy_dtype(of)), of)
        return finish(self, operands, params, drawn) if of.is_floating_point else drawn


draw = Draw()
