"""`torch.multiprocessing`: Python's own multiprocessing, and `spawn`. Tensors are copied between processes."""

from multiprocessing import *  # noqa: F403
from multiprocessing import get_context

from steepest.data.processes import get_all_sharing_strategies, get_sharing_strategy, set_sharing_strategy
from steepest.errors import outside
from steepest.multiprocessing.spawn import ProcessContext, ProcessRaisedException, spawn

outside.explain(__name__)
__all__ = ["ProcessContext", "ProcessRaisedException", "get_all_sharing_strategies", "get_context",
           "get_sharing_strategy", "set_sharing_strategy", "spawn"]
