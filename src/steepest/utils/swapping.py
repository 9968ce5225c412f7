"""`torch.utils.swap_tensors`."""

from steepest.core.tensor import Tensor

__all__ = ["swap_tensors"]


def swap_tensors(t1: Tensor, t2: Tensor) -> None:
    """Exchange all that two tensors are; every name of the one then stands for the other."""
    for kind in type(t1).__mro__:
        for name in getattr(kind, "__slots__", ()):
            if name in ("__weakref__", "__dict__"):
                continue
            a, b = (getattr(t, name, MISSING) for t in (t1, t2))
            for t, value in ((t1, b), (t2, a)):
                if value is not MISSING:
                    setattr(t, name, value)
                elif hasattr(t, name):
                    delattr(t, name)


MISSING = object()
