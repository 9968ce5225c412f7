"""`torch.distributed` with one process: a group of rank 0 alone, in which every sum is its own and every message comes from oneself."""

import copy
import os
from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from typing import Any

from steepest.core.modes import no_graph
from steepest.core.tensor import Tensor
from steepest.errors import text

__all__ = ["ProcessGroup", "ReduceOp", "Work", "all_gather", "all_reduce", "destroy_process_group", "get_rank", "get_world_size",
           "init_process_group", "is_initialized", "new_group"]

PATIENCE = timedelta(minutes=30)
"""How long PyTorch's groups wait for a message."""
BACKENDS = ("gloo", "mpi", "nccl", "ucc", "xccl")


class Backend(str):
    """The name of what carries messages, in small letters: `Backend("GLOO") == Backend.GLOO == "gloo"`."""

    UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI, FAKE = backend_list = ["undefined", "gloo", "nccl", "xccl", "ucc", "mpi", "fake"]

    def __new__(cls, name: str) -> Any:
        """ValueError for what is no name."""
        if not isinstance(name, str):
            raise ValueError(text("backend-name", kind=type(name).__name__))
        return name.lower()


class RedOpType(Enum):
    """How the tensors of all processes become one; of one process they are that one."""

    SUM = 0
    AVG = 1
    PRODUCT = 2
    MIN = 3
    MAX = 4
    BAND = 5
    BOR = 6
    BXOR = 7
    PREMUL_SUM = 8


class ReduceOp:
    """The ways by their names, of the type `RedOpType`."""

    RedOpType = RedOpType
    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR, PREMUL_SUM = RedOpType

    def __new__(cls, op: Any) -> Any:
        return op


class ProcessGroup:
    """The processes that compute together: one."""

    def __init__(self, backend: str):
        self.backend = backend

    def rank(self) -> int:
        """0."""
        return 0

    def size(self) -> int:
        """1."""
        return 1

    def name(self) -> str:
        """The backend that was asked for."""
        return self.backend


class Work:
    """A message that has arrived."""

    def wait(self, timeout: Any = None) -> bool:
        """True, at once."""
        return True

    def is_completed(self) -> bool:
        """True."""
        return True

    is_success = is_completed


class group:
    """`group.WORLD` is the group of all processes, None before `init_process_group`."""

    WORLD: ProcessGroup | None = None
    NON_GROUP_MEMBER = object()


GroupMember = group


def init_process_group(backend: str | None = None, init_method: str | None = None, timeout: Any = None, world_size: int = -1,
                       rank: int = -1, store: Any = None, group_name: str = "", pg_options: Any = None, device_id: Any = None) -> None:
    """Begin to compute with other processes, of which there are none: `world_size`, or the environment's WORLD_SIZE, must be 1.

    ValueError where that is not known or a group exists, RuntimeError for more processes and for graphics cards.
    """
    if group.WORLD is not None:
        raise ValueError(text("group-twice"))
    if world_size == -1 or rank == -1:
        for name, given in (("RANK", rank), ("WORLD_SIZE", world_size)):
            if given == -1 and name not in os.environ:
                raise ValueError(text("group-environment", name=name))
        world_size = int(os.environ["WORLD_SIZE"]) if world_size == -1 else world_size
        rank = int(os.environ["RANK"]) if rank == -1 else rank
    if world_size != 1 or rank != 0:
        raise RuntimeError(text("group-size", size=world_size, rank=rank))
    chosen = backend or "gloo"
    if chosen not in BACKENDS and ":" not in chosen:
        raise AssertionError(text("group-backend-unknown", backend=chosen))
    if chosen not in ("gloo", "cpu:gloo", "cpu:gloo,cuda:nccl"):
        raise RuntimeError(text("group-backend", backend=chosen.upper()))
    group.WORLD = ProcessGroup("gloo")


def destroy_process_group(group: Any = None) -> None:
    """The end of the group."""
    _members(group)
    _forget()


def _forget() -> None:
    group.WORLD = None


def is_initialized() -> bool:
    """Whether `init_process_group` was called."""
    return group.WORLD is not None


def _members(of: Any = None) -> ProcessGroup:
    """The group; ValueError where there is none."""
    if group.WORLD is None:
        raise ValueError(text("group-missing"))
    return of if isinstance(of, ProcessGroup) else group.WORLD


def get_rank(group: Any = None) -> int:
    """0: the number of this process."""
    return _members(group).rank()


def get_world_size(group: Any = None) -> int:
    """1: how many processes there are."""
    return _members(group).size()


def get_backend(group: Any = None) -> str:
    """The backend that was asked for."""
    return _members(group).name()


def get_process_group_ranks(group: Any = None) -> list[int]:
    """The processes of a group."""
    _members(group)
    return [0]


def get_global_rank(group: Any, group_rank: int) -> int:
    """The number among all processes of one of a group."""
    _members(group)
    return group_rank


get_group_rank = get_global_rank


def get_node_local_rank(fallback_rank: int | None = None) -> int:
    """The number of this process on its computer: the environment's LOCAL_RANK, or else `fallback_rank`."""
    if "LOCAL_RANK" in os.environ:
        return int(os.environ["LOCAL_RANK"])
    if fallback_rank is None:
        raise RuntimeError(text("group-environment", name="LOCAL_RANK"))
    return fallback_rank


