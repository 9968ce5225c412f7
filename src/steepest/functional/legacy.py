"""The constructors of PyTorch's early days: `torch.Tensor([1.0])`, `torch.FloatTensor(2, 3)`, `torch.LongTensor([1, 2])`."""

from typing import Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.device import STRIDED
from steepest.core.dtype import dtype, get_default_dtype, numpy_dtype
from steepest.core.size import Size
from steepest.core.tensor import Tensor, fresh
from steepest.errors import text
from steepest.functional.creating import to_array
from steepest.functional.storages import TypedStorage, elements

__all__ = ["TYPES", "construct"]


def construct(args: tuple[Any, ...], of: dtype, size: Any = None) -> Tensor:
    """A tensor of sizes (`Tensor(2, 3)`, zeros here), of data (`Tensor([1, 2])`), or sharing memory with one of this dtype."""
    if len(args) == 1 and isinstance(args[0], Size):
        (size,) = args
    if size is not None or not args:
        return fresh(np.zeros(0 if size is None else tuple(size), numpy_dtype(of)), of)
    if all(isinstance(a, int) and not isinstance(a, bool) for a in args):
        return fresh(np.zeros(args, numpy_dtype(of)), of)
    if len(args) > 1:
        raise TypeError(text("legacy-constructor", kinds=", ".join(type(a).__name__ for a in args)))
    (data,) = args
    if isinstance(data, TypedStorage):
        data = elements(data.untyped(), data.dtype)
    if isinstance(data, Tensor):
        if data.dtype is not of:
            raise TypeError(text("legacy-constructor-dtype", expected=of, got=data.dtype))
        return data.detach()
    if isinstance(data, (bool, float, complex)) or np.ndim(data) == 0 and not isinstance(data, (list, tuple)):
        raise TypeError(text("legacy-constructor-number", value=data))
    return fresh(np.ascontiguousarray(to_array(data, of)), of)


def new_tensor(cls: type[Tensor], *args: Any, **kwargs: Any) -> Tensor:
    """`Tensor.__new__`: a bare tensor for subclasses that fill it themselves, else a constructed one."""
    self = object.__new__(cls)
    self.view_of = self.node = self.hooks = self._grad = self._storage = self.counter = self._family = None
    self.needs_grad, self.output_nr = False, 0
    if cls is Tensor or args:
        made = construct(args, get_default_dtype(), kwargs.get("size") if cls is Tensor else None)
        self.array, self.dtype, self._storage, self.counter = made.array, made.dtype, made._storage, made.counter
    return self


class _Kind(type):
    """`isinstance(x, torch.FloatTensor)` asks for the dtype."""

    of: dtype

    def __instancecheck__(cls, x: object) -> bool:
        return isinstance(x, Tensor) and x.dtype is cls.of

    def __call__(cls, *args: Any, size: Any = None, device: Any = None) -> Any:
        return construct(args, cls.of, size)


NAMES = {"Float": dtypes.float32, "Double": dtypes.float64, "Half": dtypes.float16, "BFloat16": dtypes.bfloat16,
         "Long": dtypes.int64,
         "Int": dtypes.int32, "Short": dtypes.int16, "Char": dtypes.int8, "Byte": dtypes.uint8, "Bool": dtypes.bool_}
SHARED = {"__module__": "torch", "layout": STRIDED, "is_cuda": False, "is_sparse": False}
TYPES: dict[str, Any] = {f"{name}Tensor": _Kind(f"{name}Tensor", (), SHARED | {"of": of, "dtype": of}) for name, of in NAMES.items()}
