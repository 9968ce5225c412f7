"""The join form: several tensors side by side along one dimension."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.primitive import Primitive, finish
from steepest.core.tensor import fresh
from steepest.ops.views import narrow


class Join(Primitive):
    """Concatenation of any number of tensors along `dim`; `starts` says where each one begins."""

    form = "join"

    def __init__(self) -> None:
        super().__init__("cat", ("tensors",), {"tensors": lambda g, like, position, dim, starts: narrow(
            g, dim=dim, start=starts[position], stop=starts[position] + like.shape[dim], step=1)}, variadic=True)

    def run(self, operands: tuple[Any, ...], params: dict[str, Any]) -> Any:
        out = np.concatenate([x.array for x in operands], params["dim"])
        if not out.flags.c_contiguous:              # NumPy follows the operands' order, PyTorch does not
            out = np.ascontiguousarray(out)
        return finish(self, operands, params, fresh(out, dtypes.from_numpy(out.dtype)))


join = Join()
