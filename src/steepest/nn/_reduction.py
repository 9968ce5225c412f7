"""`torch.nn._reduction`: a loss's reduction as the number of the compiled functions, and from PyTorch's older arguments."""

from steepest.functional.neural.reduction import REDUCTIONS, reduction_of

__all__ = ["get_enum", "legacy_get_enum", "legacy_get_string"]


def get_enum(reduction: str) -> int:
    """0 for "none", 1 for "mean", 2 for "sum"; ValueError for others."""
    return REDUCTIONS.index(reduction_of(None, None, reduction))


def legacy_get_string(size_average: bool | None, reduce: bool | None, emit_warning: bool = True) -> str:
    """The name that the two older arguments stand for, which are True unless given."""
    return "none" if reduce is False else "sum" if size_average is False else "mean"


def legacy_get_enum(size_average: bool | None, reduce: bool | None, emit_warning: bool = True) -> int:
    """The number that the two older arguments stand for."""
    return get_enum(legacy_get_string(size_average, reduce))