def new_group(ranks: Sequence[int] | None = None, timeout: Any = None, backend: str | None = None, pg_options: Any = None,
              use_local_synchronization: bool = False, group_desc: str | None = None, device_id: Any = None) -> ProcessGroup:
    """A group of some processes."""
    return ProcessGroup(_members().name())


# messages -------------------------------------------------------------------------------------------------------------------------
def _done(of: Any, async_op: bool) -> Work | None:
    _members(of)
    return Work() if async_op else None


def all_reduce(tensor: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensor becomes the sum (product, ...) of those of all processes, which is itself."""
    return _done(group, async_op)


def broadcast(tensor: Tensor, src: int | None = None, group: Any = None, async_op: bool = False,
              group_src: int | None = None) -> Work | None:
    """The tensor of one process goes to all."""
    return _done(group, async_op)


def reduce(tensor: Tensor, dst: int | None = None, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False,
           group_dst: int | None = None) -> Work | None:
    """The tensor of one process becomes the sum (product, ...) of all."""
    return _done(group, async_op)


def barrier(group: Any = None, async_op: bool = False, device_ids: Any = None) -> Work | None:
    """Wait for all processes."""
    return _done(group, async_op)


def monitored_barrier(group: Any = None, timeout: Any = None, wait_all_ranks: bool = False) -> None:
    """Wait for all processes."""
    _members(group)


def _copied(outputs: Sequence[Tensor], inputs: Sequence[Tensor]) -> None:
    if len(outputs) != 1 or len(inputs) != 1:
        raise ValueError(text("group-list", outputs=len(outputs), inputs=len(inputs)))
    with no_graph():
        outputs[0].copy_(inputs[0].reshape(outputs[0].array.shape))


def all_gather(tensor_list: list[Tensor], tensor: Tensor, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensors of all processes, written into those of a list."""
    work = _done(group, async_op)
    _copied(tensor_list, [tensor])
    return work


def gather(tensor: Tensor, gather_list: list[Tensor] | None = None, dst: int | None = None, group: Any = None, async_op: bool = False,
           group_dst: int | None = None) -> Work | None:
    """The tensors of all processes, written into those of a list of one process."""
    return all_gather(gather_list or [], tensor, group, async_op)


def scatter(tensor: Tensor, scatter_list: list[Tensor] | None = None, src: int | None = None, group: Any = None, async_op: bool = False,
            group_src: int | None = None) -> Work | None:
    """One of a list of tensors for every process."""
    work = _done(group, async_op)
    _copied([tensor], scatter_list or [])
    return work


def reduce_scatter(output: Tensor, input_list: list[Tensor], op: Any = ReduceOp.SUM, group: Any = None,
                   async_op: bool = False) -> Work | None:
    """The sum (product, ...) of the lists of all processes; every process gets one tensor of it."""
    return scatter(output, input_list, group=group, async_op=async_op)


def all_gather_into_tensor(output_tensor: Tensor, input_tensor: Tensor, group: Any = None, async_op: bool = False) -> Work | None:
    """The tensors of all processes, one after the other."""
    return all_gather([output_tensor], input_tensor, group, async_op)


def reduce_scatter_tensor(output: Tensor, input: Tensor, op: Any = ReduceOp.SUM, group: Any = None, async_op: bool = False) -> Work | None:
    """A part of the sum (product, ...) for every process."""
    return all_gather([output], input, group, async_op)


def all_to_all(output_tensor_list: list[Tensor], input_tensor_list: list[Tensor], group: Any = None, async_op: bool = False) -> Work | None:
    """A tensor from every process to every process."""
    work = _done(group, async_op)
    _copied(output_tensor_list, input_tensor_list)
    return work


def all_to_all_single(output: Tensor, input: Tensor, output_split_sizes: Any = None, input_split_sizes: Any = None, group: Any = None,
                      async_op: bool = False) -> Work | None:
    """A part from every process to every process."""
    return all_gather([output], input, group, async_op)


def all_gather_object(object_list: list[Any], obj: Any, group: Any = None) -> None:
    """The objects of all processes, put into a list."""
    _members(group)
    object_list[0] = copy.deepcopy(obj)


def gather_object(obj: Any, object_gather_list: list[Any] | None = None, dst: int | None = None, group: Any = None,
                  group_dst: int | None = None) -> None:
    """The objects of all processes, put into a list of one process."""
    all_gather_object([None] if object_gather_list is None else object_gather_list, obj, group)


def broadcast_object_list(object_list: list[Any], src: int | None = None, group: Any = None, device: Any = None,
                          group_src: int | None = None) -> None:
    """The objects of one process go to all."""
    _members(group)


def scatter_object_list(scatter_object_output_list: list[Any], scatter_object_input_list: list[Any] | None = None,
                        src: int | None = None, group: Any = None, group_src: int | None = None) -> None:
    """One of a list of objects for every process."""
    _members(group)
    scatter_object_output_list[0] = (scatter_object_input_list or [None])[0]


def alone(*args: Any, **kwargs: Any) -> Any:
    """RuntimeError: there is no other process to send to or to hear from."""
    raise RuntimeError(text("group-alone"))


send = recv = isend = irecv = alone
