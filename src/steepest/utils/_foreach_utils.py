"""Names of torch.utils._foreach_utils, as optimizers outside of PyTorch ask for them."""

from typing import Any

from steepest.core.device import device
from steepest.core.tensor import Tensor
from steepest.errors import outside
from steepest.nn.parameter import Parameter

__all__: list[str] = []
outside.explain(__name__)


def _group_tensors_by_device_and_dtype(tensorlistlist: Any, with_indices: bool = False) -> dict[Any, tuple[Any, list[int]]]:
    """Lists of tensors that belong together, in groups of one device and dtype: those of the first list decide."""
    groups: dict[Any, tuple[Any, list[int]]] = {}
    for i, first in enumerate(tensorlistlist[0]):
        columns, places = groups.setdefault((device("cpu"), first.dtype), ([[] for _ in tensorlistlist], []))
        for column, tensors in zip(columns, tensorlistlist, strict=True):
            if tensors:
                column.append(tensors[i])
        if with_indices:
            places.append(i)
    return groups


def _device_has_foreach_support(device: Any) -> bool:
    """Whether lists of tensors have functions of their own: on the CPU they have."""
    return bool(device.type == "cpu")


def _has_foreach_support(tensors: Any, device: Any) -> bool:
    """The same, and that nothing but plain tensors, parameters and None is among them."""
    return _device_has_foreach_support(device) and all(x is None or type(x) in (Tensor, Parameter) for x in tensors)
