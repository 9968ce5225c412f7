"""16-bit floating numbers are computed as float32, in every kernel of this layer."""

from collections.abc import Callable
from typing import Any

import numpy as np

from steepest.core.dtype import converted

SINGLE = np.dtype(np.float32)


def widened(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel, which sees 16-bit floats as float32 and whose results get the first operand's dtype back."""

    def run(x: Any, *rest: Any, **params: Any) -> Any:
        if x.dtype.itemsize != 2 or x.dtype.kind == "i":
            return kernel(x, *rest, **params)
        half = x.dtype
        wide = [converted(a, SINGLE) if isinstance(a, np.ndarray) and a.dtype == half else a for a in (x, *rest)]
        out = kernel(*wide, **params)
        if isinstance(out, tuple):
            return tuple(converted(o, half) if o.dtype == np.float32 else o for o in out)
        return converted(out, half) if out.dtype == np.float32 else out

    return run
