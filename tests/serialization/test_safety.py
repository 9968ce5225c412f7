"""Files from strangers: no code of theirs runs, and damage is one clear error that names the file."""

import io
import os
import pickle
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from steepest.core.tensor import from_array
from steepest.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    get_unsafe_globals_in_checkpoint,
    load,
    safe_globals,
    save,
)

REFERENCE = Path(__file__).parent.parent / "reference" / "serialization"


@pytest.fixture(autouse=True)
def nothing_declared_safe() -> Iterator[None]:
    clear_safe_globals()
    yield
    clear_safe_globals()


def archive_of(structure: bytes) -> io.BytesIO:
    """A file in PyTorch's format whose structure is any pickle."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", structure)
        archive.writestr("archive/version", "3\n")
    buffer.seek(0)
    return buffer


class Runs:
    def __reduce__(self) -> Any:
        return os.system, ("echo run > /dev/null",)


class Evaluates:
    def __reduce__(self) -> Any:
        return eval, ("__import__('os').getpid()",)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_commands_in_a_file_do_not_run(protocol: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pickle.UnpicklingError, match=r"module (posix|nt) is blocked"):
        load(archive_of(pickle.dumps(Runs(), protocol)))
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL eval was not an allowed global"):
        load(archive_of(pickle.dumps(Evaluates(), protocol)))


def test_blocked_modules_stay_blocked_when_declared_safe() -> None:
    with safe_globals([(os.system, f"{os.name if os.name == 'nt' else 'posix'}.system")]):
        with pytest.raises(pickle.UnpicklingError, match="is blocked"):
            load(archive_of(pickle.dumps(Runs(), 2)))


@pytest.mark.parametrize(
    "structure",
    [
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}X\4\0\0\0evilK\1sb.",  # attributes of a function
        b"\x80\x02ctorch\nSize\n}X\7\0\0\0__len__K\1sb.",  # attributes of a class
        b"\x80\x02ctorch\nTensor\n)\x81.",  # a tensor without memory
        b"\x80\x02(K\1K\2d.",  # an instruction that PyTorch's files do not use
        b"\x80\x02K\1K\2\x85R.",  # calling a number
        b"\x80\x02]q\0h\0K\1b.",  # attributes of a list
        b"\x80\x02K\1K\2a.",  # appending to a number
        b"\x80\x02c__builtin__\nbytearray\nJ\0\0\0\x40\x85R.",  # a gigabyte of zeros
        b"\x80\x02K\1Q.",  # a storage that is a number
        b"\x80\x02X\xff\xff\xff\x7fabc.",  # a string longer than the file
        b"\x80\x02h\7.",  # a value that was never kept
        b"\x80\x02t.",  # the end of a tuple without a beginning
        b"\x80\x02K\1",  # no end
        b"",
    ],
)
def test_crafted_structures_are_refused(structure: bytes) -> None:
    with pytest.raises((pickle.UnpicklingError, RuntimeError)):
        load(archive_of(structure))


def test_a_tensor_cannot_reach_beyond_its_storage() -> None:
    buffer = io.BytesIO()
    save(from_array(np.arange(6, dtype=np.float32)), buffer)
    with zipfile.ZipFile(buffer) as archive:
        records = {name: archive.read(name) for name in archive.namelist()}
    for wanted in (b"K\7\x85", b"J\xff\xff\xff\xff\x85", b"J\xff\xff\xff\x7f\x85"):
        crafted = io.BytesIO()
        with zipfile.ZipFile(crafted, "w") as archive:
            for name, data in records.items():
                archive.writestr(name, data.replace(b"K\6\x85", wanted) if name.endswith("data.pkl") else data)
        crafted.seek(0)
        with pytest.raises(RuntimeError, match="does not fit its storage of 24 bytes"):
            load(crafted)


class Point:
    def __init__(self, x: Any):
        self.x = x


def test_declared_classes_load() -> None:
    buffer = io.BytesIO()
    save([Point(from_array(np.ones(2)))], buffer)
    name = f"{Point.__module__}.Point"
    buffer.seek(0)
    assert get_unsafe_globals_in_checkpoint(buffer) == [name]
    with safe_globals([Point]):
        assert get_safe_globals() == [Point]
        buffer.seek(0)
        assert load(buffer)[0].x.array.tolist() == [1, 1]
    assert get_safe_globals() == []
    add_safe_globals([(Point, name)])
    buffer.seek(0)
    assert load(buffer)[0].x.array.tolist() == [1, 1]
    with pytest.raises(TypeError, match="takes classes, functions, or pairs"):
        add_safe_globals(["Point"])


def test_numpy_values_load_once_declared() -> None:
    buffer = io.BytesIO()
    save(np.float64(2.5), buffer)
    buffer.seek(0)
    with pytest.raises(pickle.UnpicklingError, match=r"GLOBAL numpy\._?core\.multiarray\.scalar was not an allowed global"):
        load(buffer)
    scalar = np.float64(0).__reduce__()[0]
    buffer.seek(0)
    with safe_globals([(scalar, f"{scalar.__module__}.scalar"), np.dtype, type(np.dtype(np.float64))]):
        assert load(buffer) == 2.5


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "it is empty"),
        (b"epoch,loss\n1,2\n", "it is text that begins with 'epoch,loss"),
        (b"\x89HDF\r\n", "an HDF5 file"),
        (b"\x89PNG\r\n", "an image"),
        (b"\x93NUMPY\1\0", "a NumPy array"),
        (pickle.dumps({"a": 1}), "a bare pickle"),
        (b"\xfe\xfe\xfe", "begins with the bytes fe fe fe"),
    ],
)
def test_files_of_other_kinds_are_named(content: bytes, seen: str, tmp_path: Path) -> None:
    path = tmp_path / "other.pt"
    path.write_bytes(content)
    with pytest.raises(RuntimeError, match=rf"other\.pt is not a file that save\(\) or PyTorch's torch.save wrote: .*{seen}"):
        load(path)


def test_other_archives_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "arrays.npz", a=np.ones(2))
    with pytest.raises(RuntimeError, match=r"arrays\.npz is not .* a NumPy \.npz archive"):
        load(tmp_path / "arrays.npz")
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(RuntimeError, match=r"a zip archive without data\.pkl; it holds readme\.txt"):
        load(tmp_path / "texts.zip")


def test_a_flipped_bit_in_the_numbers_is_found(tmp_path: Path) -> None:
    data = bytearray((REFERENCE / "views.pt").read_bytes())
    data[data.index(np.arange(12, dtype=np.float32).tobytes()) + 9] ^= 1
    (tmp_path / "flipped.pt").write_bytes(data)
    with pytest.raises(RuntimeError, match=r"flipped\.pt is damaged: the checksum of record data/0 is wrong"):
        load(tmp_path / "flipped.pt")


def reference(name: str) -> bytes:
    return next(REFERENCE.glob(f"{name}.*")).read_bytes()


@pytest.mark.parametrize("name", ["state_dict", "legacy", "weights"])
def test_a_file_cut_off_anywhere_is_one_clear_error(name: str) -> None:
    data = reference(name)
    for length in range(0, len(data) - 1, 37):
        with pytest.raises(RuntimeError, match="BytesIO"):
            load(io.BytesIO(data[:length]))


@pytest.mark.parametrize("name", ["nested", "views", "legacy", "weights"])
def test_damage_anywhere_never_gives_another_error(name: str) -> None:
    data = reference(name)
    r = random.Random(0)
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(r.randrange(1, 4)):
            damaged[r.randrange(len(damaged))] = r.randrange(256)
        try:
            load(io.BytesIO(damaged))
        except (RuntimeError, pickle.UnpicklingError) as error:
            assert "BytesIO" in str(error), error
