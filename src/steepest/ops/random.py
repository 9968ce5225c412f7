"""The random form: a draw from a generator. The generator's state is part of the operation's input, as recorders see it."""

from typing import Any

import numpy as np

from steepest.core.dtype import numpy_dtype
from steepest.core.memory_order import in_memory_order, memory_order, restored
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import Tensor, fresh
from steepest.ops.arithmetic import no_gradient


class Draw(Primitive):
    """A tensor drawn by `generator.<sampler>(**params)`, converted to `dtype`; operands are the parameters that `names` lists.

    Samplers that are given a `shape` are given the dtype as well. With `order` (see `memory_order`) the numbers follow each other as the
    elements of the result do in memory.
    """

    form = "random"

    def __init__(self) -> None:
        super().__init__("draw", ("parameters",), {"parameters": lambda g, like, position: no_gradient(g, like)}, variadic=True)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        rest = dict(params)
        of, generator, sampler, order = rest.pop("dtype"), rest.pop("generator"), rest.pop("sampler"), rest.pop("order", None)
        if operands:
            rest.update(zip(rest.pop("names"), [x.array if order is None else x.array.transpose(order) for x in operands], strict=True))
        if "shape" in rest:
            rest["shape"], rest["dtype"] = in_memory_order(rest["shape"], order), numpy_dtype(of)
        array = getattr(generator, sampler)(**rest)
        drawn = fresh(restored(np.asarray(array, numpy_dtype(of)), order), of)
        return finish(self, operands, params, drawn) if of.is_floating_point else drawn


draw = Draw()


def draw_like(x: Tensor, *operands: Tensor, sampler: str, dense: bool = True, **params: Any) -> Tensor:
    """A draw of the shape of x, in the order in which PyTorch fills a tensor that lies in memory as x does (`dense`: without its gaps)."""
    order = memory_order(x.array)
    if order is not None:
        params["order"] = order
    if sampler == "normal" and not (x.array.flags.c_contiguous or (dense and order is None)):
        params["contiguous"] = False
    return draw(*operands, sampler=sampler, **({} if operands else {"shape": x.array.shape}), **params)
