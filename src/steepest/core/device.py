"""Devices: there is the CPU; what programs say of others is understood and refused."""

from typing import Any

from steepest.errors import text

__all__ = ["STRIDED", "device", "layout"]


class device:
    """`device("cpu")`; other kinds exist as names only."""

    __slots__ = ("index", "type")

    type: str
    index: int | None

    def __init__(self, type: Any = "cpu", index: int | None = None):
        if isinstance(type, device):
            type, index = type.type, type.index
        kind, _, number = str(type).partition(":")
        if kind not in ("cpu", "cuda", "mps", "meta", "xpu", "mkldnn", "hip"):
            raise RuntimeError(text("unknown-device", device=type))
        self.type, self.index = kind, int(number) if number else index

    def __repr__(self) -> str:
        return f"device(type='{self.type}')" if self.index is None else f"device(type='{self.type}', index={self.index})"

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (other.type, other.index) == (self.type, self.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> Any:
        return device, (self.type, self.index)

    def __enter__(self) -> "device":
        return self

    def __exit__(self, *problem: Any) -> None: ...


class layout:
    """How elements are laid out; all tensors here are strided."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class memory_format(layout):
    """The order of dimensions in memory."""


CPU, STRIDED, SPARSE = device("cpu"), layout("strided"), layout("sparse_coo")
COMPRESSED = {name: layout(name) for name in ("sparse_csr", "sparse_csc", "sparse_bsr", "sparse_bsc")}
"""Layouts that no tensor here has; programs compare `x.layout` with them."""
CONTIGUOUS, PRESERVE = memory_format("contiguous_format"), memory_format("preserve_format")
CHANNELS_LAST, CHANNELS_LAST_3D = memory_format("channels_last"), memory_format("channels_last_3d")
