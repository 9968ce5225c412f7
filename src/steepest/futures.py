"""`torch.futures`: results that are not there yet."""

from steepest.core.futures import Future, collect_all, wait_all
from steepest.errors import outside

__all__ = ["Future", "collect_all", "wait_all"]
outside.explain(__name__)
