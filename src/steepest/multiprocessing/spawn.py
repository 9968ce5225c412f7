"""Names of torch.multiprocessing.spawn."""

from steepest.data.processes import ProcessContext, ProcessRaisedException, spawn

__all__ = ["ProcessContext", "ProcessRaisedException", "spawn"]
