"""`torch.distributed` with one process: programs that are written for several run as the only one."""

import os

from steepest.errors import outside
from steepest.functional import process_group
from steepest.functional.process_group import ProcessGroup, ReduceOp, Work, group, init_process_group, is_initialized

COLLECTIVE = """
Backend GroupMember all_gather all_gather_into_tensor all_gather_object all_reduce all_to_all all_to_all_single barrier broadcast
broadcast_object_list destroy_process_group gather gather_object get_backend get_global_rank get_group_rank get_node_local_rank
get_process_group_ranks get_rank get_world_size irecv isend monitored_barrier new_group recv reduce reduce_scatter reduce_scatter_tensor
scatter scatter_object_list send
""".split()
globals().update({name: getattr(process_group, name) for name in COLLECTIVE})
__all__ = ["ProcessGroup", "ReduceOp", "Work", "group", "init_process_group", "is_available", "is_gloo_available", "is_initialized",
           "is_mpi_available", "is_nccl_available", "is_torchelastic_launched", "is_ucc_available", "is_xccl_available"]
__all__ += COLLECTIVE
outside.explain(__name__)


def is_available() -> bool:
    """True: a group of one process can be made."""
    return True


def is_nccl_available() -> bool:
    """False: there are no graphics cards."""
    return False


def is_torchelastic_launched() -> bool:
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


is_gloo_available = is_available
is_mpi_available = is_ucc_available = is_xccl_available = is_nccl_available
