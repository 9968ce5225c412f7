"""`torch.distributed`, as programs ask for it: nothing is distributed, and every question says so."""

from steepest.errors import outside

__all__ = ["is_available", "is_gloo_available", "is_initialized", "is_mpi_available", "is_nccl_available", "is_torchelastic_launched",
           "is_ucc_available", "is_xccl_available"]
outside.explain(__name__)


def is_available() -> bool:
    """False: one process computes on one computer."""
    return False


is_initialized = is_nccl_available = is_gloo_available = is_mpi_available = is_available
is_ucc_available = is_xccl_available = is_torchelastic_launched = is_available
