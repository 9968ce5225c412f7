"""Reading safetensors files: the length of a JSON header, the header, and the tensors' bytes, little-endian.

(Format: Hugging Face, `safetensors`, README, section "Format".)
"""

import json
from typing import IO, Any

import numpy as np

from steepest.core import dtype as dtypes
from steepest.core.copying import contiguous_strides, rebuild_tensor
from steepest.core.dtype import numpy_dtype
from steepest.core.storage import Storage
from steepest.core.tensor import Tensor
from steepest.errors import text
from steepest.serialization.archive import Damaged, read_fully
from steepest.serialization.names import UnknownDtype
from steepest.serialization.storages import native

__all__ = ["is_safetensors", "load_safetensors"]

DTYPES = {
    "F64": dtypes.float64, "F32": dtypes.float32, "F16": dtypes.float16, "BF16": dtypes.bfloat16, "I64": dtypes.int64,
    "I32": dtypes.int32, "I16": dtypes.int16, "I8": dtypes.int8, "U8": dtypes.uint8, "BOOL": dtypes.bool_,
    "C64": dtypes.complex64,
}  # fmt: skip


def is_safetensors(head: bytes) -> bool:
    """Whether a file that begins with `head` is one: its header begins with a brace and is shorter than 100 MB."""
    return head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 100_000_000


def load_safetensors(file: IO[bytes]) -> dict[str, Tensor]:
    """The tensors in `file` by their names."""
    length = int.from_bytes(file.read(8), "little")
    header = file.read(length)
    try:
        entries: dict[str, Any] = json.loads(header.decode("utf-8"))
        entries.pop("__metadata__", None)
        start = file.tell()
        return {name: tensor_at(file, start, name, **entry) for name, entry in entries.items()}
    except (ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise Damaged(text("damaged-pickle", error=f"{type(error).__name__}: {error}")) from error


def tensor_at(file: IO[bytes], start: int, name: str, dtype: str, shape: list[int], data_offsets: list[int]) -> Tensor:
    """One tensor, whose bytes lie between two offsets from `start`."""
    if dtype not in DTYPES:
        raise UnknownDtype(dtype)
    begin, end = data_offsets
    available = file.seek(0, 2) - start
    if not 0 <= begin <= end <= available:
        raise Damaged(text("damaged-record-cut", record=name, expected=end, found=available))
    memory = np.empty(end - begin, np.uint8)
    file.seek(start + begin)
    read_fully(file, memory.data)
    flat = memory.view(numpy_dtype(DTYPES[dtype]))
    native(flat, "little")
    return rebuild_tensor(Storage(flat), DTYPES[dtype], 0, shape, contiguous_strides(shape))
