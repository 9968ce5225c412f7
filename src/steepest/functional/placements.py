"""How a tensor would lie on several processes: what packages write down in tables that one process never reads."""

from dataclasses import dataclass

__all__ = ["Partial", "Placement", "Replicate", "Shard"]


class Placement:
    """One of the ways below."""


@dataclass(frozen=True)
class Shard(Placement):
    """Cut along a dimension."""

    dim: int


@dataclass(frozen=True)
class Replicate(Placement):
    """The whole on every process."""


@dataclass(frozen=True)
class Partial(Placement):
    """A part of a sum on every process."""

    reduce_op: str = "sum"
