"""The files that picture data sets come in: IDX, NumPy's npz, and CIFAR's pickles, which are read without running code.

IDX: two zero bytes, a code of the dtype, the number of dimensions, their lengths as big-endian int32, then the values.
"""

import gzip
import io
import math
import pickle
import struct
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from steepest.errors import text

__all__ = ["present", "read_batch", "read_idx", "read_npz"]

IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def present(folder: Path, name: str) -> Path | None:
    """The file `name` or `name.gz` in `folder`."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def damaged(path: Path, reason: str) -> RuntimeError:
    """The error for a file that cannot be what it should be."""
    return RuntimeError(text("data-file-damaged", path=path, reason=reason))


def read_idx(path: Path) -> np.ndarray:
    """The array in an IDX file, compressed or not. Raises RuntimeError for a damaged one."""
    try:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise damaged(path, str(error)) from None
    if len(data) < 4 or data[:2] != b"\0\0" or data[2] not in IDX_TYPES or len(data) < 4 + 4 * data[3]:
        raise damaged(path, text("idx-not-idx", seen=data[:4]))
    dimensions = data[3]
    shape = struct.unpack_from(f">{dimensions}i", data, 4)
    kind = np.dtype(IDX_TYPES[data[2]])
    start = 4 + 4 * dimensions
    wanted = math.prod(shape) * kind.itemsize
    if min(shape, default=0) < 0 or len(data) - start != wanted:
        raise damaged(path, text("idx-wrong-size", shape=shape, wanted=wanted, found=len(data) - start))
    return np.frombuffer(data, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))


def read_npz(path: Path, names: Sequence[str]) -> list[np.ndarray]:
    """The named arrays of an npz file. Raises RuntimeError for a damaged one or a missing name."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [arrays[name] for name in names]
    except (KeyError, ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise damaged(path, str(error)) from None


class _Dtype:
    """Stands for NumPy's dtype in a pickle: its name, and the byte order that comes as its state."""

    def __init__(self, name: Any, *ignored: Any):
        self.name, self.order = _text(name), "|"

    def __setstate__(self, state: Sequence[Any]) -> None:
        self.order = _text(state[1])


class _Array:
    """Stands for NumPy's array in a pickle: shape, dtype and bytes come as its state."""

    def __setstate__(self, state: Sequence[Any]) -> None:
        _, shape, kind, column_major, data = state
        values = np.frombuffer(_bytes(data), np.dtype(kind.name).newbyteorder(kind.order))
        self.array = values.reshape(shape, order="F" if column_major else "C")


def _text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin1")


# All that a pickle of arrays and labels asks for, by the last part of its name, with harmless things in its place.
STAND_INS: dict[str, Any] = {
    "ndarray": _Array,
    "dtype": _Dtype,
    "_reconstruct": lambda kind, shape, code: _Array(),
    "encode": lambda value, encoding: value.encode("latin1"),
}


class _DataUnpickler(pickle.Unpickler):
    """Knows four names and nothing that could run code."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] not in ("numpy", "_codecs") or name not in STAND_INS:
            raise pickle.UnpicklingError(text("pickle-forbidden-name", name=f"{module}.{name}"))
        return STAND_INS[name]


def read_batch(path: Path) -> dict[str, Any]:
    """The dictionary in one of CIFAR's files. Raises RuntimeError for a damaged one, and for one that asks for other names."""
    try:
        found = _DataUnpickler(io.BytesIO(path.read_bytes()), encoding="latin1").load()
        return {_text(key): value.array if isinstance(value, _Array) else value for key, value in found.items()}
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError, ImportError,
            UnicodeError, OverflowError, MemoryError) as error:  # fmt: skip
        raise damaged(path, str(error) or type(error).__name__) from None
